import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compiler } from "../compilers.js";

const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: "nodenext",
  target: "es2022",
  types: [],
};

/** How many types TypeScript makes of a program. @param code what it says; it sees this package and its dependency */
export function instantiations(code: string): number {
  // Within the package, so that its name leads to its own `exports`.
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
