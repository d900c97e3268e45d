import type { Company, Education, Job, Person } from "../../types.js";
import { createCareer } from "./career.js";
import { NO_COMPANY, slugOf } from "./companies.js";
import type { InstitutionPicker } from "./institutions.js";
import { companyKey, completeJobs, type JobOutline, sortNewestFirst } from "./jobs.js";
import { COLLECTED_IN, type Month, month, monthToTime } from "./months.js";
import { createRandom, type Random, scrambledHex } from "./random.js";
import { DEGREES, FIRST_NAMES, SECOND_DEGREES, SURNAME_ENDS, SURNAME_STARTS } from "./words.js";

/** The independent fields of a person. The others are derived from them. */
export interface PersonOutline {
  readonly id: string;
  readonly name: string;
  readonly linkedin: string | null;
  readonly jobs: readonly JobOutline[];
  readonly education: readonly Education[];
  readonly connections: number | null;
  /** The email addresses by which `find` matches the person. A `Person` has no such field. */
  readonly emails: readonly string[];
}

/** A person as the API returns them, and the email addresses by which `find` matches them. */
export interface KnownPerson {
  readonly person: Person;
  readonly emails: readonly string[];
}

/** Makes up the person with the given index. */
export function outlinePerson(seed: number, index: number, institutions: InstitutionPicker): PersonOutline {
  const random = createRandom(seed, index);
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(SURNAME_STARTS) + random.pick(SURNAME_ENDS);
  const jobs = createCareer(random, institutions);
  const slug = `${firstName}-${lastName}-${index}`.toLowerCase();
  const employer = jobs.find(({ endedIn }) => endedIn === null)?.company;
  return {
    id: `LDP-1-${scrambledHex(index)}${random.hex()}`,
    name: `${firstName} ${lastName}`,
    linkedin: random.chance(0.05) ? null : slug,
    jobs,
    education: createEducation(random, jobs, institutions),
    connections: random.chance(0.05) ? null : random.int(0, 500),
    emails: [`${slug}@${hostOf(employer)}`],
  };
}

function hostOf(employer: Company | undefined): string {
  return employer?.linkedin ? `${employer.linkedin}.example` : `${slugOf(employer?.name ?? "mail")}.example`;
}

function createEducation(random: Random, jobs: readonly JobOutline[], institutions: InstitutionPicker): Education[] {
  if (random.chance(0.12)) return [];
  const left = Math.min(...jobs.map(({ startedIn }) => startedIn ?? COLLECTED_IN)) - random.int(0, 12);
  const first = createStudies(random, DEGREES, left, 48, institutions);
  return random.chance(0.25) ? [createStudies(random, SECOND_DEGREES, left + 36, 24, institutions), first] : [first];
}

function createStudies(
  random: Random,
  degrees: typeof DEGREES,
  ended: Month,
  months: number,
  institutions: InstitutionPicker,
): Education {
  const dated = random.chance(0.85);
  const school = institutions.pickSchool(random);
  const { degree, field } = random.pick(degrees);
  return {
    school,
    degree,
    field,
    started_at: dated ? monthToTime(ended - months) : null,
    ended_at: dated ? monthToTime(ended) : null,
  };
}

/** Completes an outline with the derived fields. */
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
    title_change_detected_at: detected(changes.title, 9),
    company_change_detected_at: detected(changes.company, 16),
    info_change_detected_at: detected(changes.any, 23),
  };
  return { person, emails: outline.emails };
}

/** "employed" is the only value observed in the API, so anyone else has none. */
export function employmentStatusOf(position: Job | null): "employed" | null {
  return position === null || position.company?.name === NO_COMPANY.name ? null : "employed";
}

type Change = Month | null | undefined;

/** Finds when the title, the company and anything last changed. A first job is no change of title or company. */
function findChanges(newestFirst: readonly JobOutline[]): { title: Change; company: Change; any: Change } {
  const [newest, ...older] = newestFirst.filter(({ startedIn }) => startedIn !== null);
  if (newest === undefined) return { title: null, company: null, any: null };
  const key = companyKey(newest.company);
  const isSame = ({ company }: JobOutline) => companyKey(company) === key;
  return {
    title: older.some(({ title }) => title !== newest.title) ? newest.startedIn : null,
    company: older.every(isSame) ? null : newestFirst.filter(isSame).at(-1)?.startedIn,
    any: newest.startedIn,
  };
}

/** The API detects a change some days after it happened. */
function detected(change: Change, day: number): string | null {
  return change === null || change === undefined ? null : monthToTime(change, day);
}
