import { readFile } from "node:fs/promises";
import path from "node:path";
import { figureOf, ratiosOf, write, writeResult } from "../../result.js";
import { measureCalls } from "../rounds.js";

/**
 * Compares the CPU time of a call with plain fetch: this SDK and other clients. Writes
 * `bench/results/call-peers.json`, from which `npm run figures` writes the table in the documentation.
 */
const OURS = ["named methods", "path calls", "named methods over undici"];
const versions = await readVersions();
/** Other clients, with the package that has each. */
const PEERS = {
  got: "got",
  axios: "axios",
  "@azure/core-rest-pipeline": "@azure/core-rest-pipeline",
  stripe: "stripe",
  "undici.request": "undici",
};

const ours = [...OURS, "fetch"].map((name) => ({ name, file: path.join(import.meta.dirname, "../clients.ts") }));
const peers = Object.keys(PEERS).map((name) => ({ name, file: path.join(import.meta.dirname, "peers.ts") }));
const cells = (await measureCalls([...ours, ...peers])).flatMap((measured) => measured.cells);

const rows = [...ours, ...peers].map(({ name }) => [
  titleOf(name),
  ...cells.map(({ costs }) => {
    const { median, quartiles } = figureOf(name, "×", ratiosOf(costs[name] ?? [], costs["fetch"] ?? []));
    const [low, high] = quartiles.map((value) => write(value, "×"));
    return name === "fetch" ? write(median, "×") : `${write(median, "×")} (${low} to ${high})`;
  }),
]);
const columns = cells.map(({ title }) => title);
console.log(["", ...columns].join(" | "));
for (const row of rows) console.log(row.join(" | "));
writeResult("call-peers", { ours: OURS.length, columns, rows }, path.join(import.meta.dirname, "../../.."));

function titleOf(name: string): string {
  if (OURS.includes(name)) return `@livedata/sdk ${versions["@livedata/sdk"]}, ${name}`;
  if (name === "fetch") return "fetch of Node";
  return `${name} ${versions[PEERS[name as keyof typeof PEERS]]}`;
}

/** Reads the pinned versions of the clients and the version of the SDK. */
async function readVersions(): Promise<Readonly<Record<string, string>>> {
  const read = async (file: string) => JSON.parse(await readFile(path.join(import.meta.dirname, file), "utf8"));
  const [{ devDependencies }, { name, version }] = await Promise.all([
    read("package.json"),
    read("../../../package.json"),
  ]);
  return { ...devDependencies, [name]: version };
}
