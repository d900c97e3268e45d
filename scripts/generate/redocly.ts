import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Api, CONFIG } from "./config.js";
import { BrokenDocuments, type Problem } from "./problem.js";

const CLI = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");

/** A document with all its references made local. */
export type Bundle = Record<string, unknown>;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface LintReport {
  readonly problems: readonly {
    readonly ruleId: string;
    readonly message: string;
    readonly location: readonly {
      readonly source: { readonly ref: string };
      readonly start?: { readonly line: number; readonly col: number };
    }[];
  }[];
}

/**
 * Lints the documents with the rules of `redocly.yaml`. A fault of that file is an error, too: as the warning that it
 * is by default it would go unread, and a rule whose name is misspelt would not be kept.
 */
export async function lint(root: string, apis: readonly Api[]): Promise<Problem[]> {
  const outcome = await redocly(root, [
    "lint",
    ...apis.map(({ name }) => name),
    "--format=json",
    "--lint-config=error",
  ]);
  const problems = parseReports(outcome.stdout).flatMap((report) => report.problems);
  if (problems.length === 0) return outcome.code === 0 ? [] : misfortunes(root, outcome);
  return problems.map(({ ruleId, message, location: [place] }) => ({
    file: place?.source.ref ?? CONFIG,
    line: place?.start?.line ?? 1,
    column: place?.start?.col ?? 1,
    rule: ruleId,
    message: withoutRoot(root, message),
  }));
}

/** Bundles the documents, their references made local, in the order given. */
export async function bundle(root: string, apis: readonly Api[]): Promise<Bundle[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-bundle-"));
  try {
    const names = apis.map(({ name }) => name);
    const outcome = await redocly(root, ["bundle", ...names, "--ext=json", `--output=${folder}`]);
    if (outcome.code !== 0) throw new BrokenDocuments(misfortunes(root, outcome));
    return apis.map((api) => readBundle(path.join(folder, `${path.parse(api.root).name}.json`)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readBundle(file: string): Bundle {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The linter prints a report for each document, one right after the other. */
function parseReports(stdout: string): LintReport[] {
  const texts = stdout.replace(/^\}\{$/gm, "}\n{").match(/^\{$[\s\S]*?^\}$/gm) ?? [];
  return texts.map((text) => JSON.parse(text));
}

function redocly(root: string, args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd: root, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/**
 * What Redocly reports in prose, as problems with a place: the faults of its configuration, or else one failure such
 * as `- bad indentation in "/x/redocly.yaml" (3:5)`.
 */
function misfortunes(root: string, { stderr }: Outcome): Problem[] {
  const faults = [...stderr.matchAll(/^\[\d+\] (.+):(\d+):(\d+) at #.*\n\n(.+)$/gm)];
  if (faults.length > 0) {
    return faults.map(([, file = CONFIG, line, column, message = ""]) => ({
      file,
      line: Number(line),
      column: Number(column),
      rule: "config",
      message,
    }));
  }
  const said = /^\s*- (.+)$/m.exec(stderr)?.[1] ?? "Redocly failed without saying why.";
  const place = /^(.*?)(?: in "([^"]+)")? \((\d+):(\d+)\)$/.exec(said);
  const subject = /processing (.+):$/m.exec(stderr)?.[1];
  return [
    {
      file: withoutRoot(root, place?.[2] ?? subject ?? CONFIG),
      line: Number(place?.[3] ?? 1),
      column: Number(place?.[4] ?? 1),
      rule: "redocly",
      message: withoutRoot(root, place?.[1] ?? said),
    },
  ];
}

function withoutRoot(root: string, text: string): string {
  return text.replaceAll(`${root}/`, "");
}
