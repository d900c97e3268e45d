import type { FindRequest, FindResponse, Match, MatchField } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { Refusal } from "../reply.js";
import { compileProjection } from "./sort-and-project.js";
import { type IndexName, type PeopleStore, simplify } from "./store.js";
import { someValueAt } from "./values-at.js";

/** How many people a match returns at most if `size` is absent. The API's own default is unknown. */
const DEFAULT_SIZE = 1;

/** How many people one response returns at most. A JSON text of many more would be too long for a string. */
const MAX_PEOPLE = 100_000;

/** A field of a match. `search_term` is simplified. */
interface CompiledField extends MatchField {
  readonly matches: (known: KnownPerson) => boolean;
}

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
 *
 * @throws {Refusal} 400 if more people match than one response may return.
 */
export function findPeople(store: PeopleStore, request: FindRequest): FindResponse {
  const { size = DEFAULT_SIZE, return_fields } = request;
  const project = compileProjection(return_fields);
  let people = 0;
  return {
    matches: request.matches.map((match) => {
      // `found` is set even if `size` is 0.
      const found = findMatches(store, match, Math.max(size, 1));
      people += found.length;
      if (people > MAX_PEOPLE) throw new Refusal(400, `matches must find at most ${MAX_PEOPLE} people: lower size`);
      return { found: found.length > 0, people: found.slice(0, size).map(({ person }) => project(person)) };
    }),
  };
}

/** Returns the first `size` people that match. */
export function findMatches(store: PeopleStore, { fields }: Match, size: number): KnownPerson[] {
  if (fields.length === 0) return [];
  const wanted = fields.map(({ field_name, search_term }) => compileField(field_name, simplify(search_term)));
  const found: KnownPerson[] = [];
  for (const known of candidatesFor(store, wanted)) {
    if (found.length >= size) break;
    if (wanted.every(({ matches }) => matches(known))) found.push(known);
  }
  return found;
}

function candidatesFor(store: PeopleStore, wanted: readonly CompiledField[]): readonly KnownPerson[] {
  for (const [name, index] of INDEXES) {
    const term = wanted.find(({ field_name }) => field_name === name)?.search_term;
    if (term !== undefined) return store.lookUp(index, term).flatMap((number) => store.all[number] ?? []);
  }
  return store.all;
}

/** Compiles a field once per match, since it may be compared with everyone. */
function compileField(field_name: string, search_term: string): CompiledField {
  const isSame = (value: unknown) => simplify(String(value)) === search_term;
  if (field_name === "email_address") return { field_name, search_term, matches: ({ emails }) => emails.some(isSame) };
  // Inferred: any company that the person has worked at counts, not only the current one.
  const path = (field_name.startsWith("company.") ? `jobs.${field_name}` : field_name).split(".");
  return { field_name, search_term, matches: ({ person }) => someValueAt(person, path, isSame) };
}
