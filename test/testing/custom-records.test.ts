import { describe, expect, it } from "vitest";
import { createFakeLiveData } from "../../src/testing/index.js";
import type { Company, Contact, ContactV2, FilterClause, FilterGroup, Job, Person } from "../../src/types.js";
import { verifyWebhook } from "../../src/webhook.js";
import { bundledDocuments, compileFrom } from "../openapi/support.js";
import { serve } from "../support/serve.js";
import { createClock, open } from "./support.js";

const clause = (field: string, value: string): FilterClause => ({
  type: "must",
  field,
  match_type: "exact",
  string_values: [value],
});
const oneJob = (...filters: FilterClause[]): FilterGroup => ({ operator: "and", isJobsGroup: true, filters });

describe("an added person", () => {
  it("is completed, and found by search, find and id", async () => {
    const clock = createClock(Date.UTC(2026, 0, 31, 12));
    const { fake, search, find, people } = open({ people: 50, clock });
    const ada = fake.addPerson({
      name: "Ada Example",
      linkedin: "ada-example",
      emails: ["ada@example.com"],
      jobs: [
        {
          title: "Engineer",
          company: { name: "Acme Corp" },
          started_at: "2020-01-01T00:00:00Z",
          ended_at: "2021-01-01T00:00:00Z",
        },
        { title: "CTO", company: { id: "LDC-EXAMPLE" }, started_at: "2021-01-01T00:00:00Z" },
        {
          title: "Intern",
          company: { name: "A company nobody knows" },
          started_at: null,
          ended_at: "2019-01-01T00:00:00Z",
        },
      ],
    });
    expect(ada).toMatchObject({
      id: expect.stringMatching(/^LDP-1-/),
      first_name: "Ada",
      last_name: "Example",
      employment_status: "employed",
      position: { title: "CTO", company: { id: "LDC-EXAMPLE", name: "Acme Corp", domain: "acme.example" } },
      jobs: [
        {
          title: "CTO",
          ended_at: null,
          duration: 60,
          company_tenure: 72,
          is_first_at_company: false,
          is_last_at_company: true,
        },
        { title: "Engineer", duration: 12, company_tenure: 72, is_first_at_company: true, is_last_at_company: false },
        { title: "Intern", duration: null, company: { id: null, name: "A company nobody knows" } },
      ],
      created_at: "2026-01-31T12:00:00Z",
    });
    expect(fake.people).toContain(ada);
    expect(fake.people).toHaveLength(51);

    const filters = [oneJob(clause("jobs.title", "CTO"), clause("jobs.company.name", "Acme Corp"))];
    expect((await search({ filters, size: 100 })).body.people.map(({ id }) => id)).toContain(ada.id);
    const fields = [{ field_name: "email_address", search_term: "ADA@example.com" }];
    expect((await find({ matches: [{ fields }] })).body.matches[0]?.people[0]?.id).toBe(ada.id);
    expect((await people<Person>(`/person/${ada.id}`)).body).toEqual(ada);
    expect(fake.emailsOf(ada.id)).toEqual(["ada@example.com"]);
  });

  it("keeps given values, including null", () => {
    const fake = createFakeLiveData({ people: 5 });
    const given: Partial<Person> = {
      id: "LDP-9",
      name: null,
      jobs: null,
      position: null,
      employment_status: "retired",
    };
    expect(fake.addPerson(given)).toMatchObject(given);
    expect(fake.addPerson({ first_name: "Ada", last_name: "Example" })).toMatchObject({
      name: "Ada Example",
      jobs: [],
    });
    expect(fake.addPerson({ jobs: [{ title: "CTO", is_first_at_company: null, company: null }] }).jobs).toMatchObject([
      { title: "CTO", is_first_at_company: null, company: null },
    ]);
    expect(() => fake.addPerson({ id: "LDP-9" })).toThrow(RangeError);
    expect(new Set(fake.people.map(({ id }) => id)).size).toBe(fake.people.length);
  });

  it("has the given position among their jobs", () => {
    const fake = createFakeLiveData({ people: 5, clock: () => Date.UTC(2026, 0, 31, 12) });
    const position = { title: "CTO", company: { id: "LDC-EXAMPLE" }, started_at: "2025-01-01T00:00:00Z" };
    const ada = fake.addPerson({ name: "Ada Example", position });
    expect(ada).toMatchObject({
      employment_status: "employed",
      position: { title: "CTO", company: { name: "Acme Corp" }, duration: 12, is_first_at_company: true },
    });
    expect(ada.jobs).toEqual([ada.position]);
    expect(fake.addPerson({ position, jobs: null })).toMatchObject({ jobs: null, position });
    expect(fake.addPerson({ position: null })).toMatchObject({ jobs: [], position: null });
  });

  it("treats undefined as absent", () => {
    const fake = createFakeLiveData({ people: 5 });
    const nothing = { id: undefined, name: undefined, jobs: undefined, position: undefined, emails: undefined };
    const ada = fake.addPerson({ ...nothing, first_name: "Ada" });
    expect(ada).toMatchObject({ id: expect.stringMatching(/^LDP-1-/), name: "Ada", jobs: [], position: null });
    expect(fake.emailsOf(ada.id)).toEqual([]);
    const company = { id: undefined, name: "Acme Corp" } as unknown as Company;
    const job = { title: undefined, is_first_at_company: undefined, company } as unknown as Job;
    expect(fake.addPerson({ jobs: [job] }).jobs).toMatchObject([
      { title: null, is_first_at_company: true, company: { id: "LDC-EXAMPLE" } },
    ]);
  });

  it("does not change when the objects passed in change later", () => {
    const fake = createFakeLiveData({ people: 5 });
    const given = {
      emails: ["ada@example.com"],
      education: [{ school: "Example University" }],
      jobs: [{ title: "CTO", location_details: { locality: "Austin" }, company: { name: "Acme Corp" } }],
    };
    const ada = fake.addPerson(given);
    const job = { title: "CEO", location_details: { locality: "Köln" } };
    const before = structuredClone([ada, fake.emailsOf(ada.id), fake.changeJob(ada.id, job)]);
    given.emails[0] = "changed@example.com";
    Object.assign(given.education[0] ?? {}, { school: "changed" });
    Object.assign(given.jobs[0]?.location_details ?? {}, { locality: "changed" });
    Object.assign(job.location_details, { locality: "changed" });
    expect([ada, fake.emailsOf(ada.id), fake.people.at(-1)]).toEqual(before);
  });

  it("has separate tenures at unknown companies", () => {
    const fake = createFakeLiveData({ people: 5, clock: () => Date.UTC(2026, 0, 31, 12) });
    const ada = fake.addPerson({
      jobs: [
        { title: "CTO", company: { name: null }, started_at: "2024-01-01T00:00:00Z" },
        { title: "Engineer", started_at: "2020-01-01T00:00:00Z", ended_at: "2021-01-01T00:00:00Z" },
      ],
    });
    const alone = { is_first_at_company: true, is_last_at_company: true };
    expect(ada.jobs).toMatchObject([
      { ...alone, company_tenure: 24 },
      { ...alone, company_tenure: 12 },
    ]);
    const after = fake.changeJob(ada.id, { title: "CTO" });
    expect(after.jobs).toMatchObject([alone, { ...alone, company_tenure: 24 }, { ...alone, company_tenure: 12 }]);
    expect(after.company_change_detected_at).toBe("2026-01-31T12:00:00Z");
  });

  it("can work at an added company, and is found by the group of its parent", async () => {
    const { fake, search, get } = open({ people: 5 });
    const parent = fake.addCompany({ name: "Umbrella Example", domain: "umbrella.example" });
    const child = fake.addCompany({ name: "Umbrella Rain", id: "LDC-RAIN", parentId: `${parent.id}` });
    const ada = fake.addPerson({ name: "Ada Example", jobs: [{ company: { name: "Umbrella Rain" } }] });
    expect(child).toMatchObject({ id: "LDC-RAIN", name: "Umbrella Rain", linkedin: "umbrella-rain", domain: null });
    expect(fake.companies).toContain(child);
    expect((await get<Company>("/api/dwh/v1/companies/umbrella.example")).body).toEqual(parent);
    const found = async (group: string) =>
      (await search({ filters: [oneJob(clause("jobs.company.group_id", group))] })).body.people;
    expect(await found(`${parent.id}-group`)).toEqual([ada]);
    expect(await found("LDC-RAIN-group")).toEqual([ada]);
    expect(() => fake.addCompany({ name: "Another", id: "LDC-RAIN" })).toThrow(RangeError);
  });

  it("matches the Person schema of the OpenAPI document", async () => {
    const fake = createFakeLiveData({ people: 5 });
    const added = fake.addPerson({ name: "Ada Example", jobs: [{ title: "CTO", company: { name: "NVIDIA" } }] });
    const [people] = (await bundledDocuments()).filter(({ service }) => service === "people");
    if (!people) throw new Error("The people service has no OpenAPI document");
    const accepts = compileFrom(people, { $ref: "#/components/schemas/Person" });
    for (const person of [added, fake.changeJob(added.id, { title: "CEO" })]) {
      expect([accepts(person), accepts.errors]).toEqual([true, null]);
    }
  }, 20_000);
});

