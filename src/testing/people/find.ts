import type { FindRequest, FindResponse, Match, MatchField, MatchResult } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { projectPerson } from "./sort-and-project.js";
import { valuesAt } from "./values-at.js";

/** How many people a match finds at most where `size` is absent. The API's own default is not known. */
const DEFAULT_SIZE = 1;

/**
 * Resolves given people. Everything known of a person must agree, upper and lower case aside. `confidence` is accepted
 * and changes nothing: how it does at the API is not known.
 */
export function findPeople(people: readonly KnownPerson[], request: FindRequest): FindResponse {
  return { matches: request.matches.map((match) => findOne(people, match, request)) };
}

function findOne(people: readonly KnownPerson[], { fields }: Match, request: FindRequest): MatchResult {
  const found = fields.length === 0 ? [] : people.filter((known) => fields.every((field) => agrees(known, field)));
  return {
    found: found.length > 0,
    people: found
      .slice(0, request.size ?? DEFAULT_SIZE)
      .map(({ person }) => projectPerson(person, request.return_fields)),
  };
}

function agrees(known: KnownPerson, { field_name, search_term }: MatchField): boolean {
  const term = simplify(search_term);
  return readField(known, field_name).some((value) => simplify(String(value)) === term);
}

function readField({ person, emails }: KnownPerson, fieldName: string): readonly unknown[] {
  if (fieldName === "email_address") return emails;
  // Someone is found by any company they have worked at, not just by the present one.
  if (fieldName.startsWith("company.")) return valuesAt(person, `jobs.${fieldName}`);
  return valuesAt(person, fieldName);
}

function simplify(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}
