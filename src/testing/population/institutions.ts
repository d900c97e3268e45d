import type { Company } from "../../types.js";
import { countCompanies, createCompanies, type KnownCompany } from "./companies.js";
import type { NonEmpty, Random } from "./random.js";
import { countInvented, invent, SCHOOLS } from "./words.js";

/** A list is small up to this length. */
const SMALL = 24;

/** The companies and schools of a population. */
export interface Institutions {
  readonly companies: NonEmpty<KnownCompany>;
  readonly schools: NonEmpty<string>;
}

/** Creates the companies and schools for a number of people. */
export function createInstitutions(people: number): Institutions {
  return { companies: createCompanies(people), schools: createSchools(people) };
}

/** Picks companies and schools for one person. */
export interface InstitutionPicker {
  pickCompany(random: Random): Company;
  pickSchool(random: Random): string;
}

/**
 * Creates a picker limited to the institutions of a smaller population, so that a larger population starts with the
 * same people.
 *
 * @param people size of the smaller population
 */
export function pickerFor(people: number, { companies, schools }: Institutions): InstitutionPicker {
  const [companyCount, schoolCount] = [countCompanies(people), countSchools(people)];
  return {
    pickCompany: (random) => pickFrom(companies, companyCount, random).company,
    pickSchool: (random) => pickFrom(schools, schoolCount, random),
  };
}

/** Prefers the best known in a small list. In a large one, three in four picks are uniform. */
function pickFrom<T>(list: NonEmpty<T>, count: number, random: Random): T {
  const isLarge = count > SMALL;
  return isLarge && random.chance(0.75) ? random.pick(list, count) : random.pickEarly(list, count);
}

/** A large population has one invented school for this many people. */
const PEOPLE_PER_SCHOOL = 100;

const KINDS: NonEmpty<string> = [
  "University",
  "College",
  "Institute of Technology",
  "Polytechnic",
  "School of Business",
  "State University",
  "Academy of Arts",
];

/** Returns the number of schools for a number of people. */
function countSchools(people: number): number {
  return SCHOOLS.length + countInvented(people, PEOPLE_PER_SCHOOL);
}

/** Creates the schools for a number of people, the best known first. */
export function createSchools(people: number): NonEmpty<string> {
  const [first, ...rest] = SCHOOLS;
  const invented = Array.from({ length: countSchools(people) - SCHOOLS.length }, (_, number) => {
    const { name, kind } = invent(number, KINDS);
    return `${name} ${kind}`;
  });
  return [first, ...rest, ...invented];
}
