import type { Company } from "../../types.js";
import { countCompanies, createCompanies, type KnownCompany } from "./companies.js";
import type { NonEmpty, Random } from "./random.js";
import { countSchools, createSchools } from "./schools.js";

/** As many companies, or schools, as a small world has at most. */
const FEW = 24;

/** Where people live their lives. */
export interface Scene {
  readonly companies: NonEmpty<KnownCompany>;
  readonly schools: NonEmpty<string>;
}

/** Sets the scene for so many people. */
export function createScene(people: number): Scene {
  return { companies: createCompanies(people), schools: createSchools(people) };
}

/** The scene as it was for a world that ended with a given person, so that a larger one begins with the same people. */
export interface SceneThen {
  pickCompany(random: Random): Company;
  pickSchool(random: Random): string;
}

/** Goes back to the scene of a smaller world. */
export function sceneOf(people: number, { companies, schools }: Scene): SceneThen {
  const [companyCount, schoolCount] = [countCompanies(people), countSchools(people)];
  return {
    pickCompany: (random) => pickFrom(companies, companyCount, random).company,
    pickSchool: (random) => pickFrom(schools, schoolCount, random),
  };
}

/** In a small world all go to the best known places; in a large one, most to any of those that few have heard of. */
function pickFrom<T>(list: NonEmpty<T>, count: number, random: Random): T {
  const isLarge = count > FEW;
  return isLarge && random.chance(0.75) ? random.pick(list, count) : random.pickEarly(list, count);
}
