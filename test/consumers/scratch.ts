import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "./command.js";

const HERE = "test/consumers";
const INSTALLED = "installed.json";

/** Packs the present build. @returns Resolves with the tarball's path */
export async function packTarball(): Promise<string> {
  await mustRun("npm", ["run", "build"], { cwd: "." });
  const folder = await ownFolder();
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed]: { filename: string }[] = JSON.parse(await mustRun("npm", args, { cwd: "." }));
  if (packed === undefined) throw new Error("npm pack has packed nothing");
  return join(folder, packed.filename);
}

/**
 * Makes a folder that has the programs, everything they need by the lockfile, and the tarball; no install script has
 * run in it. What the lockfile names stays installed for the next run.
 *
 * @param tarball its path
 * @returns Resolves with the folder's path
 */
export async function prepareScratch(tarball: string): Promise<string> {
  const scratch = join(await ownFolder(), "scratch");
  const lockfile = await readFile(`${HERE}/package-lock.json`, "utf8");
  const installed = await readFile(join(scratch, INSTALLED), "utf8").catch(() => undefined);
  if (installed !== lockfile) await installDependencies(scratch, lockfile);
  await installTarball(scratch, tarball);
  await copyPrograms(scratch);
  return scratch;
}

/** Outside the repository, whose `node_modules` would make up for a dependency that the package forgot to name. */
async function ownFolder(): Promise<string> {
  const key = createHash("sha256").update(process.cwd()).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `livedata-consumers-${key}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function installDependencies(scratch: string, lockfile: string): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch);
  for (const file of ["package.json", "package-lock.json"]) await cp(`${HERE}/${file}`, join(scratch, file));
  await mustRun("npm", ["ci", "--ignore-scripts", "--include=dev"], { cwd: scratch, timeout: 600_000 });
  // Last, so that an install that broke off is not taken for one.
  await writeFile(join(scratch, INSTALLED), lockfile);
}

async function installTarball(scratch: string, tarball: string): Promise<void> {
  // Of the same version as before, npm would leave it as it is.
  await rm(join(scratch, "node_modules/@livedata"), { recursive: true, force: true });
  await mustRun("npm", ["install", "--no-save", "--ignore-scripts", tarball], { cwd: scratch });
}

async function copyPrograms(scratch: string): Promise<void> {
  for (const folder of ["matrix", "programs"]) {
    await rm(join(scratch, folder), { recursive: true, force: true });
    await cp(`${HERE}/${folder}`, join(scratch, folder), { recursive: true });
  }
  await cp("examples/fastify", join(scratch, "programs/fastify"), { recursive: true });
  const setUp = setUpFileOf(await readFile(join(scratch, "node_modules/@livedata/sdk/docs/guide/testing.md"), "utf8"));
  for (const program of ["jest", "nestjs"]) {
    await writeFile(join(scratch, "programs", program, "live-data.setup.js"), setUp);
  }
}

function setUpFileOf(guide: string): string {
  const [, code] = guide.match(/^```js\n(\/\/ live-data\.setup\.js.*?)^```$/ms) ?? [];
  if (code === undefined) throw new Error("docs/guide/testing.md has no code block `live-data.setup.js`");
  return code;
}
