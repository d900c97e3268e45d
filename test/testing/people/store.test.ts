import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPeople } from "../../../src/testing/people/find.js";
import { searchPeople } from "../../../src/testing/people/search.js";
import { createPeopleStore, type PeopleStore } from "../../../src/testing/people/store.js";
import type { FilterClause, FilterGroup, Match } from "../../../src/types.js";
import { directory, filters, owners, person, storeOf } from "./arbitraries.js";
import { isFoundBy } from "./reference.js";
import { type Addressed, idsMatching } from "./reference-response.js";

const emails = fc.shuffledSubarray(["jane@example.com", "Jane@Example.com", "john@example.com"], { maxLength: 2 });
const addressed: fc.Arbitrary<Addressed> = fc.record({ person, emails });

const match: fc.Arbitrary<Match> = fc.record({
  fields: fc.array(
    fc
      .constantFrom(
        ["name", "JANE doe"],
        ["name", "John Quillfeather"],
        ["linkedin", "jane-doe"],
        ["linkedin", "https://www.linkedin.com/in/jane-doe"],
        ["email_address", " jane@example.com"],
        ["company.name", "acme corp"],
        ["no_such_field", "Acme Corp"],
      )
      .map(([field_name = "", search_term = ""]) => ({ field_name, search_term })),
    { maxLength: 2 },
  ),
});

type Step =
  | { readonly add: Addressed }
  | { readonly replace: Addressed; readonly place: number }
  | { readonly search: FilterGroup[] }
  | { readonly find: Match };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ add: addressed }),
  fc.record({ replace: addressed, place: fc.nat() }),
  fc.record({ search: filters }),
  fc.record({ find: match }),
);

/** Applies a step to the store and to the model, and compares what they find. */
function follow(store: PeopleStore, model: Addressed[], one: Step): void {
  if ("search" in one) {
    const found = searchPeople(store, directory, { filters: one.search, size: 99, return_fields: ["id"] });
    const expected = model.filter((known) => isFoundBy(one.search, known.person, owners));
    expect(found.people).toEqual(expected.map(({ person: { id } }) => ({ id })));
  } else if ("find" in one) {
    const found = findPeople(store, { matches: [one.find], size: 99 }).matches[0]?.people;
    expect(found?.map(({ id }) => id)).toEqual(idsMatching(one.find, model));
  } else if ("add" in one) {
    if (store.byId(one.add.person.id) !== undefined) return;
    store.add(one.add);
    model.push(one.add);
  } else {
    const place = one.place % Math.max(1, model.length);
    const before = model[place];
    if (before === undefined) return;
    const after = { ...one.replace, person: { ...one.replace.person, id: before.person.id } };
    store.replace(after);
    model[place] = after;
  }
}

/** Wraps a store to count index lookups and reads of people. */
function watch(store: PeopleStore) {
  const seen = { lookUps: 0, people: 0 };
  const count = <T>(list: readonly T[]): readonly T[] =>
    new Proxy(list, {
      get(target, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) seen.people += 1;
        return Reflect.get(target, key);
      },
    });
  const watched: PeopleStore = {
    ...store,
    all: count(store.all),
    people: count(store.people),
    lookUp(index, key) {
      seen.lookUps += 1;
      return store.lookUp(index, key);
    },
  };
  return { seen, store: watched };
}

describe("the people store", () => {
  it("finds the same people as a full scan while people are added and replaced", () => {
    let lookUps = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const model: Addressed[] = [];
        const { seen, store } = watch(createPeopleStore([]));
        for (const one of steps) follow(store, model, one);
        expect(store.all).toEqual(model);
        expect(store.people).toEqual(model.map((known) => known.person));
        for (const known of model) expect(store.byId(known.person.id)).toBe(known);
        lookUps += seen.lookUps;
      }),
      { numRuns: 300 },
    );
    // Few index lookups would prove little about the indexes.
    expect(lookUps).toBeGreaterThan(1000);
  });

  it("removes the old keys of a replaced person from the indexes", () => {
    const jane = { person: { id: "LDP-jane", name: "Jane  Doe" }, emails: ["Jane@Example.com"] };
    const store = createPeopleStore([jane]);
    expect([store.lookUp("find.name", "jane doe"), store.lookUp("find.email_address", "jane@example.com")]).toEqual([
      [0],
      [0],
    ]);
    store.replace({ person: { id: "LDP-jane", name: "Jane Roe" }, emails: [] });
    expect(store.lookUp("find.name", "jane doe")).toEqual([]);
    expect(store.lookUp("find.email_address", "jane@example.com")).toEqual([]);
    expect(store.lookUp("find.name", "jane roe")).toEqual([0]);
  });

  it("names the duplicate or unknown id in its errors", () => {
    const jane = { person: { id: "LDP-jane" }, emails: [] };
    const store = createPeopleStore([jane]);
    expect(() => store.add(jane)).toThrow(new RangeError('A person with the id "LDP-jane" already exists'));
    expect(() => createPeopleStore([jane, jane])).toThrow(RangeError);
    expect(() => store.replace({ ...jane, person: { id: "LDP-john" } })).toThrow(
      new RangeError('No person has the id "LDP-john"'),
    );
    expect(store.all).toEqual([jane]);
    expect(store.byId("LDP-john")).toBeUndefined();
  });
});

