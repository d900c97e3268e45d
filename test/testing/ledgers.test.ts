import { afterEach, describe, expect, it, vi } from "vitest";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import type { Contact, NewContact } from "../../src/types.js";
import { orgId, send } from "./support.js";

const token = fakeCredentials.apiKey;

function openLedger() {
  const fake = createFakeLiveData({ people: 5, orgs: [{ id: orgId }, { id: "o_0000000b" }] });
  const at = (path: string, body?: unknown, org: string = orgId) =>
    send(fake, `/api/ledgers/v1/${org}${path}`, { token, body });
  return {
    add: (body: NewContact | NewContact[]) => at("/contacts", body),
    list: async (query = "", org: string = orgId) => (await at(`/contacts${query}`, undefined, org)).body as Contact[],
    imports: async () => (await at("/imports")).body,
  };
}

const jane: NewContact = { name: "Jane Doe", company: "Example Corp", referenceId: "crm-1" };
const john: NewContact = { name: "Jonathan Doe", company: "elsewhere", linkedin: "john-doe" };
const stranger: NewContact = { name: "No One", company: "Nowhere" };

describe("a ledger", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("adds one contact or a list, and shows what is known of each", async () => {
    const { add, list } = openLedger();
    expect(await list()).toEqual([]);
    expect((await add(jane)).status).toBe(200);
    await add([john, stranger]);
    const [first, second, third] = await list();
    expect(first).toMatchObject({
      isVerified: true,
      referenceId: "crm-1",
      linkedin: "jane-doe",
      hasMultipleJobs: false,
      company: "Example Corp",
      title: "Software Engineer",
      titleLevel: "Staff",
      contactInfo: { email: "jane@example.com", emailStatus: "valid" },
    });
    expect(second).toMatchObject({ isVerified: true, name: "John Doe", company: "NVIDIA" });
    expect(third).toMatchObject({
      isVerified: false,
      name: "No One",
      company: "Nowhere",
      title: null,
      contactInfo: null,
    });
    expect(new Set([first?.id, second?.id, third?.id]).size).toBe(3);
  });

  it("rejects a duplicate referenceId, and all contacts of that request", async () => {
    const { add, list } = openLedger();
    await add(jane);
    for (const body of [
      jane,
      [stranger, jane],
      [
        { ...stranger, referenceId: "x" },
        { ...john, referenceId: "x" },
      ],
    ]) {
      expect((await add(body)).status).toBe(409);
    }
    expect(await list()).toHaveLength(1);
  });

  it.each(["UTC", "Asia/Kolkata", "America/Los_Angeles"])(
    "filters by time of change in UTC on a machine in %s",
    async (zone) => {
      vi.stubEnv("TZ", zone);
      expect(new Intl.DateTimeFormat().resolvedOptions().timeZone.replace("Calcutta", "Kolkata")).toBe(zone);
      const { add, list } = openLedger();
      await add([jane, john, stranger]);
      const names = async (query: string) => (await list(query)).map(({ name }) => name);
      expect(await names("?lastJobChangedAt=2025-01-01")).toEqual(["John Doe"]);
      expect(await names("?lastJobChangedAt=2020-01-01T00:00:00Z")).toEqual(["Jane Doe", "John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-23T00:00:00.000")).toEqual(["John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-23T00:00:01")).toEqual([]);
      expect(await names("?lastInfoChangedAt=2025-11-23 00:00:00")).toEqual(["John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-23 00:00:01")).toEqual([]);
      expect(await names("?lastInfoChangedAt=2025-11-23 00:00")).toEqual(["John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-23T02:00:00%2B02:00")).toEqual(["John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-22T19:00:00-05:00")).toEqual(["John Doe"]);
      expect(await names("?lastInfoChangedAt=2025-11-22T19:00:01-05:00")).toEqual([]);
      expect(await names("?lastJobChangedAt=2020-01-01&lastInfoChangedAt=2030-01-01")).toEqual([]);
    },
  );

  it.each([
    "yesterday",
    "2026-13-01",
    "2026-00-10",
    "2026-02-30",
    "2025-02-29T00:00:00",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60",
    "2026-01-31T12:00:61Z",
    "2026-01-31 noon",
    "2026-01-31T12:00 02:00",
    "2026-01-31T12:00%2B24:00",
    "2026-01-31T12:00%2B01:60",
    "2026-01-31Z",
    "2026-01-31T",
    "",
  ])("rejects a lastJobChangedAt that is neither date nor date-time: %s", async (text) => {
    const { list } = openLedger();
    expect(await list(`?lastJobChangedAt=${text}`)).toEqual({
      message: "lastJobChangedAt must be a date or a date-time, such as 2026-01-31",
    });
  });

  it("lists imports per organization", async () => {
    const { add, list, imports } = openLedger();
    const { body: job } = await add(jane);
    expect(await imports()).toEqual({ imports: [job] });
    expect(await list("", "o_0000000b")).toEqual([]);
  });
});
