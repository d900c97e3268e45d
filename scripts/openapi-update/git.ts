import { execFileSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

/** Runs git in a folder. @returns what it printed, without the last line break */
export function git(folder: string, ...args: string[]): string {
  return gitWith({}, folder, ...args);
}

function gitWith(environment: NodeJS.ProcessEnv, folder: string, ...args: string[]): string {
  const env = { ...process.env, ...environment };
  const options = { cwd: folder, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: "pipe" } as const;
  return execFileSync("git", args, options).trimEnd();
}

/**
 * Returns the id of a commit.
 *
 * @throws {Error} if the repository has no such commit
 */
export function commitOf(root: string, ref: string): string {
  try {
    return git(root, "rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`);
  } catch {
    const hint = "Pass a branch, a tag or an id. A shallow clone needs `git fetch` first.";
    throw new Error(`There is no commit ${ref} here. ${hint}`);
  }
}

/** Returns the tag of the newest release before a commit; the commit itself if there is no release. */
export function previousRelease(root: string, commit: string): string {
  try {
    return git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", commit);
  } catch {
    return commit;
  }
}

export function copyCommit(root: string, commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const index = { GIT_INDEX_FILE: path.join(folder, ".index") };
  gitWith(index, root, "read-tree", commit);
  gitWith(index, root, "checkout-index", "--all", `--prefix=${folder}/`);
}

/** Copies the files of the working tree that git knows or would add. */
export function copyWorkingTree(root: string, folder: string): void {
  const files = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const file of new Set(files)) {
    // Git also lists deleted files, and folders of nested repositories.
    const stats = file === "" ? undefined : lstatSync(path.join(root, file), { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) cpSync(path.join(root, file), path.join(folder, file));
  }
}

export function linkPackages(root: string, folder: string): void {
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
}
