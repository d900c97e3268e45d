import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Api, CONFIG } from "./config.js";
import { isRecord } from "./is-record.js";
import { unescapeSegment } from "./json-pointer.js";
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
      readonly pointer?: string;
      readonly start?: { readonly line: number; readonly col: number };
    }[];
  }[];
}

/** By which rules documents are linted. */
export interface LintOptions {
  /** The file that has the rules. @default "redocly.yaml" */
  readonly config?: string;
  /** Rules of it that do not hold here. */
  readonly skip?: readonly string[];
}

/**
 * Lints the documents. A fault of the configuration is an error, too: as the warning that it is by default it would go
 * unread, and a rule whose name is misspelt would not be kept.
 */
export async function lint(
  root: string,
  apis: readonly Api[],
  { config = CONFIG, skip = [] }: LintOptions = {},
): Promise<Problem[]> {
  if (apis.length === 0) return [];
  const outcome = await redocly(root, [
    "lint",
    ...apis.map((api) => (config === CONFIG ? api.name : `./${api.root}`)),
    `--config=${config}`,
    "--format=json",
    "--lint-config=error",
    ...skip.flatMap((rule) => ["--skip-rule", rule]),
  ]);
  const problems = parseReports(outcome.stdout).flatMap((report) => report.problems);
  if (problems.length === 0) return outcome.code === 0 ? [] : misfortunes(root, outcome);
  return problems.map(({ ruleId, message, location: [place] }) => ({
    file: place?.source.ref ?? config,
    line: place?.start?.line ?? 1,
    column: place?.start?.col ?? 1,
    rule: ruleId,
    // A document that is made is nowhere to be looked at yet: the pointer tells what an overlay would have to name.
    message: withoutRoot(root, config === CONFIG ? message : `${message} At ${place?.pointer ?? "#/"}.`),
  }));
}

/**
 * What is made of documents while they are linted, which a process of its own does; it counts only where they are sound,
 * and of what fails the linter speaks first, who knows the place.
 *
 * @throws {BrokenDocuments} with what the linter has found
 */
export async function ifSound<T>(linting: Promise<Problem[]>, making: Promise<T>): Promise<T> {
  // Heard below, or not at all.
  making.catch(() => {});
  const problems = await linting;
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return making;
}

/**
 * Bundles the documents, their references made local, in the order given.
 *
 * @param config Redocly's configuration, by its path from `root`; it is always named, since it may bring plugins along,
 *   and a file of that name among documents that were received would be run
 */
export async function bundle(root: string, apis: readonly Api[], config = CONFIG): Promise<Bundle[]> {
  const wholes = apis.map((api) => readWhole(path.join(root, api.root)));
  if (wholes.every((whole) => whole !== undefined)) return wholes.map(withPathItems);
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-bundle-"));
  try {
    const files = apis.map((api) => path.join(folder, `${path.parse(api.root).name}.json`));
    // Where there is one document, Redocly takes the output for its file, not for a folder.
    const output = files.length === 1 ? files[0] : folder;
    const documents = apis.map((api) => `./${api.root}`);
    const args = [...documents, `--config=${config}`, "--ext=json", `--output=${output}`];
    const outcome = await redocly(root, ["bundle", ...args]);
    if (outcome.code !== 0) throw new BrokenDocuments(misfortunes(root, outcome));
    return files.map((file) => withPathItems(readBundle(file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A JSON document that refers to nothing outside of itself, and so is its own bundle. Redocly would take seconds to
 * read one of ten megabytes as YAML.
 */
function readWhole(file: string): Bundle | undefined {
  if (path.extname(file) !== ".json") return undefined;
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(document) && !refersElsewhere(document) ? document : undefined;
  } catch {
    // Redocly says what is wrong with it, and where.
    return undefined;
  }
}

function refersElsewhere(node: object): boolean {
  if ("$ref" in node && typeof node.$ref === "string" && !node.$ref.startsWith("#")) return true;
  return Object.values(node).some((child) => typeof child === "object" && child !== null && refersElsewhere(child));
}

/** Path items in place of the references to them, so that whoever looks for operations finds them all. */
function withPathItems(bundle: Bundle): Bundle {
  const components = isRecord(bundle["components"]) ? bundle["components"]["pathItems"] : undefined;
  const { paths } = bundle;
  if (!isRecord(components) || !isRecord(paths)) return bundle;
  const items = Object.entries(paths).map(([path, item]) => {
    const name = isRecord(item) ? /^#\/components\/pathItems\/([^/]+)$/.exec(String(item["$ref"]))?.[1] : undefined;
    const key = name && unescapeSegment(decodeURIComponent(name));
    return [path, (key && components[key]) ?? item];
  });
  return { ...bundle, paths: Object.fromEntries(items) };
}

function readBundle(file: string): Bundle {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The linter prints a report for each document, one right after the other. */
function parseReports(stdout: string): LintReport[] {
  const texts = stdout.replace(/^\}\{$/gm, "}\n{").match(/^\{$[\s\S]*?^\}$/gm) ?? [];
  return texts.map((text) => JSON.parse(text));
}

/** Runs Redocly's command line in a folder. */
export function redocly(root: string, args: readonly string[]): Promise<Outcome> {
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
