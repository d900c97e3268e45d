import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchPeople } from "../../../src/testing/people/search.js";
import type { PeopleStore } from "../../../src/testing/people/store.js";
import type { Person, SearchRequest } from "../../../src/types.js";
import { open } from "../support.js";
import { directory, filters, owners, peopleOf, person, searchOptions, sortBy, storeOf } from "./arbitraries.js";
import { inOrder, responseTo } from "./reference-response.js";

function readAll(store: PeopleStore, request: SearchRequest, betweenPages = () => {}): Person[] {
  const all: Person[] = [];
  for (let next = request; ; ) {
    const { people, pagination_token } = searchPeople(store, directory, next);
    all.push(...people);
    if (!pagination_token) return all;
    next = { ...request, pagination_token };
    if (all.length > 1000) throw new Error("The pages do not end");
    betweenPages();
  }
}

const idsOf = (people: readonly Person[]) => people.map(({ id }) => id);
const known = (one: Person) => ({ person: one, emails: [] });

describe("pages", () => {
  it("return everyone found once and in order, for any page size", () => {
    fc.assert(
      fc.property(
        peopleOf(),
        filters,
        fc.integer({ min: 1, max: 7 }),
        searchOptions,
        (people, groups, size, options) => {
          const request = { ...options, filters: groups };
          const expected = responseTo({ ...request, size: people.length }, people, owners);
          const read = readAll(storeOf(people), { ...request, size });
          expect(JSON.parse(JSON.stringify(read))).toEqual(expected.people);
        },
      ),
    );
  });

  it("neither repeat nor skip anyone when people are added or replaced between pages", () => {
    let changed = 0;
    fc.assert(
      fc.property(
        peopleOf({ minLength: 3 }),
        fc.array(person, { minLength: 1, maxLength: 5 }),
        fc.option(sortBy, { nil: undefined }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (people, changes, sort_by, places) => {
          const store = storeOf(people);
          const replaced = new Set<string>();
          let next = 0;
          const change = () => {
            const [one, place] = [changes[next], places[next]];
            next += 1;
            if (one === undefined) return;
            const id = place === undefined ? undefined : people[place % people.length]?.id;
            if (id === undefined && store.byId(one.id) === undefined) store.add(known(one));
            if (id === undefined) return;
            store.replace(known({ ...one, id }));
            replaced.add(id);
            changed += 1;
          };
          const request = { size: 2, ...(sort_by === undefined ? {} : { sort_by }) };
          const ids = idsOf(readAll(store, request, change));
          // A replaced person may move in the order, and so appear twice or never. All others appear once.
          const counted = sort_by === undefined ? ids : ids.filter((id) => !replaced.has(id));
          expect(new Set(counted).size).toBe(counted.length);
          const stayed = idsOf(people).filter((id) => sort_by === undefined || !replaced.has(id));
          expect(counted).toEqual(expect.arrayContaining(stayed));
        },
      ),
      { numRuns: 300 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  it("have no token after the last page or with size 0", async () => {
    const { search } = open({ people: 12 });
    expect((await search({ size: 12 })).body).not.toHaveProperty("pagination_token");
    expect((await search({ size: 0 })).body).not.toHaveProperty("pagination_token");
    expect((await search({ size: 11 })).body).toHaveProperty("pagination_token");
  });

  it("refuse a token of another search, and an invalid token", async () => {
    const { search } = open({ people: 12 });
    const { pagination_token } = (await search({ size: 3, sort_by: "name" })).body;
    const token = pagination_token ?? "";
    expect(await search({ size: 3, sort_by: "-name", pagination_token: token })).toMatchObject({
      status: 400,
      body: { message: "pagination_token belongs to a search with different filters or sort_by" },
    });
    for (const unknown of ["", "%%%", "bnVsbA", "e30"]) {
      expect(await search({ pagination_token: unknown })).toMatchObject({
        status: 400,
        body: { message: "pagination_token was not returned by a search" },
      });
    }
    // The page size may change between pages.
    expect((await search({ size: 9, sort_by: "name", pagination_token: token })).body.people).toHaveLength(9);
  });
});

describe("sort_by", () => {
  it.each(["connections", "-connections", "-company_change_detected_at", "last_name", "-no_such_field"])(
    "orders across pages as a plain sort does: %s",
    async (sort_by) => {
      const { fake, search } = open({ strictFields: false });
      const expected = idsOf(inOrder(fake.people, sort_by));
      const first = (await search({ size: 7, sort_by })).body;
      const pagination_token = first.pagination_token ?? "";
      const second = (await search({ size: 300, sort_by, pagination_token })).body;
      expect(idsOf([...first.people, ...second.people])).toEqual(expected.slice(0, 307));
    },
  );

  it("sorts in descending order with a minus, and puts people without the field last", async () => {
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
  it("keeps the newest past jobs and all current ones", async () => {
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
  it("keeps dotted paths, also through arrays, and the id", async () => {
    const { search } = open({ people: 2, strictFields: ["no.such.field"] });
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

  it("keeps a whole object when its parts are also listed", async () => {
    const { search, fake } = open({ people: 1 });
    for (const return_fields of [
      ["position", "position.title"],
      ["position.title", "position"],
    ]) {
      const { people } = (await search({ size: 1, return_fields })).body;
      expect(people[0]).toEqual({ id: "LDP-1-EXAMPLE", position: fake.people[0]?.position });
    }
  });

  it("ignores names of inherited properties", async () => {
    const { search } = open({ people: 1, strictFields: false });
    const { people } = (await search({ size: 1, return_fields: ["constructor.name", "__proto__.x", "toString"] })).body;
    expect(people).toEqual([{ id: "LDP-1-EXAMPLE" }]);
  });
});
