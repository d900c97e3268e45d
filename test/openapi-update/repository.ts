import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { copyWorkingTree, linkPackages } from "../../scripts/openapi-update/git.js";

const TSX = import.meta.resolve("tsx");

/** What came of a command. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository of its own with what lies here, all of it committed and released. */
export class Repository {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), "livedata-repository-")));
  readonly #temporary = realpathSync(mkdtempSync(path.join(tmpdir(), "livedata-temporary-")));

  constructor() {
    copyWorkingTree(process.cwd(), this.folder);
    linkPackages(process.cwd(), this.folder);
    this.git("init", "--quiet", "--initial-branch=main");
    // To git a link is a file, which \`node_modules/\` does not ignore.
    writeFileSync(path.join(this.folder, ".git/info/exclude"), "node_modules\n");
    this.commit("Begin");
    this.git("tag", "v0.1.0");
  }

  git(...args: string[]): string {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    return execFileSync("git", [...identity, ...args], { cwd: this.folder, encoding: "utf8" }).trimEnd();
  }

  commit(message: string): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
  }

  /** What git sees of changes. */
  status(): string[] {
    return this.git("status", "--porcelain", "--untracked-files=all").split("\n").filter(Boolean);
  }

  /** What the commands have left in the system's temporary folder. */
  leftovers(): string[] {
    return readdirSync(this.#temporary).filter((name) => name.startsWith("livedata-"));
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  edit(file: string, before: string, after: string): void {
    const text = this.read(file);
    if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
    writeFileSync(
      path.join(this.folder, file),
      text.replace(before, () => after),
    );
  }

  /** Back to what was released. */
  restore(): void {
    this.git("reset", "--quiet", "--hard", "v0.1.0");
    this.git("clean", "--quiet", "--force", "-d");
  }

  /** Runs one of the scripts. @param watch is told what it says, and how to stop it */
  run(script: string, args: readonly string[], watch?: (said: string, stop: () => void) => void): Promise<Result> {
    const child = spawn(process.execPath, ["--import", TSX, `scripts/${script}.ts`, ...args], {
      cwd: this.folder,
      env: { ...process.env, TMPDIR: this.#temporary, VITEST: undefined, NODE_ENV: undefined },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      watch?.(stderr, () => child.kill("SIGINT"));
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  }

  remove(): void {
    for (const folder of [this.folder, this.#temporary]) rmSync(folder, { recursive: true, force: true });
  }
}
