import { mkdirSync, rmSync } from "node:fs";
import { FOLDER_VARIABLE } from "./recordings.js";

/** Deletes the recordings of the previous run. Called once, before all tests. */
export default function emptyFolder(): void {
  const folder = process.env[FOLDER_VARIABLE];
  if (!folder) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
