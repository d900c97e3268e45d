import { describe, expect, it } from "vitest";
import { createDirectory } from "../../src/testing/companies.js";
import type { Company } from "../../src/types.js";
import { open } from "./support.js";

describe("GET /companies/{company_lookup}", () => {
  const { fake, get } = open({ people: 5 });
  const lookUp = async (lookup: string) =>
    (await get<Company>(`/api/dwh/v1/companies/${encodeURIComponent(lookup)}`)).body;

  it.each(["LDC-EXAMPLE", "acme.example", "acme-corp", "Acme Corp", "ACME CORP"])(
    "finds a company by %s",
    async (lookup) => {
      expect(await lookUp(lookup)).toMatchObject({ id: "LDC-EXAMPLE", name: "Acme Corp", domain: "acme.example" });
    },
  );

  it("finds every company by name, with the same data as in a job", async () => {
    for (const company of fake.companies) expect(await lookUp(company.name ?? "")).toEqual(company);
    const position = fake.people.find(({ name }) => name === "John Doe")?.position;
    expect(await lookUp("nvidia.com")).toEqual(position?.company);
  });
});

describe("the company directory", () => {
  const company = (name: string, parentId?: string) => ({
    company: { id: name, name, domain: `${name}.example` },
    ...(parentId === undefined ? {} : { parentId }),
  });
  const groupsOf = (directory: ReturnType<typeof createDirectory>, id: string) => [...directory.groupIdsOf({ id })];

  it("knows the groups of an added company, and of companies added before their parents", () => {
    const directory = createDirectory([company("child", "parent"), company("other")]);
    expect(groupsOf(directory, "child")).toEqual(["child-group", "parent-group"]);
    directory.add(company("parent", "owner"));
    directory.add(company("grandchild", "child"));
    expect(groupsOf(directory, "child")).toEqual(["child-group", "parent-group", "owner-group"]);
    expect(groupsOf(directory, "grandchild")).toEqual([
      "grandchild-group",
      "child-group",
      "parent-group",
      "owner-group",
    ]);
    expect(new Set(directory.membersOf("parent-group"))).toEqual(new Set(["parent", "child", "grandchild"]));
    expect(directory.companies.map(({ id }) => id)).toEqual(["child", "other", "parent", "grandchild"]);
  });

  it("stops at companies that own each other", () => {
    const directory = createDirectory([company("a", "b"), company("b", "a")]);
    expect(groupsOf(directory, "a")).toEqual(["a-group", "b-group"]);
    expect(new Set(directory.membersOf("a-group"))).toEqual(new Set(["a", "b"]));
  });

  it("returns no group for a company without an id, and its own group for an unlisted company", () => {
    const directory = createDirectory([]);
    expect(directory.groupIdsOf({ id: null, name: "None" })).toEqual([]);
    expect(directory.groupIdsOf(null)).toEqual([]);
    expect(groupsOf(directory, "unlisted")).toEqual(["unlisted-group"]);
    expect(directory.membersOf("unlisted-group")).toEqual(["unlisted"]);
  });

  it("finds added companies, prefers the first of two with the same name, and rejects a duplicate id", () => {
    const directory = createDirectory([company("first")]);
    const second = { id: "second", name: "First", domain: "second.example" };
    directory.add({ company: second });
    expect(directory.find("SECOND.example")).toBe(second);
    expect(directory.find("FIRST")?.id).toBe("first");
    expect(directory.find("third")).toBeUndefined();
    expect(() => directory.add(company("second"))).toThrow(
      new RangeError('A company with the id "second" already exists'),
    );
  });
});
