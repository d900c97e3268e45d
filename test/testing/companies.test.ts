import { describe, expect, it } from "vitest";
import type { Company } from "../../src/types.js";
import { open } from "./support.js";

describe("a company", () => {
  const { fake, get } = open({ people: 5 });
  const lookUp = async (lookup: string) =>
    (await get<Company>(`/api/dwh/v1/companies/${encodeURIComponent(lookup)}`)).body;

  it.each(["LDC-EXAMPLE", "acme.example", "acme-corp", "Acme Corp", "ACME CORP"])("is found by %s", async (lookup) => {
    expect(await lookUp(lookup)).toMatchObject({ id: "LDC-EXAMPLE", name: "Acme Corp", domain: "acme.example" });
  });

  it("is found whichever it is, and is what jobs say it is", async () => {
    for (const company of fake.companies) expect(await lookUp(company.name ?? "")).toEqual(company);
    const position = fake.people.find(({ name }) => name === "John Doe")?.position;
    expect(await lookUp("nvidia.com")).toEqual(position?.company);
  });
});
