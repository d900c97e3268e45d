import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchPeople } from "../../../src/testing/people/search.js";
import type { Person, SearchRequest } from "../../../src/types.js";
import { open } from "../support.js";
import { person } from "./arbitraries.js";

const known = (people: readonly Person[]) => people.map((one) => ({ person: one, emails: [] }));
const noGroups = () => [];

function readAll(people: readonly Person[], request: SearchRequest, betweenPages = () => people): Person[] {
  const all: Person[] = [];
  let page = searchPeople(known(people), noGroups, request);
  all.push(...page.people);
  while (page.pagination_token) {
    const next = { ...request, pagination_token: page.pagination_token };
    page = searchPeople(known(betweenPages()), noGroups, next);
    all.push(...page.people);
    if (all.length > 1000) throw new Error("The pages do not end");
  }
  return all;
}

const sortBy = fc.constantFrom("connections", "-connections", "-company_change_detected_at", "first_name", "no.such");

describe("pages", () => {
  it("give everyone once and in order, whatever their size", () => {
    fc.assert(
      fc.property(fc.array(person), fc.integer({ min: 1, max: 7 }), fc.option(sortBy), (people, size, sort_by) => {
        const request = sort_by === null ? {} : { sort_by };
        const whole = searchPeople(known(people), noGroups, { ...request, size: people.length });
        expect(readAll(people, { ...request, size })).toEqual(whole.people);
        expect(whole.people).toHaveLength(people.length);
        expect(whole.pagination_token).toBeUndefined();
      }),
    );
  });

  it("neither repeat nor lose anyone when people are added between them", () => {
    fc.assert(
      fc.property(fc.array(person), fc.array(person, { minLength: 1 }), sortBy, (people, added, sort_by) => {
        const grown = [...people, ...added];
        const ids = readAll(people, { size: 3, sort_by }, () => grown).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(expect.arrayContaining(people.map(({ id }) => id)));
      }),
    );
  });

  it("carry no token when all are there, or none was asked for", async () => {
    const { search } = open({ people: 12 });
    expect((await search({ size: 12 })).body).not.toHaveProperty("pagination_token");
    expect((await search({ size: 0 })).body).not.toHaveProperty("pagination_token");
    expect((await search({ size: 11 })).body).toHaveProperty("pagination_token");
  });

  it("refuse a token of another search, or of none", async () => {
    const { search } = open({ people: 12 });
    const { pagination_token } = (await search({ size: 3, sort_by: "name" })).body;
    const token = pagination_token ?? "";
    expect(await search({ size: 3, sort_by: "-name", pagination_token: token })).toMatchObject({
      status: 400,
      body: { message: "pagination_token belongs to a search with other filters or another sort_by" },
    });
    for (const unknown of ["", "%%%", "bnVsbA", "e30"]) {
      expect(await search({ pagination_token: unknown })).toMatchObject({
        status: 400,
        body: { message: "pagination_token is not one that a search has given" },
      });
    }
    // The size of pages may change on the way.
    expect((await search({ size: 9, sort_by: "name", pagination_token: token })).body.people).toHaveLength(9);
  });
});

describe("sort_by", () => {
  it("orders by a field, downwards with a minus, those without it last", async () => {
    const { search } = open({ people: 200 });
    const ascending = (await search({ size: 200, sort_by: "company_change_detected_at" })).body.people;
    const descending = (await search({ size: 200, sort_by: "-company_change_detected_at" })).body.people;
    for (const [people, expected] of [
      [ascending, (a: string, b: string) => a <= b],
      [descending, (a: string, b: string) => a >= b],
    ] as const) {
      const times = people.map((one) => one.company_change_detected_at ?? null);
      const dated = times.filter((time) => time !== null);
      expect(dated.length).toBeGreaterThan(50);
      expect(dated.length).toBeLessThan(200);
      expect(times.slice(dated.length).every((time) => time === null)).toBe(true);
      expect(dated.every((time, index) => index === 0 || expected(dated[index - 1] ?? "", time))).toBe(true);
    }
  });

  it("compares numbers as numbers", async () => {
    const { search } = open({ people: 200 });
    const { people } = (await search({ size: 200, sort_by: "connections" })).body;
    const numbers = people.flatMap(({ connections }) => connections ?? []);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });
});

describe("past_jobs", () => {
  it("limits past jobs, newest first, and never current ones", async () => {
    const { search, fake } = open({ people: 200 });
    for (const past_jobs of [0, 1, 3]) {
      const { people } = (await search({ size: 200, past_jobs })).body;
      for (const [index, { jobs }] of people.entries()) {
        const all = fake.people[index]?.jobs ?? [];
        const current = all.filter(({ ended_at }) => ended_at === null);
        const past = all.filter(({ ended_at }) => ended_at !== null);
        expect(jobs?.filter(({ ended_at }) => ended_at === null)).toEqual(current);
        expect(jobs?.filter(({ ended_at }) => ended_at !== null)).toEqual(past.slice(0, past_jobs));
      }
    }
  });
});

describe("return_fields", () => {
  it("keeps dotted paths, through lists too, and the id", async () => {
    const { search } = open({ people: 2 });
    const return_fields = ["name", "position.title", "position.company.name", "jobs.company.name", "no.such.field"];
    const { people } = (await search({ size: 1, return_fields })).body;
    expect(people).toEqual([
      {
        id: "LDP-1-EXAMPLE",
        name: "Jane Doe",
        position: { title: "Software Engineer", company: { name: "Example Corp" } },
        jobs: [{ company: { name: "Example Corp" } }, { company: { name: "Acme Corp" } }],
      },
    ]);
  });

  it("keeps a whole when it is asked for beside its parts", async () => {
    const { search, fake } = open({ people: 1 });
    for (const return_fields of [
      ["position", "position.title"],
      ["position.title", "position"],
    ]) {
      const { people } = (await search({ size: 1, return_fields })).body;
      expect(people[0]).toEqual({ id: "LDP-1-EXAMPLE", position: fake.people[0]?.position });
    }
  });

  it("takes names that every object has for names like any other", async () => {
    const { search } = open({ people: 1 });
    const { people } = (await search({ size: 1, return_fields: ["constructor.name", "__proto__.x", "toString"] })).body;
    expect(people).toEqual([{ id: "LDP-1-EXAMPLE" }]);
  });
});
