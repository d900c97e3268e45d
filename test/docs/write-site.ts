import { execFileSync } from "node:child_process";

/** Writes the documentation once, for all tests of it. */
export default function setup(): void {
  execFileSync(process.execPath, ["--import", "tsx", "scripts/docs.ts"], { stdio: ["ignore", "ignore", "inherit"] });
}
