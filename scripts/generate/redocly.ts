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

/** A document in which all references are local. */
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

/** Options of `lint`. */
export interface LintOptions {
  /** Path of the configuration with the rules. @default "redocly.yaml" */
  readonly config?: string;
  /** Rules to skip. */
  readonly skip?: readonly string[];
}

/**
 * Lints the documents.
 *
 * An error in the configuration is a problem, too. By default Redocly only warns, so that a rule with a misspelled name
 * would go unnoticed.
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
  if (problems.length === 0) return outcome.code === 0 ? [] : parseErrors(root, outcome);
  return problems.map(({ ruleId, message, location: [place] }) => ({
    file: place?.source.ref ?? config,
    line: place?.start?.line ?? 1,
    column: place?.start?.col ?? 1,
    rule: ruleId,
    // A vendor's document may not be on disk yet. The pointer says what an overlay has to target.
    message: withoutRoot(root, config === CONFIG ? message : `${message} At ${place?.pointer ?? "#/"}.`),
  }));
}

/**
 * Returns the result of `work`, which runs in parallel with the linter, if the linter finds no problem. The linter's
 * problems take precedence over an error of `work`, because they have a place.
 *
 * @throws {BrokenDocuments} with the linter's problems
 */
export async function ifSound<T>(linting: Promise<Problem[]>, work: Promise<T>): Promise<T> {
  // No unhandled rejection if the linter finds problems.
  work.catch(() => {});
  const problems = await linting;
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return work;
}

/**
 * Bundles the documents, so that all references are local.
 *
 * @param config path of Redocly's configuration, from `root`. Always passed on: a configuration can load plugins, so
 *   Redocly must not find one among received documents
 * @returns The bundles, in the order of `apis`.
 */
export async function bundle(root: string, apis: readonly Api[], config = CONFIG): Promise<Bundle[]> {
  const ready = apis.map((api) => readSelfContained(path.join(root, api.root)));
  if (ready.every((document) => document !== undefined)) return ready.map(withPathItems);
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-bundle-"));
  try {
    const files = apis.map((api) => path.join(folder, `${path.parse(api.root).name}.json`));
    // For a single document, Redocly's `--output` is a file, not a folder.
    const output = files.length === 1 ? files[0] : folder;
    const documents = apis.map((api) => `./${api.root}`);
    const args = [...documents, `--config=${config}`, "--ext=json", `--output=${output}`];
    const outcome = await redocly(root, ["bundle", ...args]);
    if (outcome.code !== 0) throw new BrokenDocuments(parseErrors(root, outcome));
    return files.map((file) => withPathItems(readBundle(file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reads a JSON document without external references, which needs no bundling. Redocly parses it as YAML, which takes
 * seconds for ten megabytes.
 */
function readSelfContained(file: string): Bundle | undefined {
  if (path.extname(file) !== ".json") return undefined;
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(document) && !refersElsewhere(document) ? document : undefined;
  } catch {
    // Redocly reports the error with its place.
    return undefined;
  }
}

function refersElsewhere(node: object): boolean {
  if ("$ref" in node && typeof node.$ref === "string" && !node.$ref.startsWith("#")) return true;
  return Object.values(node).some((child) => typeof child === "object" && child !== null && refersElsewhere(child));
}

/** Inlines referenced path items, so that all operations are found under `paths`. */
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

/** Parses the linter's output: one report per document, concatenated. */
function parseReports(stdout: string): LintReport[] {
  const texts = stdout.replace(/^\}\{$/gm, "}\n{").match(/^\{$[\s\S]*?^\}$/gm) ?? [];
  return texts.map((text) => JSON.parse(text));
}

/** Runs the Redocly CLI in a folder. */
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
 * Parses the errors that Redocly prints as text: errors in its configuration, or one failure such as
 * `- bad indentation in "/x/redocly.yaml" (3:5)`.
 */
function parseErrors(root: string, { stderr }: Outcome): Problem[] {
  const configErrors = [...stderr.matchAll(/^\[\d+\] (.+):(\d+):(\d+) at #.*\n\n(.+)$/gm)];
  if (configErrors.length > 0) {
    return configErrors.map(([, file = CONFIG, line, column, message = ""]) => ({
      file,
      line: Number(line),
      column: Number(column),
      rule: "config",
      message,
    }));
  }
  const text =
    /^\s*- (.+)$/m.exec(stderr)?.[1] ?? "Redocly failed without a message. Run `npx redocly lint` to see its output.";
  const place = /^(.*?)(?: in "([^"]+)")? \((\d+):(\d+)\)$/.exec(text);
  const subject = /processing (.+):$/m.exec(stderr)?.[1];
  return [
    {
      file: withoutRoot(root, place?.[2] ?? subject ?? CONFIG),
      line: Number(place?.[3] ?? 1),
      column: Number(place?.[4] ?? 1),
      rule: "redocly",
      message: withoutRoot(root, place?.[1] ?? text),
    },
  ];
}

function withoutRoot(root: string, text: string): string {
  return text.replaceAll(`${root}/`, "");
}
