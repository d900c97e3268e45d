import { describe, expect, it } from "vitest";
import { open } from "../support.js";

const field = (field_name: string, search_term: string) => ({ field_name, search_term });

describe("find", () => {
  const { fake, find } = open();
  const idsFoundBy = async (...fields: ReturnType<typeof field>[]) => {
    const { body } = await find({ matches: [{ fields }], size: 5 });
    return body.matches[0]?.people.map(({ id }) => id);
  };

  it("matches name and company, ignoring case", async () => {
    expect(await idsFoundBy(field("name", "jane  DOE"), field("company.name", "Example Corp"))).toEqual([
      "LDP-1-EXAMPLE",
    ]);
    expect(await idsFoundBy(field("name", "Jane Doe"), field("company.name", "NVIDIA"))).toEqual([]);
  });

  it("matches an email address, which no person contains", async () => {
    expect(await idsFoundBy(field("email_address", "Jane@Example.com"))).toEqual(["LDP-1-EXAMPLE"]);
    expect(fake.emailsOf("LDP-1-EXAMPLE")).toEqual(["jane@example.com"]);
    expect(JSON.stringify(fake.people)).not.toContain("@");
  });

  it("finds everyone by their email address", async () => {
    const matches = fake.people.map(({ id }) => ({ fields: [field("email_address", fake.emailsOf(id)[0] ?? "")] }));
    const { body } = await find({ matches, return_fields: ["id"] });
    expect(body.matches.map(({ people }) => people)).toEqual(fake.people.map(({ id }) => [{ id }]));
  });

  it("matches the LinkedIn slug, not the URL", async () => {
    expect(await idsFoundBy(field("linkedin", "jane-doe"))).toEqual(["LDP-1-EXAMPLE"]);
    expect(await idsFoundBy(field("linkedin", "https://www.linkedin.com/in/jane-doe"))).toEqual([]);
  });

  it("returns one result per match, and says which found no one", async () => {
    const { find } = open({ people: 5, strictFields: false });
    const { body } = await find({
      matches: [
        { fields: [field("linkedin", "no-one")] },
        { fields: [field("linkedin", "john-doe")] },
        { fields: [field("no_such_field", "x")] },
        { fields: [] },
      ],
      return_fields: ["name"],
      confidence: "medium",
    });
    const nobody = { found: false, people: [] };
    const john = { found: true, people: [{ id: "LDP-2-EXAMPLE", name: "John Doe" }] };
    expect(body.matches).toEqual([nobody, john, nobody, nobody]);
  });

  it("returns at most `size` people per match", async () => {
    const matches = [{ fields: [field("company.name", "NVIDIA")] }];
    for (const size of [0, 1, 3]) {
      const { body } = await find({ matches, size });
      expect(body.matches[0]?.found).toBe(true);
      expect(body.matches[0]?.people).toHaveLength(size);
    }
  });
});
