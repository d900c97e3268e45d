import { type Problem, printable } from "../generate/problem.js";
import type { Bump, Change, Comparison } from "./compare/compare.js";
import { type CompileError, isOfSources, RELEASED } from "./compile.js";
import type { Review } from "./review.js";

const SIGNS = { major: "✗", minor: "+", patch: "·" } as const;

/** Maximum number of listed places and `+` lines of a kind. A person reads the report in a minute. */
const MOST = 10;

/** Maximum number of listed groups of a document. The changeset has all of them. */
const MOST_GROUPS = 25;

/** Maximum number of listed patches of a group. */
const MOST_PATCHES = 3;

/** Maximum number of operations that are named in one line. */
const MOST_OPERATIONS = 6;

/** What the report is about. */
export interface Subject {
  /** What the documents are compared with, such as `972b310`. */
  readonly before: string;
  /** The release whose type tests were compiled, such as `v0.1.0`. */
  readonly release: string;
}

/** What else an update has to say about a document. */
export interface Notes {
  /** What the fake does not check, such as `` `not` of Match ``. */
  readonly unchecked: readonly string[];
  /** What is wrong with the vendor's document and does no harm. */
  readonly warnings: readonly Problem[];
  /** Targets of the deleted actions of the overlay. */
  readonly removedTargets: readonly string[];
}

const NOTHING_SHOWN = "· no type and no call: only tags, examples, callbacks, names of schemas and the like";

type Said = Pick<Change, "bump" | "message">;

/** Prints the report on a change of the documents, as plain text. */
export function printReport(review: Review, { before, release }: Subject, notes?: Notes): string {
  const { comparisons, errors, bump, version } = review;
  if (bump === "none") return [`No change of the documents since ${before}.`, ...printNotes(notes)].join("\n\n");
  const services = [...comparisons].map(([service, comparison]) => `${service}\n${indent(printChanges(comparison))}`);
  return [
    `A ${bump} change of the documents since ${before}: ${version} → ${next(version, bump)}`,
    ...services,
    ...printErrors(errors, release),
    ...(errors.length === 0 ? ["Everything that was written against the types compiles."] : []),
    ...printNotes(notes),
  ].join("\n\n");
}

/** Prints what is left to do, in one line. */
export function printNextStep({ comparisons, errors, bump }: Review): string {
  if (bump === "none") return "Next: nothing.";
  const added = [...comparisons.values()].flatMap(newOperations);
  const fix = errors.length > 0 ? "fix what is listed above, " : "";
  const play = added.length > 0 ? ` The fake does not play ${listOperations(added)} yet.` : "";
  return `Next: look at \`git diff\`, ${fix}run \`npm test\` and commit.${play}`;
}

/** Prints what a change of the documents means for users of the package, as Markdown. */
export function printNews(comparisons: ReadonlyMap<string, Comparison>): string {
  return [...comparisons]
    .map(([service, { changes }]) => {
      const groups = groupByOperation(newsOf(changes)).map(
        ([operations, group]) => `- ${operations}\n${group.map((change) => `  - ${news(change)}`).join("\n")}`,
      );
      return `The document of \`${service}\` has changed.\n\n${groups.join("\n")}`.trim();
    })
    .join("\n\n");
}

/** Patches are news only if there is nothing else. */
function newsOf(changes: readonly Change[]): readonly Change[] {
  const others = changes.filter(({ bump }) => bump !== "patch");
  return others.length > 0 ? others : changes;
}

function news({ bump, message }: Said): string {
  return bump === "major" ? `**Breaks:** ${message}` : message;
}

/** Prints the changes of one document, by the operations that share them. */
export function printChanges({ changes }: Comparison): string {
  if (changes.length === 0) return NOTHING_SHOWN;
  const groups = groupByOperation(changes);
  const rest = groups.length - MOST_GROUPS;
  const shown = groups.slice(0, MOST_GROUPS).map(
    ([operations, group]) =>
      `${operations}\n${limited(group)
        .map(({ bump, message }) => `  ${SIGNS[bump]} ${message}`)
        .join("\n")}`,
  );
  return [...shown, ...(rest > 0 ? [`and changes of ${rest} more, which the changeset lists`] : [])].join("\n");
}

/** Groups changes by the operations that share them. Operations that are new or removed as a whole are groups, too. */
function groupByOperation(changes: readonly Change[]): [operations: string, changes: readonly Said[]][] {
  const operationsOf = new Map<string, Set<string>>();
  const said = new Map<string, Said>();
  for (const { bump, operation, message } of changes) {
    const whole = operation !== undefined && wholeOf(message);
    const change = { bump, message: printable(whole ? operation : message) };
    const key = `${bump} ${change.message}`;
    said.set(key, change);
    const group = whole || printable(operation ?? "the document");
    operationsOf.set(key, (operationsOf.get(key) ?? new Set()).add(group));
  }
  const groups = new Map<string, Said[]>();
  for (const [key, change] of said) {
    const operations = listOperations([...(operationsOf.get(key) ?? [])]);
    groups.set(operations, [...(groups.get(operations) ?? []), change]);
  }
  return [...groups];
}

function wholeOf(message: string): string | undefined {
  if (message === "is new") return "new operations";
  return message === "was removed" ? "removed operations" : undefined;
}

function newOperations({ changes }: Comparison): string[] {
  return changes.flatMap(({ operation, message }) => (operation && message === "is new" ? [operation] : []));
}

function listOperations(operations: readonly string[]): string {
  if (operations.length <= MOST_OPERATIONS) return operations.join(", ");
  const shown = operations.slice(0, MOST_OPERATIONS - 1);
  return `${shown.join(", ")} and ${operations.length - shown.length} more operations`;
}

function limited(changes: readonly Said[]): Said[] {
  const some = (bump: Said["bump"], most: number): Said[] => {
    const all = changes.filter((change) => change.bump === bump);
    const rest = all.length - most;
    return rest <= 1 ? all : [...all.slice(0, most), { bump, message: `and ${rest} more of that kind` }];
  };
  return [...some("major", Number.POSITIVE_INFINITY), ...some("minor", MOST), ...some("patch", MOST_PATCHES)];
}

function printErrors(errors: readonly CompileError[], release: string): string[] {
  const kinds: readonly [title: string, errors: readonly CompileError[]][] = [
    [`What users of ${release} write no longer compiles:`, errors.filter(isReleased)],
    ["The sources no longer compile:", errors.filter(isOfSources)],
    ["To fix here:", errors.filter((error) => !isReleased(error) && !isOfSources(error))],
  ];
  return kinds.flatMap(([title, of]) => section(title, of.map(printError)));
}

function printNotes(notes: Notes | undefined): string[] {
  if (!notes) return [];
  const { unchecked, warnings, removedTargets } = notes;
  return [
    ...section("The fake does not check:", unchecked),
    ...section(
      "Ignored in the vendor's document:",
      warnings.map(({ pointer = "#/", message }) => printable(`${message} At ${pointer}.`)),
    ),
    ...section("Deleted from the overlay, because the document has nothing there:", removedTargets),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - MOST;
  const shown = [...lines.slice(0, MOST), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return [`${title}\n${indent(shown.join("\n"))}`];
}

function isReleased({ file }: CompileError): boolean {
  return file.startsWith(`${RELEASED}/`);
}

function printError({ file, line, message }: CompileError): string {
  return `${file.replace(`${RELEASED}/`, "")}:${line}  ${message}`;
}

function next(version: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (bump === "major") return `${major + 1}.0.0`;
  return bump === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
