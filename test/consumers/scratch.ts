import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "./command.js";

const HERE = "test/consumers";
const INSTALLED = "installed.json";

/** Builds and packs the package. Returns the path of the tarball. */
export async function packTarball(): Promise<string> {
  await mustRun("npm", ["run", "build"], { cwd: "." });
  const folder = await ownFolder();
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed]: { filename: string }[] = JSON.parse(await mustRun("npm", args, { cwd: "." }));
  if (packed === undefined) throw new Error("npm pack returned no tarball");
  return join(folder, packed.filename);
}

/**
 * Creates a folder with the programs, the dependencies of the lockfile and the tarball, all installed without install
 * scripts. The dependencies stay installed for the next run.
 *
 * @param tarball path of the tarball
 * @returns the path of the folder
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

/** Outside the repository, so that its `node_modules` cannot hide a missing dependency of the package. */
async function ownFolder(): Promise<string> {
  const key = createHash("sha256").update(process.cwd()).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `livedata-consumers-${key}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function installDependencies(scratch: string, lockfile: string): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  for (const file of ["package.json", "package-lock.json", "programs/next14/package.json"]) {
    await cp(`${HERE}/${file}`, join(scratch, file));
  }
  await mustRun("npm", ["ci", "--ignore-scripts", "--include=dev"], { cwd: scratch, timeout: 600_000 });
  // Written last, so that an interrupted install is repeated.
  await writeFile(join(scratch, INSTALLED), lockfile);
}

async function installTarball(scratch: string, tarball: string): Promise<void> {
  // npm would keep an installed package of the same version.
  await rm(join(scratch, "node_modules/@livedata"), { recursive: true, force: true });
  await mustRun("npm", ["install", "--no-save", "--ignore-scripts", tarball], { cwd: scratch });
}

async function copyPrograms(scratch: string): Promise<void> {
  for (const folder of ["matrix", "programs"]) {
    await removeSources(join(scratch, folder));
    await cp(`${HERE}/${folder}`, join(scratch, folder), { recursive: true });
  }
  await cp("examples/fastify", join(scratch, "programs/fastify"), { recursive: true });
  // `next14` has only a `package.json` of its own.
  await cp(`${HERE}/programs/nextjs`, join(scratch, "programs/next14"), { recursive: true, force: false });
  const setupFile = setupFileOf(
    await readFile(join(scratch, "node_modules/@livedata/sdk/docs/guide/testing.md"), "utf8"),
  );
  for (const program of ["jest", "nestjs"]) {
    await writeFile(join(scratch, "programs", program, "live-data.setup.js"), setupFile);
  }
}

/** Removes everything in a folder, except for the dependencies that npm installed there. */
async function removeSources(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (existsSync(join(path, "node_modules"))) await removeSources(path);
    else if (name !== "node_modules") await rm(path, { recursive: true });
  }
}

function setupFileOf(guide: string): string {
  const [, code] = guide.match(/^```js\n(\/\/ live-data\.setup\.js.*?)^```$/ms) ?? [];
  if (code === undefined) throw new Error("docs/guide/testing.md has no code block `live-data.setup.js`");
  return code;
}
