import { type Bundle, operationsOf } from "../../generate/document.js";
import { nameSchemas, queryName, schemaTypeNames } from "../../generate/named-schemas.js";
import { compareFacts, type DocumentChange, findDocumentChanges, isSameDocument } from "./documents.js";
import { findTypeChanges, type Queries, type TypeChange } from "./type-breaks.js";

/** The bumps of the package's version that a change may need, the least first. */
const BUMPS = ["none", "patch", "minor", "major"] as const;

export type Bump = (typeof BUMPS)[number];

export function greatest(bumps: readonly Bump[]): Bump {
  return BUMPS.filter((bump) => bumps.includes(bump)).at(-1) ?? "none";
}

export function isLess(bump: Bump, than: Bump): boolean {
  return BUMPS.indexOf(bump) < BUMPS.indexOf(than);
}

/** A document and the types that are generated from it. */
export interface Version {
  readonly bundle: Bundle;
  /** The result of `generateTypes`. */
  readonly types: string;
}

export interface Change extends DocumentChange {
  /** What shows the change. */
  readonly by: "document" | "types";
}

/** What has changed from one version to the next. */
export interface Comparison {
  /** The greatest bump of all; `patch` if only what is not listed has changed, such as tags. */
  readonly bump: Bump;
  /** The greatest bump first. */
  readonly changes: readonly Change[];
}

/**
 * Compares two versions of one document. The TypeScript compiler judges shapes: whether a program that compiled still
 * does. What types do not show, such as limits and security, is compared in the documents.
 */
export function compare(before: Version, after: Version): Comparison {
  const [old, now] = [nameSchemas(before.bundle, false), nameSchemas(after.bundle, false)];
  const types = findTypeChanges(before.types, after.types, [queriesOf(old), queriesOf(now)]);
  const changes = [
    ...types.breaks.map((change) => fromTypes(change, "major")),
    ...types.gains.map((change) => fromTypes(change, "minor")),
    ...[...compareFacts(before.bundle, after.bundle), ...findDocumentChanges(old, now)].map(
      (change): Change => ({ ...change, by: "document" }),
    ),
  ].sort((one, other) => BUMPS.indexOf(other.bump) - BUMPS.indexOf(one.bump));
  const rest = isSameDocument(before.bundle, after.bundle) ? "none" : "patch";
  return { bump: changes[0]?.bump ?? rest, changes };
}

/** @param document a document with names */
function queriesOf(document: Bundle): Queries {
  const names = schemaTypeNames(document);
  return new Map(
    operationsOf(document).map(({ name, operation }) => [name, names.get(queryName(operation) ?? "") ?? ""]),
  );
}

function fromTypes({ operation, place, path, problem, inComponent }: TypeChange, bump: "minor" | "major"): Change {
  const subject = inComponent ?? path;
  const name = subject && `\`${subject}\` `;
  const where = place === undefined ? "" : name && place ? `${place}: ` : `${place} `;
  return { operation, bump, message: `${where}${name}${problem}`, by: "types" };
}
