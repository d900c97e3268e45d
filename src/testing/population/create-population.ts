import type { KnownCompany } from "./companies.js";
import { createFixedPeople } from "./fixed-people.js";
import { createInstitutions, pickerFor } from "./institutions.js";
import { completePerson, type KnownPerson, outlinePerson } from "./people.js";

/** The made-up people and companies of a fake. */
export interface Population {
  readonly people: readonly KnownPerson[];
  readonly companies: readonly KnownCompany[];
}

/**
 * Creates people and companies.
 *
 * The same seed creates the same people, byte for byte, on any day and platform. A larger population starts with the
 * people of a smaller one of the same seed.
 *
 * @param seed any integer
 * @param count how many people, including the fixed ones
 */
export function createPopulation(seed: number, count: number): Population {
  const institutions = createInstitutions(count);
  const people = createFixedPeople(institutions.companies).slice(0, count).map(completePerson);
  for (let index = 0; people.length < count; index++) {
    people.push(completePerson(outlinePerson(seed, index, pickerFor(people.length + 1, institutions))));
  }
  return { people, companies: institutions.companies };
}
