import { readFileSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const installed = (...names: string[]) => path.join(here, "node_modules", ...names);

/** The Node that all of them run on. */
export const NODE = installed("node24", "bin", "node");

/** What makes TypeScript of a document. */
export interface Contender {
  readonly name: string;
  /** Where its package is, from `node_modules`. */
  readonly home: readonly string[];
  /** What it was told to write. */
  readonly writes: string;
  /** What its folder has when it is done, to be type-checked. */
  readonly entry: string;
  /** From a document to a folder. */
  command(document: string, folder: string): readonly string[];
}

export const ours: Contender = {
  name: "ours",
  home: ["..", "..", ".."],
  writes: "types",
  entry: "types.ts",
  command: (document, folder) => [
    NODE,
    "--import",
    import.meta.resolve("tsx"),
    path.join(here, "ours.ts"),
    document,
    path.join(folder, "types.ts"),
  ],
};

/** By its command line, which is what one would run in our place; with our one option that adds to the output. */
export const openapiTypescript: Contender = {
  name: "openapi-typescript",
  home: ["openapi-typescript"],
  writes: "types",
  entry: "types.ts",
  command: (document, folder) => [
    NODE,
    installed("openapi-typescript", "bin", "cli.js"),
    document,
    `--output=${path.join(folder, "types.ts")}`,
    "--empty-objects-unknown",
  ],
};

export const contenders: readonly Contender[] = [
  ours,
  openapiTypescript,
  {
    name: "@hey-api/openapi-ts",
    home: ["@hey-api", "openapi-ts"],
    writes: "types",
    entry: "index.ts",
    command: (document, folder) => [
      NODE,
      installed("@hey-api", "openapi-ts", "bin", "run.js"),
      `--input=${document}`,
      `--output=${folder}`,
      "--plugins=@hey-api/typescript",
      "--silent",
      "--no-log-file",
    ],
  },
  {
    name: "orval",
    home: ["orval"],
    // It has no way to write types alone.
    writes: "types, fetch client",
    entry: "api.ts",
    command: (document, folder) => [
      NODE,
      installed("orval", "dist", "bin", "orval.mjs"),
      `--input=${document}`,
      `--output=${path.join(folder, "api.ts")}`,
      "--client=fetch",
      "--mode=single",
      "--quiet",
    ],
  },
];

/** Its name and version; read late, when all is installed. */
export function titleOf({ name, home }: Contender): string {
  const { version } = JSON.parse(readFileSync(installed(...home, "package.json"), "utf8"));
  return `${name} ${version}`;
}
