import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type CompilerVersion, compiler, compilerVersions } from "./compilers.js";
import { writeReadmeBlocks } from "./readme-blocks.js";

const run = promisify(execFile);

/** Projects, and the TypeScript versions that must compile each. */
const projects: { readonly path: string; readonly title: string; readonly versions: readonly CompilerVersion[] }[] = [
  { path: "tsconfig.core.json", title: "src without Node's types", versions: compilerVersions },
  { path: "tsconfig.json", title: "scripts, tests and examples", versions: ["5.9"] },
  { path: "test/types/tsconfig.json", title: "user code against dist", versions: compilerVersions },
  { path: "test/types/consumers/classic.json", title: "the same, with only `strict`", versions: ["5.9", "7.0"] },
  { path: "test/types/consumers/no-dom.json", title: "the same, with only Node's types", versions: ["5.9", "7.0"] },
];

const blocks = writeReadmeBlocks();
const checks = projects.flatMap((project) => project.versions.map((version) => ({ ...project, version })));
const failures: string[] = [];
for (const { path, title, version } of checks) {
  const started = performance.now();
  const output = await run(process.execPath, [compiler(version), "--project", path]).then(
    () => "",
    (error: { stdout?: string }) => error.stdout || String(error),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${output ? "✗" : "✓"} TypeScript ${version}  ${title} (${path}, ${seconds} s)`);
  if (output) failures.push(output);
}
console.log(`  ${blocks.length} code blocks of the README included`);
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exitCode = 1;
}
