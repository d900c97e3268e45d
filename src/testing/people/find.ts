import type { FindRequest, FindResponse, Match, MatchField, MatchResult } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { projectPerson } from "./sort-and-project.js";
import { type IndexName, type PeopleStore, simplify } from "./store.js";
import { valuesAt } from "./values-at.js";

/** How many people a match returns at most if `size` is absent. The API's own default is unknown. */
const DEFAULT_SIZE = 1;

/** The most selective index comes first. */
const INDEXES = new Map<string, IndexName>([
  ["email_address", "find.email_address"],
  ["linkedin", "find.linkedin"],
  ["name", "find.name"],
  ["company.name", "find.company.name"],
]);

/**
 * Finds the people of each match. All fields must match, ignoring case and extra spaces. `confidence` has no effect,
 * since its effect in the API is unknown.
 */
export function findPeople(store: PeopleStore, request: FindRequest): FindResponse {
  return { matches: request.matches.map((match) => findOne(store, match, request)) };
}

/** Returns the first `size` people that match. */
export function findMatches(store: PeopleStore, { fields }: Match, size: number): KnownPerson[] {
  if (fields.length === 0) return [];
  const wanted = fields.map(({ field_name, search_term }) => ({ field_name, search_term: simplify(search_term) }));
  const found: KnownPerson[] = [];
  for (const known of candidatesFor(store, wanted)) {
    if (found.length >= size) break;
    if (wanted.every((field) => matches(known, field))) found.push(known);
  }
  return found;
}

function findOne(store: PeopleStore, match: Match, { size = DEFAULT_SIZE, return_fields }: FindRequest): MatchResult {
  // `found` is set even if `size` is 0.
  const found = findMatches(store, match, Math.max(size, 1));
  return {
    found: found.length > 0,
    people: found.slice(0, size).map(({ person }) => projectPerson(person, return_fields)),
  };
}

function candidatesFor(store: PeopleStore, wanted: readonly MatchField[]): readonly KnownPerson[] {
  for (const [name, index] of INDEXES) {
    const term = wanted.find(({ field_name }) => field_name === name)?.search_term;
    if (term !== undefined) return store.lookUp(index, term).flatMap((number) => store.all[number] ?? []);
  }
  return store.all;
}

function matches(known: KnownPerson, { field_name, search_term }: MatchField): boolean {
  return readField(known, field_name).some((value) => simplify(String(value)) === search_term);
}

function readField({ person, emails }: KnownPerson, fieldName: string): readonly unknown[] {
  if (fieldName === "email_address") return emails;
  // Inferred: any company that the person has worked at counts, not only the current one.
  if (fieldName.startsWith("company.")) return valuesAt(person, `jobs.${fieldName}`);
  return valuesAt(person, fieldName);
}
