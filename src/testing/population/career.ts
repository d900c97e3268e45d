import type { Company } from "../../types.js";
import { NO_COMPANY, SELF_EMPLOYED } from "./companies.js";
import type { InstitutionPicker } from "./institutions.js";
import type { Confidence, JobOutline } from "./jobs.js";
import { COLLECTED_IN, type Month } from "./months.js";
import type { NonEmpty, Random } from "./random.js";
import { LADDERS, type Ladder, PLACES, type Position } from "./words.js";

interface Standing {
  readonly company: Company;
  readonly ladder: Ladder;
  readonly rung: number;
}

const CONFIDENCES: NonEmpty<Confidence> = ["validated", "high", "medium", "low"];
const MAX_JOBS = 9;

/** Makes up a career with promotions, moves, gaps, side jobs, and missing values as in real records. */
export function createCareer(random: Random, institutions: InstitutionPicker): JobOutline[] {
  const jobs: JobOutline[] = [];
  let standing = firstStanding(random, institutions);
  let begins = COLLECTED_IN - random.int(4, 300);
  while (begins < COLLECTED_IN && jobs.length < MAX_JOBS) {
    const ends = begins + random.int(8, 66);
    const isLast = ends >= COLLECTED_IN || jobs.length === MAX_JOBS - 1;
    const stillThere = isLast && !random.chance(0.08);
    const endedIn = stillThere ? null : Math.min(ends, Math.max(begins + 1, COLLECTED_IN - 1));
    jobs.push(createJob(random, standing, begins, endedIn));
    if (random.chance(0.08)) jobs.push(createSideJob(random, institutions, begins, endedIn));
    if (isLast) break;
    standing = nextStanding(random, standing, institutions);
    begins = ends + (random.chance(0.2) ? random.int(1, 6) : 0);
  }
  return jobs;
}

function firstStanding(random: Random, institutions: InstitutionPicker): Standing {
  return {
    company: institutions.pickCompany(random),
    ladder: random.pickEarly(LADDERS),
    rung: random.int(0, 1),
  };
}

function nextStanding(random: Random, before: Standing, institutions: InstitutionPicker): Standing {
  if (random.chance(0.35)) return { ...before, rung: before.rung + 1 };
  if (random.chance(0.1)) return { ...firstStanding(random, institutions), rung: before.rung };
  const company = createEmployer(random, institutions);
  return { company, ladder: before.ladder, rung: before.rung + random.int(0, 1) };
}

function createEmployer(random: Random, institutions: InstitutionPicker): Company {
  if (random.chance(0.03)) return NO_COMPANY;
  if (random.chance(0.03)) return SELF_EMPLOYED;
  return institutions.pickCompany(random);
}

function positionAt({ ladder, rung }: Standing): Position {
  return ladder.rungs[Math.min(rung, ladder.rungs.length - 1)] ?? ladder.rungs[0];
}

function createJob(random: Random, standing: Standing, begins: Month, endedIn: Month | null): JobOutline {
  const position = random.chance(0.03) ? undefined : positionAt(standing);
  return {
    title: position?.title ?? null,
    level: position?.level ?? null,
    function: position === undefined ? null : standing.ladder.function,
    company: standing.company,
    place: random.chance(0.1) ? null : random.pick(PLACES),
    // Only past jobs may lack a start: a current job without one would not sort as the newest.
    startedIn: endedIn !== null && random.chance(0.02) ? null : begins,
    endedIn,
    confidence: random.pick(CONFIDENCES),
  };
}

function createSideJob(
  random: Random,
  institutions: InstitutionPicker,
  begins: Month,
  endedIn: Month | null,
): JobOutline {
  const isFreelance = random.chance(0.6);
  return {
    title: isFreelance ? "Independent Consultant" : "Advisor",
    level: "Consultant",
    function: "Consulting",
    company: isFreelance ? SELF_EMPLOYED : institutions.pickCompany(random),
    place: null,
    startedIn: Math.min(begins + random.int(1, 6), (endedIn ?? COLLECTED_IN) - 1),
    endedIn,
    confidence: "low",
  };
}
