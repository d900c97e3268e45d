import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";

const run = promisify(execFile);

/** Installs without install scripts. */
const INSTALL_FLAGS = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

/** A folder with the packed SDK installed and the program in each format that the runtimes need. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Packs the SDK as it would be published, and installs it and the program in a scratch folder.
 *
 * @param root folder of the SDK, already built
 * @param here folder of this package
 */
export async function createScratch(root: string, here: string): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), "livedata-runtimes-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await installPacked(root, folder);
    await cp(join(here, "program"), join(folder, "program"), { recursive: true });
    await bundleProgram(join(folder, "program"));
    for (const undici of ["undici7", "undici8"]) {
      await cp(join(folder, "node_modules"), join(folder, undici, "node_modules"), { recursive: true });
      await cp(join(here, "node_modules", undici), join(folder, undici, "node_modules/undici"), { recursive: true });
      await cp(join(here, "program/undici.js"), join(folder, undici, "undici.js"));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}

/**
 * Installs the runtimes, unless the versions of the lockfile are installed.
 *
 * @param here folder of this package
 */
export async function installRuntimes(here: string): Promise<void> {
  const isInstalled = await run("npm", ["ls", "--all"], { cwd: here }).then(
    () => true,
    () => false,
  );
  if (isInstalled) return;
  console.log("Installing the runtimes: about 200 MB, only once");
  await run("npm", ["ci", "--no-bin-links", ...INSTALL_FLAGS], { cwd: here });
}

async function installPacked(root: string, folder: string): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await run("npm", ["install", ...INSTALL_FLAGS, `./${filename}`], { cwd: folder });
}

/** Bundles a CommonJS script, a module for workerd and a script for the edge runtime. The last two include the SDK. */
async function bundleProgram(program: string): Promise<void> {
  const common = { bundle: true, logLevel: "error", target: "es2022" } as const;
  const withSdk: BuildOptions = {
    ...common,
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "edge-light"],
    external: ["node:*"],
  };
  const file = (name: string) => join(program, name);
  await Promise.all([
    build({
      ...common,
      entryPoints: [file("process.js")],
      outfile: file("process.cjs"),
      platform: "node",
      format: "cjs",
      packages: "external",
    }),
    build({ ...withSdk, entryPoints: [file("worker.js")], outfile: file("worker.bundle.js"), format: "esm" }),
    build({ ...withSdk, entryPoints: [file("requests.js")], outfile: file("requests.bundle.js"), format: "esm" }),
    build({
      ...withSdk,
      entryPoints: [file("conformance.js")],
      outfile: file("edge.bundle.js"),
      format: "iife",
      globalName: "program",
    }),
  ]);
}
