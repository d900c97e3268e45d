import type { paths } from "../generated/kubernetes/ours/types.js";
import { connect } from "./client.js";

const { data } = await connect<paths>().GET("/api/v1/namespaces/{namespace}/pods", {
  params: { path: { namespace: "default" }, query: { limit: 1 } },
});
const names: readonly (string | undefined)[] = data?.items.map(({ metadata }) => metadata?.name) ?? [];
console.log(data?.kind, ...names);
