import { createAnchors } from "./anchors.js";
import { createCompanies, type KnownCompany } from "./companies.js";
import { completePerson, type KnownPerson, outlinePerson } from "./people.js";

/** The made-up world an embedded API knows of. */
export interface Population {
  readonly people: readonly KnownPerson[];
  readonly companies: readonly KnownCompany[];
}

/**
 * Makes up people and companies.
 *
 * The same seed gives the same people, byte for byte, on any day and any platform, and a larger population begins with a
 * smaller one of the same seed.
 *
 * @param seed Any integer.
 * @param count How many people, the few that are always there included.
 */
export function createPopulation(seed: number, count: number): Population {
  const companies = createCompanies();
  const anchors = createAnchors(companies).slice(0, count);
  const rest = Array.from({ length: count - anchors.length }, (_, index) => outlinePerson(seed, index, companies));
  return { people: [...anchors, ...rest].map(completePerson), companies };
}
