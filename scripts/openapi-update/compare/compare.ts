import type { Bundle } from "../../generate/redocly.js";
import { type Bump, compareBumps, isLess } from "../bump.js";
import { compareFacts } from "./facts.js";
import { type DiffReport, redoclyDiff } from "./redocly-diff.js";
import { type Finding, readReport } from "./redocly-findings.js";
import { splitSides } from "./sides.js";
import { findTypeChanges, type TypeChange } from "./type-breaks.js";

/** A document and the types made of it. */
export interface Version {
  readonly bundle: Bundle;
  /** What `generateTypes` makes of it. */
  readonly types: string;
}

/** One change, of one operation; a change of a component is there once for each operation that uses it. */
export interface Change {
  /** `POST /search`, `webhook POST jobChanged`; undefined where it is of no single operation. */
  readonly operation: string | undefined;
  readonly bump: "patch" | "minor" | "major";
  /** Where in the operation, and what has changed; the same for all operations that a component's change concerns. */
  readonly message: string;
  /** Who found it. */
  readonly by: "redocly" | "typescript";
  /** A JSON pointer into the bundle after, or before where it was removed; absent where it is not known. */
  readonly pointer?: string;
}

/** What has changed from one version to the next. */
export interface Comparison {
  /** The greatest bump of all. */
  readonly bump: Bump;
  /** The greatest first. */
  readonly changes: readonly Change[];
}

/**
 * Compares two versions of one document: what `redocly diff` says of the documents, and the TypeScript compiler of the
 * types. What either calls major is major, but for the few verdicts of Redocly's that are known to be wrong for us
 * (`redocly-findings.ts`).
 *
 * @param before the version that programs were written for
 * @param after the next
 * @throws where Redocly cannot compare the documents, such as two versions of OpenAPI
 */
export async function compare(before: Version, after: Version): Promise<Comparison> {
  return combine(before, after, await diffSides(before, after));
}

/** The report of `redocly diff`, in which each side has components of its own. */
export function diffSides(before: Version, after: Version): Promise<DiffReport> {
  return redoclyDiff(splitSides(before.bundle), splitSides(after.bundle));
}

/** Joins both opinions. */
export function combine(before: Version, after: Version, report: DiffReport): Comparison {
  const types = findTypeChanges(before.types, after.types);
  const breaks = types.breaks.map((change) => fromTypes(change, "major"));
  const gains = types.gains.map((change) => fromTypes(change, "minor"));
  const facts = compareFacts(before.bundle, after.bundle).map(
    (fact): Finding => ({ ...fact, by: "redocly", path: "" }),
  );
  const seen = readReport(report, splitSides(before.bundle), splitSides(after.bundle));
  const judged = seen.map((finding) => overruled(finding, breaks));
  const findings = withoutRepeats([...judged, ...facts], [...breaks, ...gains]);
  const changes = findings
    .map(({ operation, bump, message, by, pointer }) => ({
      operation,
      bump,
      message,
      by,
      ...(pointer !== undefined && { pointer }),
    }))
    .sort((one, other) => compareBumps(other.bump, one.bump));
  return { bump: changes[0]?.bump ?? "none", changes };
}

/**
 * Whether what is read still has its structure is for the compiler to say: Redocly looks at one keyword at a time, and
 * takes a schema that became one of an `allOf` for lost. Where anything at the place breaks, Redocly may well mean that.
 */
function overruled(finding: Finding, breaks: readonly Finding[]): Finding {
  const isBroken = breaks.some(({ operation, place }) => operation === finding.operation && place === finding.place);
  if (!finding.isStructure || isBroken) return finding;
  return { ...finding, bump: "patch", message: `${finding.message}; the types allow what they did` };
}

/** Of what both found, the graver stays; Redocly's where they agree, since it tells of the document. */
function withoutRepeats(seen: readonly Finding[], compiled: readonly Finding[]): Finding[] {
  const added = compiled.filter(
    (finding) => !seen.some((each) => !isLess(each.bump, finding.bump) && covers(each, finding)),
  );
  const left = seen.filter(
    (finding) => !added.some((each) => isLess(finding.bump, each.bump) && isSame(finding, each)),
  );
  return [...left, ...added];
}

/** Whether what Redocly found tells of what the compiler did: it is the same thing, or has to do with it. */
function covers(seen: Finding, compiled: Finding): boolean {
  if (seen.operation !== compiled.operation) return false;
  if (seen.isWhole) return true;
  if (seen.place !== compiled.place) return compiled.place !== undefined && isPartOf(compiled.place, seen.place);
  // The way to a schema that is there in several places is not the same for both.
  if (compiled.inComponent !== undefined && seen.inComponents?.includes(compiled.inComponent)) return true;
  if (seen.members !== undefined) return seen.members.includes(compiled.path);
  return seen.path === compiled.path || isInside(compiled.path, seen.path) || isInside(seen.path, compiled.path);
}

/** All parameters, or all headers of a response, change at once where a document loses the list of them. */
function isPartOf(place: string, whole: string | undefined): boolean {
  if (whole === "parameters") return / parameter `/.test(place);
  return whole !== undefined && place.startsWith(`${whole} header `);
}

function isSame(seen: Finding, compiled: Finding): boolean {
  if (seen.isAnnotation || seen.operation !== compiled.operation || seen.place !== compiled.place) return false;
  return seen.members?.includes(compiled.path) ?? seen.path === compiled.path;
}

function isInside(path: string, whole: string): boolean {
  return whole !== "" && (path.startsWith(`${whole}.`) || path.startsWith(`${whole}[]`));
}

function fromTypes({ operation, place, path, problem, inComponent }: TypeChange, bump: "minor" | "major"): Finding {
  const subject = inComponent ?? path;
  const name = subject && `\`${subject}\``;
  const where = place === undefined ? "" : name && place ? `${place}: ` : `${place} `;
  const message = `${where}${name && `${name} `}${problem}`;
  return { operation, place, path, bump, message, by: "typescript", ...(inComponent !== undefined && { inComponent }) };
}
