import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFakeLiveData } from "../../../src/testing/index.js";
import { createCompanies } from "../../../src/testing/population/companies.js";
import { createSchools } from "../../../src/testing/population/institutions.js";
import type { Job, Person } from "../../../src/types.js";

const written = (options: { seed?: number; people?: number }) => JSON.stringify(createFakeLiveData(options).people);
const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("a population", () => {
  it("is the same for a seed, byte for byte, on any day and platform", () => {
    expect(written({ seed: 7 })).toBe(written({ seed: 7 }));
    expect(written({ seed: 7 })).not.toBe(written({ seed: 8 }));
    // Users pin ids and counts in their tests: a change of this digest breaks those tests.
    expect(digest(written({}))).toBe("5c66ef786f79cb44");
    const { people, emailsOf } = createFakeLiveData();
    expect(digest(JSON.stringify(people.map(({ id }) => emailsOf(id))))).toBe("f2ee830d413dee20");
  });

  it("starts with a smaller population of the same seed", () => {
    const large = createFakeLiveData({ people: 300 }).people;
    expect(createFakeLiveData({ people: 40 }).people).toEqual(large.slice(0, 40));
  });

  it("starts with a smaller population even if it has more companies and schools", () => {
    const [large, small] = [createFakeLiveData({ people: 3000 }), createFakeLiveData({ people: 1300 })];
    expect(JSON.stringify(small.people)).toBe(JSON.stringify(large.people.slice(0, 1300)));
    expect(small.companies).toEqual(large.companies.slice(0, small.companies.length));
    expect([24, small.companies.length, large.companies.length]).toEqual([24, 54, 224]);
    const schools = (people: readonly Person[]) =>
      new Set(people.flatMap(({ education }) => (education ?? []).map(({ school }) => school))).size;
    expect(schools(large.people)).toBeGreaterThan(schools(createFakeLiveData().people));
  });

  it("has all companies of its jobs in the company list", () => {
    const { people, companies } = createFakeLiveData({ people: 3000 });
    const listed = new Set(companies);
    const employers = new Set(people.flatMap(({ jobs }) => (jobs ?? []).map(({ company }) => company)));
    const unlisted = [...employers].filter((company) => !listed.has(company ?? {}));
    expect(unlisted.map((company) => company?.name).sort()).toEqual(["Freelance/Self-employed", "None"]);
    expect(employers.size).toBeGreaterThan(200);
  });

  it.each([-1, 1.5, Number.NaN])("rejects a size of %d people", (people) => {
    expect(() => createFakeLiveData({ people })).toThrow(RangeError);
  });

  it("can be empty", () => {
    expect(createFakeLiveData({ people: 0 }).people).toEqual([]);
  });
});

describe.each([1, 2, -5])("the people of seed %d", (seed) => {
  const { people, emailsOf } = createFakeLiveData({ seed });
  const share = (test: (person: (typeof people)[number]) => boolean) => people.filter(test).length / people.length;
  const someJob = (test: (job: Job) => boolean) => share(({ jobs }) => (jobs ?? []).some(test));
  const worksAt = (name: string) => (job: Job) => job.company?.name === name;

  it("are 1000, with distinct ids, slugs and email addresses", () => {
    expect(people).toHaveLength(1000);
    for (const key of [people.map(({ id }) => id), people.flatMap(({ linkedin }) => linkedin ?? [])]) {
      expect(new Set(key).size).toBe(key.length);
    }
    const emails = people.flatMap(({ id }) => emailsOf(id));
    expect(new Set(emails).size).toBe(1000);
    expect(people.filter(({ id }) => emailsOf(id).length !== 1)).toEqual([]);
    expect(emails.filter((email) => !/^\S+@(\S+\.)?example(\.com)?$/.test(email))).toEqual([]);
  });

  it("have the gaps and edge cases of real records", () => {
    expect(someJob(({ title }) => title === null)).toBeGreaterThan(0.03);
    expect(someJob(({ started_at }) => started_at === null)).toBeGreaterThan(0.01);
    expect(someJob(worksAt("None"))).toBeGreaterThan(0.01);
    expect(someJob(worksAt("Freelance/Self-employed"))).toBeGreaterThan(0.05);
    expect(someJob(worksAt("Acme Robotics Japan"))).toBeGreaterThan(0.05);
    expect(share(({ position }) => position === null)).toBeGreaterThan(0.02);
    expect(share(({ education }) => education?.length === 0)).toBeGreaterThan(0.05);
    expect(share(({ linkedin }) => linkedin === null)).toBeGreaterThan(0.01);
    expect(share(({ company_change_detected_at }) => company_change_detected_at === null)).toBeGreaterThan(0.02);
    expect(share(({ jobs }) => (jobs ?? []).filter(({ ended_at }) => ended_at === null).length > 1)).toBeGreaterThan(
      0.02,
    );
    const both = (jobs: Job[]) => jobs.some(worksAt("NVIDIA")) && jobs.some(worksAt("Salesforce"));
    expect(share(({ jobs }) => both(jobs ?? []))).toBeGreaterThan(0.03);
  });

  it("have consistent careers", () => {
    const broken = people.filter(({ position, jobs }) => {
      const list = jobs ?? [];
      const starts = list.map(({ started_at }) => started_at ?? "");
      const current = list.find(({ ended_at }) => ended_at === null) ?? null;
      return position !== current || starts.join() !== [...starts].sort().reverse().join() || !list.every(isConsistent);
    });
    expect(broken).toEqual([]);
  });
});

describe("the companies and schools of a large population", () => {
  // More than there are surnames, so that the surnames repeat.
  const companies = createCompanies(120_000);

  it("have distinct ids, names, slugs and domains", () => {
    for (const field of ["id", "name", "linkedin", "domain"] as const) {
      expect(new Set(companies.map(({ company }) => company[field])).size).toBe(companies.length);
    }
    const schools = createSchools(500_000);
    expect(new Set(schools).size).toBe(schools.length);
    expect(schools.length).toBe(4998);
  });

  it("include subsidiaries of companies earlier in the list", () => {
    const numbers = new Map(companies.map(({ company }, number) => [company.id, number]));
    const owned = companies.flatMap(({ parentId }, number) => (parentId === undefined ? [] : [{ parentId, number }]));
    expect(owned.length / companies.length).toBeGreaterThan(0.1);
    for (const { parentId, number } of owned) expect(numbers.get(parentId)).toBeLessThan(number);
  });
});

function isConsistent(job: Job, _: number, all: readonly Job[]): boolean {
  const atCompany = all.filter(({ company }) => company?.name === job.company?.name);
  if (atCompany.filter(({ is_first_at_company }) => is_first_at_company).length !== 1) return false;
  if (atCompany.filter(({ is_last_at_company }) => is_last_at_company).length !== 1) return false;
  if (!job.started_at) return true;
  const duration = job.duration ?? 0;
  return duration > 0 && (job.company_tenure ?? 0) >= duration && (!job.ended_at || job.started_at < job.ended_at);
}