describe("changeJob", () => {
  const clock = () => Date.UTC(2026, 0, 31, 12);

  it("ends the current job, starts the new one, and sets the change times", async () => {
    const { fake, search } = open({ people: 5, clock });
    const before = fake.people[0];
    const jane = fake.changeJob("LDP-1-EXAMPLE", { title: "CTO", company: { name: "NVIDIA" } });
    expect(jane).toMatchObject({
      id: "LDP-1-EXAMPLE",
      title_change_detected_at: "2026-01-31T12:00:00Z",
      company_change_detected_at: "2026-01-31T12:00:00Z",
      info_change_detected_at: "2026-01-31T12:00:00Z",
      position: {
        title: "CTO",
        company: { name: "NVIDIA" },
        started_at: "2026-01-31T00:00:00Z",
        is_first_at_company: true,
      },
      jobs: [
        { title: "CTO", ended_at: null, is_last_at_company: true },
        { company: { name: "Example Corp" }, ended_at: "2026-01-31T00:00:00Z" },
        { company: { name: "Acme Corp" }, ended_at: before?.jobs?.[1]?.ended_at },
      ],
    });
    expect(fake.people[0]).toBe(jane);
    const now = (company: string) =>
      search({ filters: [{ ...oneJob(clause("jobs.company.name", company)), jobsGroupType: "active" }], size: 5 });
    const ids = async (company: string) => (await now(company)).body.people.map(({ id }) => id);
    expect(await ids("NVIDIA")).toContain("LDP-1-EXAMPLE");
    expect(await ids("Example Corp")).not.toContain("LDP-1-EXAMPLE");
  });

  it("at the same company sets title_change_detected_at, but not company_change_detected_at", () => {
    const fake = createFakeLiveData({ people: 5, clock });
    const before = fake.people[0];
    const jane = fake.changeJob("LDP-1-EXAMPLE", {
      title: "CTO",
      company: { name: "Example Corp" },
      started_at: "2026-01-01T00:00:00Z",
    });
    expect(jane.company_change_detected_at).toBe(before?.company_change_detected_at);
    expect(jane.title_change_detected_at).toBe("2026-01-31T12:00:00Z");
    expect(jane.jobs).toMatchObject([
      { is_first_at_company: false, is_last_at_company: true },
      { is_first_at_company: true, is_last_at_company: false, ended_at: "2026-01-01T00:00:00Z" },
      { company: { name: "Acme Corp" } },
    ]);
    expect(() => fake.changeJob("LDP-NO-ONE", {})).toThrow(new RangeError('No person has the id "LDP-NO-ONE"'));
  });

  it("gives each change of a person a later second, and no change an earlier time than the one before", () => {
    const now = Date.UTC(2026, 0, 31, 12, 0, 0, 900);
    const fake = createFakeLiveData({ people: 5, clock: () => now });
    const [first, second] = fake.people;
    const late = fake.addPerson({ name: "Ada Example", info_change_detected_at: "2026-01-31T12:00:05" });
    const change = (id = "") => fake.changeJob(id, { title: "CTO", company: { name: `${Math.random()}` } });
    const times = [first, first, first, second, first, late, second].map((person) => {
      const { info_change_detected_at, company_change_detected_at, title_change_detected_at } = change(person?.id);
      expect(company_change_detected_at).toBe(info_change_detected_at);
      return [info_change_detected_at, title_change_detected_at].map((time) => time?.slice(17)).join();
    });
    // A title that stays has not changed.
    expect(times).toEqual(["00Z,00Z", "01Z,00Z", "02Z,00Z", "02Z,02Z", "03Z,00Z", "06Z,06Z", "06Z,02Z"]);
    fake.reset();
    expect(change(first?.id).info_change_detected_at).toBe("2026-01-31T12:00:00Z");
  });

  it("keeps all other jobs of a person unchanged", () => {
    // The month in which the population was collected, and long after.
    for (const year of [2026, 2036]) {
      const time = Date.UTC(year, 2, 1);
      const fake = createFakeLiveData({ people: 300, clock: () => time });
      const started_at = new Date(time).toISOString();
      for (const { id, jobs = [] } of [...fake.people]) {
        const left = jobs?.find(({ ended_at }) => ended_at === null);
        const isThere = (job: Job) =>
          (job.company?.id ?? job.company?.name) === (left?.company?.id ?? left?.company?.name);
        const [, ...after] = fake.changeJob(id, { title: "CTO", company: { name: "Nowhere" }, started_at }).jobs ?? [];
        const expected = jobs?.map((job) => (job === left ? { ...job, ended_at: started_at } : job)) ?? [];
        if (year === 2026) expect(after).toEqual(expected);
        else expect(after.filter((job) => !isThere(job))).toEqual(expected.filter((job) => !isThere(job)));
      }
    }
  });

  it("counts tenure from the earliest known start at the company", () => {
    const fake = createFakeLiveData({ people: 5, clock });
    const company = { name: "Example Corp" };
    const { id } = fake.addPerson({
      jobs: [
        { title: "CTO", company, started_at: "2024-01-01T00:00:00Z" },
        { title: "Engineer", company, started_at: "2022-01-01T00:00:00Z", ended_at: "2024-01-01T00:00:00Z" },
        { title: "Intern", company, ended_at: "2021-06-01T00:00:00Z" },
      ],
    });
    const moved = fake.changeJob(id, { title: "CEO", company: { name: "NVIDIA" }, started_at: "2025-07-01T00:00:00Z" });
    expect(moved.jobs).toMatchObject([
      { title: "CEO", company_tenure: 6 },
      { title: "CTO", company_tenure: 42, duration: 18, is_last_at_company: true },
      { title: "Engineer", company_tenure: 42, duration: 24 },
      { title: "Intern", company_tenure: 42, duration: null, is_first_at_company: true },
    ]);
    expect(fake.changeJob(id, { title: "Chair", company }).jobs).toMatchObject([
      { title: "Chair", company_tenure: 48, is_first_at_company: false },
      { title: "CEO", company_tenure: 6 },
      { title: "CTO", company_tenure: 48, duration: 18, is_last_at_company: false },
      { title: "Engineer", company_tenure: 48 },
      { title: "Intern", company_tenure: 48, is_first_at_company: true },
    ]);
  });

  it("to the company None clears employment_status", () => {
    const fake = createFakeLiveData({ people: 300, clock });
    const isAtNone = ({ position }: Person) => position?.company?.name === "None";
    expect(new Set(fake.people.filter(isAtNone).map((one) => one.employment_status))).toEqual(new Set([null]));
    expect(fake.changeJob("LDP-1-EXAMPLE", { company: { name: "None" } }).employment_status).toBeNull();
    expect(fake.addPerson({ jobs: [{ company: { name: "None" } }] }).employment_status).toBeNull();
    expect(fake.changeJob("LDP-1-EXAMPLE", { company: { name: "NVIDIA" } }).employment_status).toBe("employed");
  });

  it("rejects a start before the current job, and by default never starts before it", () => {
    const fake = createFakeLiveData({ people: 5, clock: () => Date.UTC(2019, 0, 31, 12) });
    const company = { name: "NVIDIA" };
    const { id } = fake.addPerson({ jobs: [{ title: "CTO", company, started_at: "2020-09-01T00:00:00Z" }] });
    const before = fake.people.at(-1);
    expect(() => fake.changeJob(id, { title: "CEO", started_at: "2020-08-31T00:00:00Z" })).toThrow(
      new RangeError("The new job must not start before the current job, which started at 2020-09-01T00:00:00Z"),
    );
    expect(fake.people.at(-1)).toBe(before);
    // The clock is before the current job's start, so the default start is that start.
    expect(fake.changeJob(id, { title: "CEO", company }).jobs).toMatchObject([
      { title: "CEO", started_at: "2020-09-01T00:00:00Z", is_first_at_company: false, is_last_at_company: true },
      { title: "CTO", ended_at: "2020-09-01T00:00:00Z", duration: 0, is_first_at_company: true },
    ]);
    expect(fake.changeJob(id, { title: "Chair", company, started_at: "2020-09-01" }).jobs).toMatchObject([
      { title: "Chair", ended_at: null, is_last_at_company: true },
      { title: "CEO", ended_at: "2020-09-01", is_last_at_company: false },
      { title: "CTO" },
    ]);
  });

  it("of a contact shows in the ledger", async () => {
    const { fake, get } = open({ people: 5, clock });
    const path = "/api/ledgers/v1/o_0123abcd/contacts";
    await fake.fetch(`http://live-data.test${path}`, {
      method: "POST",
      headers: { Authorization: "Bearer ldtkey_fa4efa4efa4efa4efa4efa4efa4efa4e", "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Jane Doe", company: "Example Corp", referenceId: "crm-1" }),
    });
    fake.changeJob("LDP-1-EXAMPLE", { title: "CTO", company: { name: "NVIDIA" } });
    expect((await get<Contact[]>(`${path}?lastJobChangedAt=2026-01-31`)).body).toMatchObject([
      { referenceId: "crm-1", company: "NVIDIA", title: "CTO" },
    ]);
  });
});

