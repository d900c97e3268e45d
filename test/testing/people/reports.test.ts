import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchPeople } from "../../../src/testing/people/search.js";
import type { FilterGroup, Job, Report, ReportResults } from "../../../src/types.js";
import { open } from "../support.js";
import { directory, filters, owners, peopleOf, storeOf } from "./arbitraries.js";
import { rowsOf } from "./reference-reports.js";

const { fake, search } = open();

const atAcme: FilterGroup = {
  operator: "and",
  filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["Acme Corp"] }],
};
const acmeJobs = fake.people.flatMap((person) =>
  (person.jobs ?? []).filter(({ company }) => company?.name === "Acme Corp").map((job) => ({ person, job })),
);

async function report(
  name: string,
  params: Record<string, unknown>,
  group: FilterGroup = atAcme,
): Promise<ReportResults> {
  const filters: FilterGroup[] = [{ ...group, report: { name, params } }];
  const { body } = await search({ size: 0, filters });
  return body.report_results ?? {};
}

const sum = (numbers: readonly (number | undefined)[]) =>
  numbers.reduce<number>((total, next) => total + (next ?? 0), 0);
const day = (time: string | null | undefined) => time?.slice(0, 10) ?? "";
const isHeldOn = ({ started_at, ended_at }: Job, date: string) =>
  started_at != null && day(started_at) <= date && (ended_at === null || day(ended_at) > date);

const everyJob: FilterGroup = { operator: "and", filters: [] };
const inAnyOrder = (rows: unknown) => (Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)).sort() : rows);
const period = fc.constantFrom("2019-12-31", "2020-01-01", "2020-01-31", "2021-02-28", "2021-03-30", "2024-02-29");
const asked: fc.Arbitrary<Report> = fc.record({
  name: fc.constantFrom("arrivals_departures", "demographics"),
  params: fc.record({
    date_from: period,
    date_to: period,
    group_by: fc.shuffledSubarray(["jobs.function", "jobs.level", "jobs.company.name"]),
  }),
});
const around = fc.constantFrom({}, { isJobsGroup: true }, { isJobsGroup: false });

describe("reports, compared with a reference implementation", () => {
  it("have the same rows for any people, filters and group", () => {
    let rowsSeen = 0;
    fc.assert(
      fc.property(peopleOf({ maxLength: 12 }), filters, filters, asked, (people, groups, [group], asked) => {
        const reported = { ...(group ?? everyJob), report: asked };
        const all = [...groups, reported];
        const response = searchPeople(storeOf(people), directory, { size: 0, filters: all });
        const rows = response.report_results?.[asked.name];
        const expected = rowsOf(asked, reported, all, people, owners);
        expect(inAnyOrder(rows)).toEqual(inAnyOrder(expected));
        rowsSeen += expected.length;
      }),
      { numRuns: 1000 },
    );
    expect(rowsSeen).toBeGreaterThan(1000);
  });

  it("of a nested group count only what that group matches", () => {
    fc.assert(
      fc.property(peopleOf({ maxLength: 12 }), filters, asked, around, (people, [group], asked, scope) => {
        const reported = { ...(group ?? everyJob), report: asked };
        const all: FilterGroup[] = [{ ...scope, operator: "or", filters: [reported, everyJob] }];
        const response = searchPeople(storeOf(people), directory, { size: 0, filters: all });
        const expected = rowsOf(asked, reported, all, people, owners);
        expect(inAnyOrder(response.report_results?.[asked.name])).toEqual(inAnyOrder(expected));
      }),
      { numRuns: 300 },
    );
  });
});

