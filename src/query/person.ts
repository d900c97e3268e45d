import type { Match } from "../types.js";
import { personClauses } from "./clauses.js";
import { fail, slugOf, textOf } from "./values.js";

/** What may be known of a person. */
export interface PersonFacts {
  /** An email address. */
  readonly email: string;
  /** The LinkedIn slug, or the URL of the profile. */
  readonly linkedin: string;
  /** The full name. */
  readonly name: string;
  /** The name of a company. That a former one counts, too, is inferred. */
  readonly company: string;
}

/** An email address, a LinkedIn profile, or a name and a company; what else is known narrows the match down. */
export type PersonKey =
  | Pick<PersonFacts, "email">
  | Pick<PersonFacts, "linkedin">
  | Pick<PersonFacts, "name" | "company">;

/**
 * `person(…)` makes a match of `find` and a query of `findMany`. Its members make clauses about the person.
 *
 * `email` is documented; `linkedin`, `name` and `company`, and their combination, are observed.
 *
 * @example await livedata.people.find({ size: 1, matches: [q.person({ email: "jane@example.com" })] })
 * @example q.allOf(q.person.firstName("Jane"), q.person.lastName("Doe"))
 */
export const person = /* @__PURE__ */ Object.assign((facts: PersonKey & Partial<PersonFacts>): Match => {
  const { email, linkedin, name, company, ...unknown } = (facts ?? {}) as Partial<PersonFacts>;
  if (!(email || linkedin || (name && company)) || Object.keys(unknown).length > 0)
    fail("person", "{ email }, { linkedin } or { name, company }");
  return {
    fields: (
      [
        ["email_address", email, textOf],
        ["linkedin", linkedin, slugOf],
        ["name", name, textOf],
        ["company.name", company, textOf],
      ] as const
    ).flatMap(([field_name, value, check]) =>
      value === undefined ? [] : [{ field_name, search_term: check(value, "person", "in") }],
    ),
  };
}, personClauses);
