import type { paths } from "../generated/github/ours/types.js";
import { connect } from "./client.js";

const { data } = await connect<paths>().POST("/repos/{owner}/{repo}/issues", {
  params: { path: { owner: "octocat", repo: "hello-world" } },
  body: { title: "Found a bug", labels: ["bug"] },
});
const issue: { number: number; title: string } | undefined = data;
console.log(issue?.number, issue?.title);
