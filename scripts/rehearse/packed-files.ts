import { execFileSync } from "node:child_process";

const ALWAYS = [
  "CHANGELOG.md",
  "README.md",
  "SECURITY.md",
  "dist/cjs/package.json",
  "dist/cli/LICENSES.txt",
  "dist/cli/livedata.js",
  "package.json",
];
const ENTRY_POINTS = [
  "index",
  "drift/index",
  "fleet/index",
  "otel/index",
  "query/index",
  "testing/index",
  "undici/index",
];

/** The exact list of files that the tarball must contain, sorted. */
export function expectedFiles(): string[] {
  const sources = filesBelow("src");
  const modules = sources
    .filter((file) => !file.startsWith("src/cli/"))
    .map((file) => file.replace(/^src\//, "").replace(/\.ts$/, ""));
  const compiled = ["esm", "cjs"].flatMap((format) =>
    [
      ...ENTRY_POINTS.flatMap((name) => [`${name}.js`, `${name}.js.map`]),
      ...modules.flatMap((name) => [`${name}.d.ts`, `${name}.d.ts.map`]),
    ].map((file) => `dist/${format}/${file}`),
  );
  // Overlays and vendor documents are not published, only the documents built from them.
  const documents = filesBelow("openapi").filter((file) => !/^openapi\/(overlays|vendor)\//.test(file));
  const guide = ["docs/guide", "examples"].flatMap(filesBelow);
  return [...ALWAYS, ...sources, ...documents, ...guide, ...compiled].sort();
}

/** Files that git tracks, so that a stray file is not expected in the tarball. */
function filesBelow(folder: string): string[] {
  return execFileSync("git", ["ls-files", folder], { encoding: "utf8" }).trim().split("\n");
}

/** One line for each unexpected and each missing file. */
export function differences(packed: readonly string[], expected: readonly string[]): string[] {
  const unexpected = packed.filter((file) => !expected.includes(file)).map((file) => `${file} is packed`);
  const missing = expected.filter((file) => !packed.includes(file)).map((file) => `${file} is not packed`);
  return [...unexpected, ...missing];
}