describe("deliverJobChange", () => {
  const token = "the chosen token";

  it.each([1, 2] as const)("sends a contact of version %i that verifyWebhook accepts", async (version) => {
    const fake = createFakeLiveData({ people: 5 });
    fake.changeJob("LDP-1-EXAMPLE", { title: "CTO", company: { name: "NVIDIA" } });
    let contact: Contact | ContactV2 | undefined;
    const response = await fake.deliverJobChange("LDP-1-EXAMPLE", {
      url: "https://backend.test/hooks/live-data",
      token,
      version,
      async fetch(request) {
        expect([request.method, request.url]).toEqual(["POST", "https://backend.test/hooks/live-data"]);
        contact = await verifyWebhook(request, token);
        return new Response(null, { status: 204 });
      },
    });
    expect(response.status).toBe(204);
    expect(contact).toMatchObject(
      version === 1
        ? { name: "Jane Doe", company: "NVIDIA", title: "CTO", isVerified: true }
        : {
            name: "Jane Doe",
            current_position: { company: { name: "NVIDIA" }, title: "CTO" },
            person: { id: "LDP-1-EXAMPLE" },
          },
    );
  });

  it("sends the organization's own contact of the person over a socket", async () => {
    const { fake } = open({ people: 5 });
    await fake.fetch("http://live-data.test/api/ledgers/v1/o_0123abcd/contacts", {
      method: "POST",
      headers: { Authorization: "Bearer ldtkey_fa4efa4efa4efa4efa4efa4efa4efa4e", "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Jane Doe", company: "Example Corp", referenceId: "crm-1" }),
    });
    const received: (Contact | ContactV2)[] = [];
    const { origin } = await serve(async (request, response) => {
      const contact = await verifyWebhook(request, token).catch(() => undefined);
      if (contact) received.push(contact);
      response.writeHead(contact ? 204 : 401).end();
    });
    expect((await fake.deliverJobChange("LDP-1-EXAMPLE", { url: origin, token })).status).toBe(204);
    expect((await fake.deliverJobChange("LDP-1-EXAMPLE", { url: origin, token: "another" })).status).toBe(401);
    expect((await fake.deliverJobChange("LDP-1-EXAMPLE", { url: origin, token, orgId: "o_else" })).status).toBe(204);
    expect(received).toMatchObject([{ referenceId: "crm-1" }, { referenceId: null, name: "Jane Doe" }]);
    await expect(fake.deliverJobChange("LDP-NO-ONE", { url: origin, token })).rejects.toThrow(RangeError);
  });
});
