import type { Job, Person } from "../../types.js";
import { isRecord } from "../utilities.js";
import { isCurrent } from "./match-filter.js";
import { firstValueAt } from "./values-at.js";

/** A person's position in a sorted list. */
export interface SortPosition {
  /** The value that the list is sorted by. `null` if the person has none: it sorts last in both directions. */
  readonly key: string | number | null;
  /** The person's number in the store. It decides between equal keys. */
  readonly number: number;
}

/** Returns a function that reads a person's sort key. */
export function compileKey(sortBy: string | undefined): (person: Person) => SortPosition["key"] {
  if (sortBy === undefined) return () => null;
  const path = sortBy.replace(/^-/, "").split(".");
  return (person) => {
    const value = firstValueAt(person, path);
    return typeof value === "string" || typeof value === "number" ? value : null;
  };
}

/** Returns a comparison of two positions. A leading `-` in `sortBy` means descending order. */
export function compareSortPositions(sortBy: string | undefined): (a: SortPosition, b: SortPosition) => number {
  const direction = sortBy?.startsWith("-") ? -1 : 1;
  return (a, b) => compareKeys(a.key, b.key, direction) || a.number - b.number;
}

function compareKeys(a: SortPosition["key"], b: SortPosition["key"], direction: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return (a - b) * direction;
  // By code unit rather than locale, so that the order does not depend on the machine.
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : (left < right ? -1 : 1) * direction;
}

/** Returns the first `count` items in the order of `compare`, without sorting the whole list. */
export function takeFirst<T>(list: readonly T[], count: number, compare: (a: T, b: T) => number): T[] {
  let first: T[] = [];
  let last: T | undefined;
  for (const item of list) {
    if (last !== undefined && compare(item, last) >= 0) continue;
    first.push(item);
    if (first.length < 2 * count + 100) continue;
    first = first.sort(compare).slice(0, count);
    last = first.at(-1);
  }
  return first.sort(compare).slice(0, count);
}

/** Keeps all current jobs, and at most `pastJobs` past ones. */
export function limitPastJobs(person: Person, pastJobs: number | undefined): Person {
  if (pastJobs === undefined || !person.jobs) return person;
  let left = pastJobs;
  const keep = (job: Job) => isCurrent(job) || left-- > 0;
  return { ...person, jobs: person.jobs.filter(keep) };
}

interface Fields {
  [key: string]: Fields | true;
}

/** Returns a function that keeps only the given dotted paths, and `id`. Without paths it keeps everything. */
export function compileProjection(returnFields: readonly string[] | undefined): (person: Person) => Person {
  if (returnFields === undefined || returnFields.length === 0) return (person) => person;
  const fields = toFields(returnFields);
  return (person) => {
    const picked = pick(person, fields);
    return { ...(isRecord(picked) ? picked : {}), id: person.id };
  };
}

function toFields(paths: readonly string[]): Fields {
  const fields: Fields = Object.create(null);
  for (const path of paths) addPath(fields, path.split("."));
  return fields;
}

function addPath(fields: Fields, [key = "", ...rest]: readonly string[]): void {
  if (fields[key] === true) return;
  if (rest.length === 0) {
    fields[key] = true;
    return;
  }
  const inner: Fields = fields[key] ?? Object.create(null);
  fields[key] = inner;
  addPath(inner, rest);
}

function pick(value: unknown, fields: Fields | true): unknown {
  if (fields === true || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, fields));
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const wanted = fields[key];
    return wanted === undefined ? [] : [[key, pick(inner, wanted)] as const];
  });
  return Object.fromEntries(entries);
}
