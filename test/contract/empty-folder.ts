import { mkdirSync, rmSync } from "node:fs";
import { FOLDER_VARIABLE } from "./recordings.js";

/** Forgets the exchanges of the run before: runs once, before any test. */
export default function emptyFolder(): void {
  const folder = process.env[FOLDER_VARIABLE];
  if (!folder) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
