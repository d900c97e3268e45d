import { execFileSync } from "node:child_process";

const ALWAYS = ["CHANGELOG.md", "README.md", "SECURITY.md", "dist/cjs/package.json", "package.json"];
const ENTRY_POINTS = ["index", "testing/index"];

/** What the package is to have in it: nothing else, and nothing less. */
export function expectedFiles(): string[] {
  const sources = filesBelow("src");
  const modules = sources.map((file) => file.replace(/^src\//, "").replace(/\.ts$/, ""));
  const compiled = ["esm", "cjs"].flatMap((format) =>
    [
      ...ENTRY_POINTS.flatMap((name) => [`${name}.js`, `${name}.js.map`]),
      ...modules.flatMap((name) => [`${name}.d.ts`, `${name}.d.ts.map`]),
    ].map((file) => `dist/${format}/${file}`),
  );
  // What the documents are made from is ours alone.
  const documents = filesBelow("openapi").filter((file) => !/^openapi\/(overlays|vendor)\//.test(file));
  const guide = ["docs/guide", "examples"].flatMap(filesBelow);
  return [...ALWAYS, ...sources, ...documents, ...guide, ...compiled].sort();
}

/** What git knows of: a file that lies about by accident is not to be published. */
function filesBelow(folder: string): string[] {
  return execFileSync("git", ["ls-files", folder], { encoding: "utf8" }).trim().split("\n");
}

/** What is packed and should not be, and what should be and is not. */
export function differences(packed: readonly string[], expected: readonly string[]): string[] {
  const surplus = packed.filter((file) => !expected.includes(file)).map((file) => `${file} is packed`);
  const missing = expected.filter((file) => !packed.includes(file)).map((file) => `${file} is not packed`);
  return [...surplus, ...missing];
}
