import type { Bump } from "./bump.js";
import type { Change, Comparison } from "./compare/compare.js";
import { type CompileError, isOfSources, RELEASED } from "./compile.js";
import { printable } from "./receive/printable.js";
import { count, type Review } from "./review.js";

const SIGNS = { major: "✗", minor: "+", patch: "·" } as const;

/** How many places or tests of a kind are listed; a person reads it in a minute. */
const MOST = 10;

/** How many groups of operations are listed of a document; the changeset has all. */
const MOST_GROUPS = 25;

/** How many changes that neither break nor add anything are listed of an operation. */
const MOST_PATCHES = 3;

/** What the report is of. */
export interface Subject {
  /** What the documents are compared with, such as `972b310`. */
  readonly before: string;
  /** Whose type tests were compiled, such as `v0.1.0`. */
  readonly release: string;
}

type Said = Pick<Change, "bump" | "message">;

/** The report on a change of the documents, as plain text. */
export function printReport(review: Review, { before, release }: Subject): string {
  const { comparisons, errors, bump, version } = review;
  if (bump === "none") return `The documents say what they said at ${before}.\n`;
  const services = [...comparisons].map(
    ([service, comparison]) => `${service}\n${indent(printOperations(comparison))}`,
  );
  return `${[
    `A ${bump} change of the documents since ${before}: ${version} → ${next(version, bump)}`,
    ...services,
    ...printErrors(errors, release),
    ...printTests(review),
  ].join("\n\n")}\n`;
}

/** What the users of the package are told of a change of the documents, as Markdown. */
export function printNews(comparisons: ReadonlyMap<string, Comparison>): string {
  return [...comparisons]
    .map(([service, { changes }]) => {
      const groups = groupByOperation(newsOf(changes)).map(
        ([operations, group]) => `- ${operations}\n${group.map((change) => `  - ${news(change)}`).join("\n")}`,
      );
      return `The document of \`${service}\` has changed.\n\n${groups.join("\n")}`;
    })
    .join("\n\n");
}

/** What neither breaks nor adds anything is told only where there is nothing else. */
function newsOf(changes: readonly Change[]): readonly Change[] {
  const others = changes.filter(({ bump }) => bump !== "patch");
  return others.length > 0 ? others : changes;
}

function news({ bump, message }: Said): string {
  return bump === "major" ? `**Breaks:** ${message}` : message;
}

function printOperations({ changes }: Comparison): string {
  const groups = groupByOperation(changes);
  const rest = groups.length - MOST_GROUPS;
  const shown = groups
    .slice(0, MOST_GROUPS)
    .map(
      ([operations, group]) =>
        `${operations}\n${group.map(({ bump, message }) => `  ${SIGNS[bump]} ${message}`).join("\n")}`,
    );
  return [...shown, ...(rest > 0 ? [`and changes of ${rest} more, which the changeset lists`] : [])].join("\n");
}

/** By the operations that have them in common, so that a change of a schema that many use is said once. */
function groupByOperation(changes: readonly Change[]): [operations: string, changes: readonly Said[]][] {
  const operationsOf = new Map<string, Set<string>>();
  const said = new Map<string, Change>();
  // The document is somebody else's, and may hold what a terminal obeys.
  // Our marks are nothing to users.
  const told = changes.filter(({ bump, message }) => bump !== "patch" || !message.includes("`x-evidence`"));
  for (const change of told.map((each) => ({ ...each, message: printable(each.message) }))) {
    const key = `${change.bump} ${change.message}`;
    said.set(key, change);
    operationsOf.set(key, (operationsOf.get(key) ?? new Set()).add(printable(change.operation ?? "the document")));
  }
  const groups = new Map<string, Change[]>();
  for (const [key, change] of said) {
    const operations = [...(operationsOf.get(key) ?? [])].join(", ");
    groups.set(operations, [...(groups.get(operations) ?? []), change]);
  }
  return [...groups].map(([operations, group]) => [operations, withFewPatches(group)]);
}

function withFewPatches(changes: readonly Change[]): Said[] {
  const patches = changes.filter(({ bump }) => bump === "patch");
  const rest = patches.length - MOST_PATCHES;
  const others = changes.filter(({ bump }) => bump !== "patch");
  if (rest <= 1) return [...others, ...patches];
  return [...others, ...patches.slice(0, MOST_PATCHES), { bump: "patch", message: `and ${rest} more of that kind` }];
}

function printErrors(errors: readonly CompileError[], release: string): string[] {
  const kinds: readonly [title: string, errors: readonly CompileError[]][] = [
    [`What users of ${release} write no longer compiles:`, errors.filter(isReleased).map(withoutFolder)],
    ["The sources no longer compile, so the unit tests were not run:", errors.filter(isOfSources)],
    ["To mend here:", errors.filter((error) => !isReleased(error) && !isOfSources(error))],
  ];
  return kinds.filter(([, of]) => of.length > 0).map(([title, of]) => `${title}\n${indent(list(of.map(printError)))}`);
}

function isReleased({ file }: CompileError): boolean {
  return file.startsWith(`${RELEASED}/`);
}

function withoutFolder(error: CompileError): CompileError {
  return { ...error, file: error.file.replace(`${RELEASED}/`, "") };
}

function printError({ file, line, message }: CompileError): string {
  return `${file}:${line}  ${message}`;
}

function printTests({ tests, errors }: Review): string[] {
  const compiles = errors.length === 0 ? ["All that was written against the types compiles."] : [];
  if (tests === undefined) return compiles;
  if (tests.failed.length === 0) return [...compiles, `${count(tests.passed, "unit test")} pass.`];
  const lines = tests.failed.map(({ file, name }) => `${file}  ${name}`);
  return [...compiles, `${count(tests.failed.length, "unit test")} fail:\n${indent(list(lines))}`];
}

function list(lines: readonly string[]): string {
  const rest = lines.length - MOST;
  return [...lines.slice(0, MOST), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

function next(version: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (bump === "major") return `${major + 1}.0.0`;
  return bump === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
