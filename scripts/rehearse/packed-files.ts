import { readdirSync } from "node:fs";

const ALWAYS = ["CHANGELOG.md", "README.md", "dist/cjs/package.json", "package.json"];

/** What the package is to have in it: nothing else, and nothing less. */
export function expectedFiles(): string[] {
  const sources = filesBelow("src");
  const modules = sources.map((file) => file.replace(/^src\//, "").replace(/\.ts$/, ""));
  const compiled = ["esm", "cjs"].flatMap((format) =>
    modules.flatMap((name) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => `dist/${format}/${name}${end}`)),
  );
  return [...ALWAYS, ...sources, ...filesBelow("openapi"), ...compiled].sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
}

/** What is packed and should not be, and what should be and is not. */
export function differences(packed: readonly string[], expected: readonly string[]): string[] {
  const surplus = packed.filter((file) => !expected.includes(file)).map((file) => `${file} is packed`);
  const missing = expected.filter((file) => !packed.includes(file)).map((file) => `${file} is not packed`);
  return [...surplus, ...missing];
}