describe("the indexes", () => {
  const at = (company: string, title: string) => ({ title, company: { id: `LDC-${company}`, name: company } });
  const { seen, store } = watch(
    storeOf(
      Array.from({ length: 100 }, (_, number) => ({
        id: `LDP-${number}`,
        name: `Person ${number}`,
        linkedin: `person-${number}`,
        jobs: [at(number % 10 === 0 ? "Acme" : "Other", "Engineer"), at(`Own ${number}`, "Founder")],
        education: [{ school: number % 20 === 0 ? "Lakemont College" : "Example University" }],
      })),
    ),
  );
  const countReads = (run: () => unknown) => {
    const before = seen.people;
    run();
    return seen.people - before;
  };
  const clause = (field: string, string_values: string[], more: Partial<FilterClause> = {}): FilterClause => ({
    type: "must",
    field,
    match_type: "exact",
    string_values,
    ...more,
  });
  const and = (...parts: FilterGroup["filters"]): FilterGroup => ({ operator: "and", filters: parts });
  const or = (...parts: FilterGroup["filters"]): FilterGroup => ({ operator: "or", filters: parts });
  const acme = clause("jobs.company.name", ["Acme"]);
  const lakemont = clause("education.school", ["Lakemont College"]);
  const title = clause("jobs.title", ["Engineer"]);
  const not = (part: FilterClause): FilterClause => ({ ...part, type: "must_not" });

  it.each([
    ["a company among other clauses", and(acme, title, not(lakemont)), 10],
    ["a company by its id", and(clause("jobs.company.id", ["LDC-Acme"])), 10],
    ["a company by its group", and(clause("jobs.company.group_id", ["LDC-Acme-group"])), 10],
    ["the rarer of two clauses", and(acme, lakemont), 5],
    ["either of two companies", or(acme, clause("jobs.company.name", ["Own 1", "Own 2"])), 12],
    ["either of two fields in a nested group", and(or(acme, lakemont), title), 10],
    ["a company inside a jobs group", { ...and(acme, title), isJobsGroup: true }, 10],
    ["a clause without values", and(clause("jobs.company.name", [])), 0],
    ["a company or a field without an index", or(acme, title), 100],
    ["everyone not at a company", and(not(acme)), 100],
    ["a fuzzy company", and({ ...acme, match_type: "fuzzy" }), 100],
  ] as const)("let a search for %s read no more people than needed", (_, group, expected) => {
    const { filters: parts, ...rest } = group;
    const groups: FilterGroup[] = [{ ...rest, filters: [...parts] }];
    expect(countReads(() => searchPeople(store, directory, { filters: groups, size: 0 }))).toBe(expected);
  });

  it.each([
    ["name", "person 7", 1],
    ["linkedin", "Person-7", 1],
    ["email_address", "person@example.com", 0],
  ])("let find read no more people than needed for a %s", (field_name, search_term, expected) => {
    const fields = [
      { field_name: "company.name", search_term: "Other" },
      { field_name, search_term },
    ];
    expect(countReads(() => findPeople(store, { matches: [{ fields }] }))).toBe(expected);
  });

  it("let find read no more people than needed for a company, ignoring case", () => {
    const fields = [{ field_name: "company.name", search_term: " ACME" }];
    expect(countReads(() => findPeople(store, { matches: [{ fields }], size: 99 }))).toBe(10);
  });
});
