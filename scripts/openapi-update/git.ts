import { execFileSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

/** Runs git in a folder. @returns What it printed, without the end of the last line */
export function git(folder: string, ...args: string[]): string {
  return gitWith({}, folder, ...args);
}

function gitWith(environment: NodeJS.ProcessEnv, folder: string, ...args: string[]): string {
  const env = { ...process.env, ...environment };
  return execFileSync("git", args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: "pipe",
  }).trimEnd();
}

/**
 * The id of a commit.
 *
 * @throws {Error} where the repository has no such commit, with what to do about it
 */
export function commitOf(root: string, ref: string): string {
  try {
    return git(root, "rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`);
  } catch {
    throw new Error(
      `There is no commit ${ref} here. Give a branch, a tag or an id; a shallow clone needs \`git fetch\` first.`,
    );
  }
}

/** The newest released version that a commit is built on, by its tag; the commit itself where none was ever released. */
export function previousRelease(root: string, commit: string): string {
  try {
    return git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", commit);
  } catch {
    return commit;
  }
}

/** Copies what a commit has. */
export function copyCommit(root: string, commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const index = { GIT_INDEX_FILE: path.join(folder, ".index") };
  gitWith(index, root, "read-tree", commit);
  gitWith(index, root, "checkout-index", "--all", `--prefix=${folder}/`);
}

/** Copies what git knows or would take up, as it is in the working tree. */
export function copyWorkingTree(root: string, folder: string): void {
  const files = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const file of new Set(files)) {
    // Listed, too, are files that were removed and the folders of repositories within this one.
    const stats = file === "" ? undefined : lstatSync(path.join(root, file), { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) cpSync(path.join(root, file), path.join(folder, file));
  }
}

/** Gives a copy the packages of the original. */
export function linkPackages(root: string, folder: string): void {
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
}
