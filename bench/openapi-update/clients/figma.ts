import type { paths } from "../generated/figma/ours/types.js";
import { connect } from "./client.js";

const { data } = await connect<paths>().GET("/v1/teams/{team_id}/projects", { params: { path: { team_id: "1" } } });
const projects: readonly { id: string; name: string }[] = data?.projects ?? [];
console.log(data?.name, ...projects.map(({ name }) => name));