describe("reports", () => {
  it("count arrivals and departures that add up to those of the population", async () => {
    const period = { date_from: "2022-01-01", date_to: "2024-12-31" };
    const { arrivals_departures: rows = [] } = await report("arrivals_departures", {
      ...period,
      group_by: ["jobs.function"],
    });
    const within = (time: string | null | undefined) => day(time) >= period.date_from && day(time) <= period.date_to;
    const arrivals = acmeJobs.filter(({ job }) => job.is_first_at_company && within(job.started_at)).length;
    const departures = acmeJobs.filter(({ job }) => job.is_last_at_company && within(job.ended_at)).length;
    expect(arrivals).toBeGreaterThan(10);
    expect(departures).toBeGreaterThan(10);
    expect(sum(rows.map((row) => row.arrivals))).toBe(arrivals);
    expect(sum(rows.map((row) => row.departures))).toBe(departures);
    const groups = rows.map(({ group_values }) => group_values?.[0]?.value);
    expect(groups).toContain("Engineering");
    expect(new Set(groups).size).toBe(rows.length);
  });

  it("count people on the same day of every month", async () => {
    const params = {
      date_from: "2023-10-31",
      date_to: "2024-03-30",
      group_by: ["jobs.company.name"],
      status: "active",
    };
    const { demographics: rows = [] } = await report("demographics", params);
    const days = ["2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"];
    expect(rows).toEqual(
      days.map((date) => ({
        group_values: [{ value: "Acme Corp" }],
        date,
        count_employees: new Set(acmeJobs.filter(({ job }) => isHeldOn(job, date)).map(({ person }) => person.id)).size,
      })),
    );
  });

  it("group by more than one field", async () => {
    const group_by = ["jobs.function", "jobs.level"];
    const { demographics: rows = [] } = await report("demographics", {
      date_from: "2024-01-01",
      date_to: "2024-01-01",
      group_by,
    });
    const engineers = acmeJobs.filter(
      ({ job }) => job.function === "Engineering" && job.level === "Staff" && isHeldOn(job, "2024-01-01"),
    );
    expect(rows).toContainEqual({
      group_values: [{ value: "Engineering" }, { value: "Staff" }],
      date: "2024-01-01",
      count_employees: engineers.length,
    });
  });

  it("count only jobs that match the jobs group", async () => {
    const params = { date_from: "2010-01-01", date_to: "2026-03-01", group_by: [] };
    const active = { ...atAcme, isJobsGroup: true, jobsGroupType: "active" } as const;
    const { arrivals_departures: rows } = await report("arrivals_departures", params, active);
    const current = acmeJobs.filter(({ job }) => job.ended_at === null && day(job.started_at) >= params.date_from);
    const arrivals = current.filter(({ job }) => job.is_first_at_company).length;
    expect(rows).toEqual([{ group_values: [], arrivals, departures: 0 }]);
  });

  it("count everyone who studied at a school, also with a nested group, but no one inside a jobs group", async () => {
    const params = { date_from: "2024-01-01", date_to: "2024-01-01", group_by: [] };
    const studied: FilterGroup = {
      operator: "and",
      filters: [
        { type: "must", field: "education.school", match_type: "exact", string_values: ["Example University"] },
      ],
    };
    const students = fake.people.filter(({ education }) =>
      (education ?? []).some(({ school }) => school === "Example University"),
    );
    const working = students.filter(({ jobs }) => (jobs ?? []).some((job) => isHeldOn(job, params.date_from)));
    const rows = [{ group_values: [], date: params.date_from, count_employees: working.length }];
    expect(working.length).toBeGreaterThan(10);
    const demographics = async (group: FilterGroup) => (await report("demographics", params, group)).demographics;
    expect(await demographics(studied)).toEqual(rows);
    expect(await demographics({ ...studied, isJobsGroup: false })).toEqual(rows);
    expect(await demographics({ operator: "and", filters: [{ ...studied, isJobsGroup: false }] })).toEqual(rows);
    expect(await demographics({ ...studied, isJobsGroup: true })).toEqual([]);
  });

  it("count a person with two simultaneous jobs once, and a returning person in each period", () => {
    const job = (started_at: string, ended_at: string | null) => ({ function: "Legal", started_at, ended_at });
    const held = (id: string, jobs: Job[]) => ({ id, jobs });
    const store = storeOf([
      held("two", [job("2024-03-01T00:00:00Z", null), job("2024-02-15T00:00:00Z", "2024-04-01T00:00:00Z")]),
      held("back", [
        job("2024-04-01T00:00:00Z", "2024-05-01T00:00:00Z"),
        job("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
      ]),
      held("odd", [job("2024-05-01T00:00:00Z", "2024-01-01T00:00:00Z"), { function: "Legal", ended_at: null }]),
    ]);
    const params = { date_from: "2024-01-01", date_to: "2024-06-01", group_by: ["jobs.function"] };
    const reported: FilterGroup = { ...everyJob, report: { name: "demographics", params } };
    const response = searchPeople(store, directory, { size: 0, filters: [reported] });
    const heads = response.report_results?.demographics?.map(({ date, count_employees }) => [date, count_employees]);
    expect(heads).toEqual([
      ["2024-01-01", 1],
      ["2024-03-01", 1],
      ["2024-04-01", 2],
      ["2024-05-01", 1],
      ["2024-06-01", 1],
    ]);
  });

  it("read each job a constant number of times, however long the report's period", () => {
    let reads = 0;
    const jobs = Array.from({ length: 20 }, (_, year) => ({
      get started_at() {
        reads += 1;
        return `${2000 + year}-01-01T00:00:00Z`;
      },
      ended_at: `${2000 + year}-02-01T00:00:00Z`,
    }));
    const store = storeOf(Array.from({ length: 10 }, (_, number) => ({ id: `LDP-${number}`, jobs })));
    const params = { date_from: "2000-01-01", date_to: "2020-12-31", group_by: [] };
    const reported: FilterGroup = { ...everyJob, report: { name: "demographics", params } };
    const response = searchPeople(store, directory, { size: 0, filters: [reported] });
    expect(response.report_results?.demographics).toHaveLength(20);
    expect(reads).toBeLessThan(10 * jobs.length * 3);
  });

  it("do not count a person on the day their job ended", async () => {
    const params = { date_from: "2021-01-01", date_to: "2025-12-01", group_by: [] };
    const { demographics: rows = [] } = await report("demographics", params);
    const heads = (date: string) =>
      new Set(acmeJobs.filter(({ job }) => isHeldOn(job, date)).map(({ person }) => person.id)).size;
    expect(rows).toHaveLength(60);
    expect(rows.map(({ count_employees }) => count_employees)).toEqual(rows.map(({ date = "" }) => heads(date)));
  });

  it("are empty for stats, and absent for an unknown name", async () => {
    expect(await report("stats", { status: "active" })).toEqual({ stats: {} });
    expect(await report("no_such_report", {})).toEqual({});
    expect(await report("demographics", {})).toEqual({ demographics: [] });
    const { body } = await search({ size: 0, filters: [atAcme] });
    expect(body).not.toHaveProperty("report_results");
  });

  it("work at both ends of the calendar", async () => {
    const heads = async (date_from: string, date_to: string) =>
      (await report("demographics", { date_from, date_to, group_by: [] })).demographics ?? [];
    expect(await heads("0001-01-31", "0002-12-31")).toEqual([]);
    expect((await heads("9999-11-30", "9999-12-31")).map(({ date }) => date)).toEqual(["9999-11-30", "9999-12-30"]);
    expect(await heads("2024-01-02", "2024-01-01")).toEqual([]);
  });
});
