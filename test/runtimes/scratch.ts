import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";

const run = promisify(execFile);

/** What is installed without running anything of its own. */
const QUIETLY = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

/** A folder with the packed SDK installed in it, and the program in each of the forms that runtimes take. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Packs the SDK as it would be published, and installs that and the program in a scratch folder.
 *
 * @param root the SDK's folder, which has been built
 * @param here the folder of this package
 */
export async function createScratch(root: string, here: string): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), "livedata-runtimes-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await installPacked(root, folder);
    await cp(join(here, "program"), join(folder, "program"), { recursive: true });
    await bundleProgram(join(folder, "program"));
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}

/**
 * Installs the runtimes, unless those that the lockfile asks for are there.
 *
 * @param here the folder of this package
 */
export async function installRuntimes(here: string): Promise<void> {
  const isInstalled = await run("npm", ["ls", "--all"], { cwd: here }).then(
    () => true,
    () => false,
  );
  if (isInstalled) return;
  console.log("Installing the runtimes: some 200 MB, once");
  await run("npm", ["ci", "--no-bin-links", ...QUIETLY], { cwd: here });
}

async function installPacked(root: string, folder: string): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await run("npm", ["install", ...QUIETLY, `./${filename}`], { cwd: folder });
}

/** A script for `require`, a module for workerd and a script for the edge runtime; the last two with the SDK in them. */
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
    build({
      ...withSdk,
      entryPoints: [file("conformance.js")],
      outfile: file("edge.bundle.js"),
      format: "iife",
      globalName: "program",
    }),
  ]);
}
