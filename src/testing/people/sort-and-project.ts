import type { Job, Person } from "../../types.js";
import { isCurrent } from "./match-filter.js";
import { firstValueAt } from "./values-at.js";

/** Where someone stands in a sorted list. */
export interface Place {
  /** What the list is sorted by; `null` where the person has no such value, which sorts last both ways. */
  readonly key: string | number | null;
  /** The person's number in the population, which decides between equal keys. */
  readonly number: number;
}

/** Makes a reader of what people are sorted by. */
export function compileKey(sortBy: string | undefined): (person: Person) => Place["key"] {
  if (sortBy === undefined) return () => null;
  const path = sortBy.replace(/^-/, "").split(".");
  return (person) => {
    const value = firstValueAt(person, path);
    return typeof value === "string" || typeof value === "number" ? value : null;
  };
}

/** Makes the comparison of two places; a leading `-` in `sortBy` descends. */
export function comparePlaces(sortBy: string | undefined): (a: Place, b: Place) => number {
  const direction = sortBy?.startsWith("-") ? -1 : 1;
  return (a, b) => compareKeys(a.key, b.key, direction) || a.number - b.number;
}

function compareKeys(a: Place["key"], b: Place["key"], direction: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return (a - b) * direction;
  // By code unit, not by locale: the order must not depend on the machine.
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : (left < right ? -1 : 1) * direction;
}

/**
 * Takes the first `count` of a list as `compare` orders it. The order of all the others is never worked out, or a page
 * of ten would cost the sorting of everyone.
 */
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

/** Keeps the current jobs and at most so many past ones. */
export function limitPastJobs(person: Person, pastJobs: number | undefined): Person {
  if (pastJobs === undefined || !person.jobs) return person;
  let left = pastJobs;
  const keep = (job: Job) => isCurrent(job) || left-- > 0;
  return { ...person, jobs: person.jobs.filter(keep) };
}

interface Fields {
  [key: string]: Fields | true;
}

/** Keeps the given dotted paths, and `id`, which every person has. Without paths nothing is left out. */
export function projectPerson(person: Person, returnFields: readonly string[] | undefined): Person {
  if (returnFields === undefined || returnFields.length === 0) return person;
  const picked = pick(person, toFields(returnFields));
  return { ...(isRecord(picked) ? picked : {}), id: person.id };
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
