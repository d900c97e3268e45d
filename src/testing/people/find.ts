import type { FindRequest, FindResponse, Match, MatchField, MatchResult } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { simplify } from "./simplify.js";
import { projectPerson } from "./sort-and-project.js";
import type { IndexName, PeopleStore } from "./store.js";
import { valuesAt } from "./values-at.js";

/** How many people a match finds at most where `size` is absent. The API's own default is not known. */
const DEFAULT_SIZE = 1;

/** Those that leave the fewest people come first. */
const INDEXES = new Map<string, IndexName>([
  ["email_address", "find.email_address"],
  ["linkedin", "find.linkedin"],
  ["name", "find.name"],
  ["company.name", "find.company.name"],
]);

/**
 * Resolves given people. Everything known of a person must agree, upper and lower case aside. `confidence` is accepted
 * and changes nothing: how it does at the API is not known.
 */
export function findPeople(store: PeopleStore, request: FindRequest): FindResponse {
  return { matches: request.matches.map((match) => findOne(store, match, request)) };
}

/** Finds whom a match means, the first `size` of them. */
export function findKnown(store: PeopleStore, { fields }: Match, size: number): KnownPerson[] {
  if (fields.length === 0) return [];
  const wanted = fields.map(({ field_name, search_term }) => ({ field_name, search_term: simplify(search_term) }));
  const found: KnownPerson[] = [];
  for (const known of candidatesFor(store, wanted)) {
    if (found.length >= size) break;
    if (wanted.every((field) => agrees(known, field))) found.push(known);
  }
  return found;
}

function findOne(store: PeopleStore, match: Match, { size = DEFAULT_SIZE, return_fields }: FindRequest): MatchResult {
  // Whether anyone was found is told even where no one is asked for.
  const found = findKnown(store, match, Math.max(size, 1));
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

function agrees(known: KnownPerson, { field_name, search_term }: MatchField): boolean {
  return readField(known, field_name).some((value) => simplify(String(value)) === search_term);
}

function readField({ person, emails }: KnownPerson, fieldName: string): readonly unknown[] {
  if (fieldName === "email_address") return emails;
  // Inferred: someone is found by any company they have worked at, not just by the present one.
  if (fieldName.startsWith("company.")) return valuesAt(person, `jobs.${fieldName}`);
  return valuesAt(person, fieldName);
}
