import { describe, expect, it } from "vitest";
import { createLedgers, ledgerRoutes } from "../../src/testing/ledgers.js";
import { createPeopleStore } from "../../src/testing/people/store.js";
import type { KnownPerson } from "../../src/testing/population/people.js";
import { findRoute, toRoutedRequest } from "../../src/testing/router.js";
import type { Contact, Person } from "../../src/types.js";
import { orgId } from "./support.js";

const job = (title: string, company: string, ended_at: string | null) => ({
  title,
  ended_at,
  company: { name: company },
});
const jane = (more: Partial<Person> = {}): KnownPerson => ({
  person: { id: "LDP-jane", name: "Jane Doe", linkedin: "jane-doe", jobs: [job("Engineer", "Acme", null)], ...more },
  emails: [],
});

function openLedger(known: KnownPerson) {
  const store = createPeopleStore([known]);
  const ledgers = createLedgers(store);
  const routes = ledgerRoutes(ledgers);
  const send = (method: string, query: string, value?: unknown) => {
    const url = new URL(`https://live-data.test/api/ledgers/v1/${orgId}/contacts${query}`);
    const match = findRoute(routes, method, url.pathname);
    return match.route.run(toRoutedRequest({ mediaType: "application/json", value }, url, match)).body;
  };
  return {
    store,
    ledgers,
    add: (value: unknown) => send("POST", "", value),
    list: (query = "") => send("GET", query) as Contact[],
  };
}

describe("a contact of a known person", () => {
  it("shows the person's current data, even after a change of name", () => {
    const { store, add, list, ledgers } = openLedger(jane());
    add({ name: "jane doe", company: "ACME", referenceId: "crm-1" });
    expect(list()).toMatchObject([{ name: "Jane Doe", company: null, title: null, lastJobChangedAt: null }]);
    const position = job("Manager", "Example Corp", null);
    const moved = jane({
      name: "Jane Roe",
      linkedin: "jane-roe",
      position,
      jobs: [position, job("Engineer", "Acme", "2026-03-01T00:00:00Z")],
      company_change_detected_at: "2026-03-02T00:00:00Z",
    });
    store.replace(moved);
    const now = {
      id: "contact-1",
      isVerified: true,
      referenceId: "crm-1",
      name: "Jane Roe",
      linkedin: "jane-roe",
      company: "Example Corp",
      title: "Manager",
      hasMultipleJobs: false,
      lastJobChangedAt: "2026-03-02T00:00:00Z",
    };
    expect(list()).toMatchObject([now]);
    expect(list("?lastJobChangedAt=2026-03-02")).toMatchObject([now]);
    expect(list("?lastJobChangedAt=2026-03-03")).toEqual([]);
    expect(ledgers.contactFor(orgId, moved, 1)).toEqual(list()[0]);
    expect(ledgers.contactFor(orgId, moved, 2)).toMatchObject({ id: "contact-1", name: "Jane Roe" });
  });

  it("has every field of contact version 2", () => {
    const position = { ...job("Engineer", "Acme", null), level: "Staff" };
    const person: Partial<Person> = {
      country: "United States",
      location: "Austin, TX",
      position,
      jobs: [position, job("Advisor", "Example Corp", null)],
      company_change_detected_at: "2026-03-02T00:00:00Z",
      info_change_detected_at: "2026-03-03T00:00:00Z",
    };
    const inVersion2 = (known: KnownPerson) => openLedger(known).ledgers.contactFor(orgId, known, 2);
    expect(inVersion2(jane(person))).toEqual({
      id: "contact-of-LDP-jane",
      is_verified: true,
      last_company_changed_at: "2026-03-02T00:00:00Z",
      last_info_changed_at: "2026-03-03T00:00:00Z",
      last_custom_change: null,
      name: "Jane Doe",
      linkedin: "jane-doe",
      country: "United States",
      location: "Austin, TX",
      has_multiple_jobs: true,
      person: { id: "LDP-jane" },
      current_position: { company: { name: "Acme" }, title: "Engineer", level: "Staff" },
    });
    expect(inVersion2(jane({ position: null }))).toMatchObject({ current_position: null });
    expect(inVersion2(jane({ position: { company: null } }))).toMatchObject({
      current_position: { company: null, title: null, level: null },
    });
  });
});
