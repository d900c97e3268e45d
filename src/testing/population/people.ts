import type { Education, Job, Person } from "../../types.js";
import { createCareer } from "./career.js";
import { type KnownCompany, NO_COMPANY, slugOf } from "./companies.js";
import { companyKey, completeJobs, type JobOutline } from "./jobs.js";
import { COLLECTED_IN, type Month, month, monthToTime } from "./months.js";
import { createRandom, type NonEmpty, type Random, scrambledHex } from "./random.js";
import { DEGREES, FIRST_NAMES, SCHOOLS, SECOND_DEGREES, SURNAME_ENDS, SURNAME_STARTS } from "./words.js";

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
export function outlinePerson(seed: number, index: number, companies: NonEmpty<KnownCompany>): PersonOutline {
  const random = createRandom(seed, index);
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(SURNAME_STARTS) + random.pick(SURNAME_ENDS);
  const jobs = createCareer(random, companies);
  const slug = `${slugOf(`${firstName} ${lastName}`)}-${index}`;
  const employer = jobs.find(({ endedIn }) => endedIn === null)?.company;
  return {
    id: `LDP-1-${scrambledHex(index)}${random.hex()}`,
    name: `${firstName} ${lastName}`,
    linkedin: random.chance(0.05) ? null : slug,
    jobs,
    education: createEducation(random, jobs),
    connections: random.chance(0.05) ? null : random.int(0, 500),
    emails: random.chance(0.2) ? [] : [`${slug}@${slugOf(employer?.name ?? "mail")}.example`],
  };
}

function createEducation(random: Random, jobs: readonly JobOutline[]): Education[] {
  if (random.chance(0.12)) return [];
  const left = Math.min(...jobs.map(({ startedIn }) => startedIn ?? COLLECTED_IN)) - random.int(0, 12);
  const first = createStudies(random, DEGREES, left, 48);
  return random.chance(0.25) ? [createStudies(random, SECOND_DEGREES, left + 36, 24), first] : [first];
}

function createStudies(random: Random, degrees: typeof DEGREES, ended: Month, months: number): Education {
  const dated = random.chance(0.85);
  return {
    school: random.pickEarly(SCHOOLS),
    ...random.pick(degrees),
    started_at: dated ? monthToTime(ended - months) : null,
    ended_at: dated ? monthToTime(ended) : null,
  };
}

/** Completes an outline to what the API tells and knows of a person. */
export function completePerson(outline: PersonOutline): KnownPerson {
  const jobs = completeJobs(outline.jobs);
  const position = jobs.find(({ ended_at }) => ended_at === null) ?? null;
  const home = jobs.find(({ location }) => location !== null);
  const [firstName = null, ...lastNames] = outline.name.split(" ");
  const person: Person = {
    id: outline.id,
    name: outline.name,
    first_name: firstName,
    last_name: lastNames.join(" "),
    linkedin: outline.linkedin,
    location: home?.location ?? null,
    location_details: home?.location_details ?? null,
    country: home?.location_details?.country ?? null,
    // "employed" is the only value ever seen, so whoever is not gets none.
    employment_status: position === null || position.company?.name === NO_COMPANY.name ? null : "employed",
    connections: outline.connections,
    position,
    jobs,
    education: [...outline.education],
    created_at: monthToTime(month(2023, 5), 12),
    ...detectedChanges(jobs),
  };
  return { person, emails: outline.emails };
}

/** When the last changes were noticed: some days after they happened, or never, where there was nothing before. */
function detectedChanges(jobs: readonly Job[]): Partial<Person> {
  const [newest, ...older] = jobs.filter(({ started_at }) => started_at !== null);
  const companyChange = newest && older.some((job) => !sameCompany(job, newest)) ? firstDayAt(newest, jobs) : null;
  const titleChange = newest && older.some(({ title }) => title !== newest.title) ? newest.started_at : null;
  return {
    title_change_detected_at: noticed(titleChange, 9),
    company_change_detected_at: noticed(companyChange, 16),
    info_change_detected_at: noticed(newest?.started_at, 23),
  };
}

function sameCompany(a: Job, b: Job): boolean {
  return companyKey(a.company ?? {}) === companyKey(b.company ?? {});
}

function firstDayAt(job: Job, jobs: readonly Job[]): string | null | undefined {
  return jobs.find((other) => sameCompany(job, other) && other.is_first_at_company)?.started_at;
}

function noticed(time: string | null | undefined, day: number): string | null {
  return time ? `${time.slice(0, 8)}${String(day).padStart(2, "0")}${time.slice(10)}` : null;
}
