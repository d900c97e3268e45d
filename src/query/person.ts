import type { Match } from "../types.js";
import { personClauses } from "./clauses.js";
import { entriesOf, fail, isExtra, slugOf, textOf } from "./values.js";

/** What may be known of a person. */
export interface PersonFacts {
  /** An email address. */
  readonly email: string;
  /** The LinkedIn slug, or the URL of the profile. */
  readonly linkedin: string;
  /** The full name. */
  readonly name: string;
  /** The name of a present or former company. Whether former ones count is inferred. */
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
 * `email` is documented; `linkedin`, and `name` with `company`, are observed. Other combinations are inferred.
 *
 * @example await livedata.people.find({ size: 1, matches: [q.person({ email: "jane@example.com" })] })
 * @example q.allOf(q.person.firstName("Jane"), q.person.lastName("Doe"))
 */
export const person = /* @__PURE__ */ Object.assign(
  ((facts, second?: unknown) => {
    const { email, linkedin, name, company, ...unknown } = (facts ?? {}) as Partial<PersonFacts>;
    if (!(email || linkedin || (name && company)) || isExtra(second, unknown))
      fail("q.person", "{ email }, { linkedin } or { name, company }");
    return {
      fields: entriesOf({ email_address: email, linkedin, name, "company.name": company }).map(
        ([field_name, value]) => ({
          field_name,
          search_term: (field_name === "linkedin" ? slugOf : textOf)(value, "q.person"),
        }),
      ),
    };
  }) as (facts: PersonKey & Partial<PersonFacts>) => Match,
  personClauses,
);
