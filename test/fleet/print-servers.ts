import { spawnSync } from "node:child_process";

/** Says on which servers the tests of the fleet run. */
export default function printServers(): void {
  const [version] = /v=\S+/.exec(String(spawnSync("redis-server", ["--version"]).stdout)) ?? [];
  const { REDIS_URL: url } = process.env;
  const found = [version && `redis-server ${version.slice(2)}`, url && "the server of REDIS_URL"].filter(Boolean);
  const missing = "and on no real one: install redis-server, or set REDIS_URL";
  console.log(
    `The fleet is tested on a server in this process, ${found.length > 0 ? `and on ${found.join(" and ")}` : missing}`,
  );
}
