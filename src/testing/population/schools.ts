import { countGrown, invent } from "./invented.js";
import type { NonEmpty } from "./random.js";
import { SCHOOLS } from "./words.js";

/** How many people there are for each school beyond the named ones. */
const PEOPLE_A_SCHOOL = 100;

const KINDS: NonEmpty<string> = [
  "University",
  "College",
  "Institute of Technology",
  "Polytechnic",
  "School of Business",
  "State University",
  "Academy of Arts",
];

/** Tells how many schools there are where there are so many people. */
export function countSchools(people: number): number {
  return SCHOOLS.length + countGrown(people, PEOPLE_A_SCHOOL);
}

/** Gives the schools of a made-up world with so many people, the best known first. */
export function createSchools(people: number): NonEmpty<string> {
  const [first, ...rest] = SCHOOLS;
  const invented = Array.from({ length: countSchools(people) - SCHOOLS.length }, (_, number) => {
    const { name, kind } = invent(number, KINDS);
    return `${name} ${kind}`;
  });
  return [first, ...rest, ...invented];
}
