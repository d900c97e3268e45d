import type { Match, Person, SearchRequest } from "../../../src/types.js";
import { isFoundBy, type Owners } from "./reference.js";

/** Reference implementation of a search response with a single page. */
export function responseTo(request: SearchRequest, everyone: readonly Person[], owners: Owners) {
  const found = everyone.filter((person) => isFoundBy(request.filters ?? [], person, owners));
  const ordered = request.sort_by === undefined ? found : inOrder(found, request.sort_by);
  const page = ordered.slice(0, request.size);
  return { people: page.map((person) => shown(person, request)), count: found.length };
}

/** Stable insertion sort: inserts each person before the first who should come after them. */
export function inOrder(people: readonly Person[], sortBy: string): Person[] {
  const descends = sortBy[0] === "-";
  const field = (descends ? sortBy.slice(1) : sortBy) as keyof Person;
  const ordered: Person[] = [];
  for (const person of people) {
    const value = person[field] ?? null;
    const place = ordered.findIndex((other) => {
      const theirs = other[field] ?? null;
      if (value === null) return false;
      if (theirs === null) return true;
      return descends ? value > theirs : value < theirs;
    });
    ordered.splice(place === -1 ? ordered.length : place, 0, person);
  }
  return ordered;
}

/** Returns a person as the response contains them, after JSON. */
function shown(person: Person, { past_jobs, return_fields = [] }: SearchRequest): unknown {
  const copy: Person = JSON.parse(JSON.stringify(person));
  if (past_jobs !== undefined && copy.jobs) {
    const current = copy.jobs.filter((job) => !job.ended_at);
    const past = copy.jobs.filter((job) => job.ended_at).slice(0, past_jobs);
    copy.jobs = copy.jobs.filter((job) => current.includes(job) || past.includes(job));
  }
  return return_fields.length === 0 ? copy : keepAt("", copy, ["id", ...return_fields]);
}

/** Keeps every value that is at a path, on the way to it, or inside it. */
function keepAt(here: string, value: unknown, paths: readonly string[]): unknown {
  if (paths.some((path) => here === path || here.startsWith(`${path}.`))) return value;
  if (Array.isArray(value)) return value.map((item) => keepAt(here, item, paths));
  if (value === null || typeof value !== "object") return value === null ? null : undefined;
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const there = here === "" ? key : `${here}.${key}`;
    if (paths.some((path) => path === there || path.startsWith(`${there}.`) || there.startsWith(`${path}.`))) {
      kept[key] = keepAt(there, inner, paths);
    }
  }
  return kept;
}

/** A person, and the email addresses by which `find` matches them. */
export interface Addressed {
  readonly person: Person;
  readonly emails: readonly string[];
}

/** Reference implementation of a match of `find`: the ids of everyone who matches. */
export function idsMatching({ fields }: Match, everyone: readonly Addressed[]): string[] {
  const alike = (one: string | null | undefined, other: string) =>
    (one ?? undefined)?.trim().split(/\s+/).join(" ").toUpperCase() ===
    other.trim().split(/\s+/).join(" ").toUpperCase();
  const agrees = ({ person, emails }: Addressed, name: string, term: string): boolean => {
    if (name === "email_address") return emails.some((email) => alike(email, term));
    if (name === "name") return alike(person.name, term);
    if (name === "linkedin") return alike(person.linkedin, term);
    if (name === "company.name") return (person.jobs ?? []).some((job) => alike(job.company?.name, term));
    return false;
  };
  if (fields.length === 0) return [];
  const meant = everyone.filter((one) => fields.every((field) => agrees(one, field.field_name, field.search_term)));
  return meant.map(({ person }) => person.id);
}
