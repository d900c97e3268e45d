import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type CompilerVersion, compiler, compilerVersions } from "./compilers.js";
import { writeReadmeBlocks } from "./readme-blocks.js";

const run = promisify(execFile);

/** A project and the versions of TypeScript that must accept it. */
const projects: { readonly path: string; readonly says: string; readonly versions: readonly CompilerVersion[] }[] = [
  { path: "tsconfig.core.json", says: "src without Node's types", versions: compilerVersions },
  { path: "tsconfig.json", says: "scripts, tests and examples", versions: ["5.9"] },
  { path: "test/types/tsconfig.json", says: "what users write, against dist", versions: compilerVersions },
  { path: "test/types/consumers/classic.json", says: "the same, merely strict", versions: ["5.9", "7.0"] },
  { path: "test/types/consumers/no-dom.json", says: "the same, with Node's types alone", versions: ["5.9", "7.0"] },
];

const blocks = writeReadmeBlocks();
const checks = projects.flatMap((project) => project.versions.map((version) => ({ ...project, version })));
const failures: string[] = [];
for (const { path, says, version } of checks) {
  const started = performance.now();
  const output = await run(process.execPath, [compiler(version), "--project", path]).then(
    () => "",
    (error: { stdout?: string }) => error.stdout || String(error),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${output ? "✗" : "✓"} TypeScript ${version}  ${says} (${path}, ${seconds} s)`);
  if (output) failures.push(output);
}
console.log(`  ${blocks.length} code blocks of the README are among them`);
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exitCode = 1;
}
