import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compiler } from "../compilers.js";

/** How a strict program that uses this package is compiled. */
export const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: "nodenext",
  target: "es2022",
  types: [],
};

/** Counts type instantiations of a program, given as source code. It can import this package and openapi-fetch. */
export function instantiations(code: string): number {
  // Inside the package, so that importing it by name resolves to its own `exports`.
  const folder = mkdtempSync(path.join("node_modules", ".cache-type-check-"));
  try {
    writeFileSync(path.join(folder, "program.mts"), code);
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const args = [compiler("5.9"), "--extendedDiagnostics", "--project", folder];
    const output = execFileSync(process.execPath, args, { encoding: "utf8" });
    return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
