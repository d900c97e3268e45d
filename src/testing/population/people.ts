import type { Company, Education, Job, Person } from "../../types.js";
import { createCareer } from "./career.js";
import { NO_COMPANY, slugOf } from "./companies.js";
import { companyKey, completeJobs, type JobOutline, sortNewestFirst } from "./jobs.js";
import { COLLECTED_IN, type Month, month, monthToTime } from "./months.js";
import { createRandom, type Random, scrambledHex } from "./random.js";
import type { SceneThen } from "./scene.js";
import { DEGREES, FIRST_NAMES, SECOND_DEGREES, SURNAME_ENDS, SURNAME_STARTS } from "./words.js";

/** What is decided about a person; the rest follows from it. */
export interface PersonOutline {
  readonly id: string;
  readonly name: string;
  readonly linkedin: string | null;
  readonly jobs: readonly JobOutline[];
  readonly education: readonly Education[];
  readonly connections: number | null;
  /** The addresses `find` knows the person by. They are no field of a person. */
  readonly emails: readonly string[];
}

/** A person, and what the API knows without telling it. */
export interface KnownPerson {
  readonly person: Person;
  readonly emails: readonly string[];
}

/** Makes up the person with the given index. */
export function outlinePerson(seed: number, index: number, scene: SceneThen): PersonOutline {
  const random = createRandom(seed, index);
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(SURNAME_STARTS) + random.pick(SURNAME_ENDS);
  const jobs = createCareer(random, scene);
  const slug = `${firstName}-${lastName}-${index}`.toLowerCase();
  const employer = jobs.find(({ endedIn }) => endedIn === null)?.company;
  return {
    id: `LDP-1-${scrambledHex(index)}${random.hex()}`,
    name: `${firstName} ${lastName}`,
    linkedin: random.chance(0.05) ? null : slug,
    jobs,
    education: createEducation(random, jobs, scene),
    connections: random.chance(0.05) ? null : random.int(0, 500),
    emails: random.chance(0.2) ? [] : [`${slug}@${hostOf(employer)}`],
  };
}

function hostOf(employer: Company | undefined): string {
  return employer?.linkedin ? `${employer.linkedin}.example` : `${slugOf(employer?.name ?? "mail")}.example`;
}

function createEducation(random: Random, jobs: readonly JobOutline[], scene: SceneThen): Education[] {
  if (random.chance(0.12)) return [];
  const left = Math.min(...jobs.map(({ startedIn }) => startedIn ?? COLLECTED_IN)) - random.int(0, 12);
  const first = createStudies(random, DEGREES, left, 48, scene);
  return random.chance(0.25) ? [createStudies(random, SECOND_DEGREES, left + 36, 24, scene), first] : [first];
}

function createStudies(
  random: Random,
  degrees: typeof DEGREES,
  ended: Month,
  months: number,
  scene: SceneThen,
): Education {
  const dated = random.chance(0.85);
  const school = scene.pickSchool(random);
  const { degree, field } = random.pick(degrees);
  return {
    school,
    degree,
    field,
    started_at: dated ? monthToTime(ended - months) : null,
    ended_at: dated ? monthToTime(ended) : null,
  };
}

/** Completes an outline to what the API tells and knows of a person. */
export function completePerson(outline: PersonOutline): KnownPerson {
  const outlines = sortNewestFirst(outline.jobs);
  const jobs = completeJobs(outlines);
  const position = jobs.find(({ ended_at }) => ended_at === null) ?? null;
  const home = jobs.find(({ location }) => location !== null);
  const [firstName = null, ...lastNames] = outline.name.split(" ");
  const changes = findChanges(outlines);
  const person: Person = {
    id: outline.id,
    name: outline.name,
    first_name: firstName,
    last_name: lastNames.join(" "),
    linkedin: outline.linkedin,
    location: home?.location ?? null,
    location_details: home?.location_details ?? null,
    country: home?.location_details?.country ?? null,
    employment_status: employmentStatusOf(position),
    connections: outline.connections,
    position,
    jobs,
    education: [...outline.education],
    created_at: monthToTime(month(2023, 5), 12),
    title_change_detected_at: noticed(changes.title, 9),
    company_change_detected_at: noticed(changes.company, 16),
    info_change_detected_at: noticed(changes.any, 23),
  };
  return { person, emails: outline.emails };
}

/** "employed" is the only value ever seen, so whoever is not gets none. */
export function employmentStatusOf(position: Job | null): "employed" | null {
  return position === null || position.company?.name === NO_COMPANY.name ? null : "employed";
}

type Change = Month | null | undefined;

/** When the last changes happened, of those where there was something before. */
function findChanges(newestFirst: readonly JobOutline[]): { title: Change; company: Change; any: Change } {
  const [newest, ...older] = newestFirst.filter(({ startedIn }) => startedIn !== null);
  if (newest === undefined) return { title: null, company: null, any: null };
  const key = companyKey(newest.company);
  const isThere = ({ company }: JobOutline) => companyKey(company) === key;
  return {
    title: older.some(({ title }) => title !== newest.title) ? newest.startedIn : null,
    company: older.every(isThere) ? null : newestFirst.filter(isThere).at(-1)?.startedIn,
    any: newest.startedIn,
  };
}

/** Some days after it happened. */
function noticed(change: Change, day: number): string | null {
  return change === null || change === undefined ? null : monthToTime(change, day);
}
