import type { Contact, ContactV2, ImportJob, NewContact, Person } from "../types.js";
import { findMatches } from "./people/find.js";
import { isCurrent } from "./people/match-filter.js";
import type { PeopleStore } from "./people/store.js";
import type { KnownPerson } from "./population/people.js";
import { readJson } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";
import type { Route, RoutedRequest } from "./router.js";

/** A contact as it was added, and the person it refers to, if known. Each read takes the person's current data. */
interface Entry {
  readonly id: string;
  readonly added: NewContact;
  readonly personId: string | undefined;
}

interface Ledger {
  readonly entries: Entry[];
  readonly imports: ImportJob[];
}

/** The ledgers of all organizations. Each starts empty. */
export interface Ledgers {
  readonly store: PeopleStore;
  /** Returns the ledger of an organization. */
  of(orgId: string): Ledger;
  /**
   * Returns a person as a contact of an organization, with the person's current data. If several contacts refer to the
   * person, returns the first; if none does, returns a contact that is in no ledger.
   */
  contactFor(orgId: string, known: KnownPerson, version: 1 | 2): Contact | ContactV2;
}

/** Creates the ledgers. Contacts are matched to the people of the store. */
export function createLedgers(store: PeopleStore): Ledgers {
  const ledgers = new Map<string, Ledger>();
  return {
    store,
    of(orgId) {
      const ledger = ledgers.get(orgId) ?? { entries: [], imports: [] };
      ledgers.set(orgId, ledger);
      return ledger;
    },
    contactFor(orgId, known, version) {
      const { id, name } = known.person;
      const existing = ledgers.get(orgId)?.entries.find((entry) => entry.personId === id);
      const entry = existing ?? { id: `contact-of-${id}`, added: { name: name ?? "", company: "" }, personId: id };
      return version === 1 ? toContact(entry, store) : toContactV2(entry.id, known);
    },
  };
}

/** The operations of the ledgers service. */
export function ledgerRoutes(ledgers: Ledgers): Route[] {
  const ledgerOf = (request: RoutedRequest) => ledgers.of(request.param("orgId"));
  return [
    {
      operation: "createContacts",
      service: "ledgers",
      method: "POST",
      path: "/contacts",
      run(request) {
        const body = readJson(request.received, "createContacts");
        return importContacts(ledgerOf(request), Array.isArray(body) ? body : [body], ledgers.store);
      },
    },
    {
      operation: "listContacts",
      service: "ledgers",
      method: "GET",
      path: "/contacts",
      run(request) {
        const contacts = ledgerOf(request).entries.map((entry) => toContact(entry, ledgers.store));
        return { body: contacts.filter(changedSince(request.query)) };
      },
    },
    {
      operation: "getImports",
      service: "ledgers",
      method: "GET",
      path: "/imports",
      run: (request) => ({ body: { imports: ledgerOf(request).imports } }),
    },
  ];
}

/** Adds all contacts or none. The import job is already completed in the response. */
function importContacts(ledger: Ledger, contacts: readonly NewContact[], store: PeopleStore): Reply {
  refuseTakenReferences(ledger, contacts);
  for (const added of contacts) {
    const id = `contact-${ledger.entries.length + 1}`;
    ledger.entries.push({ id, added, personId: findPerson(added, store)?.person.id });
  }
  const job: ImportJob = { id: `import-${ledger.imports.length + 1}`, status: "completed" };
  ledger.imports.push(job);
  return { body: job };
}

function refuseTakenReferences(ledger: Ledger, added: readonly NewContact[]): void {
  const taken = new Set(ledger.entries.flatMap(({ added: { referenceId } }) => referenceId ?? []));
  for (const { referenceId } of added) {
    if (referenceId === undefined) continue;
    if (taken.has(referenceId)) {
      throw new Refusal(409, `Another contact has the referenceId ${JSON.stringify(referenceId)}`);
    }
    taken.add(referenceId);
  }
}

/** Matches by LinkedIn slug alone if there is one, otherwise by name and company. */
function findPerson({ name, company, linkedin }: NewContact, store: PeopleStore): KnownPerson | undefined {
  const fields =
    linkedin === undefined
      ? [
          { field_name: "name", search_term: name },
          { field_name: "company.name", search_term: company },
        ]
      : [{ field_name: "linkedin", search_term: linkedin }];
  return findMatches(store, { fields }, 1)[0];
}

function toContact({ id, added, personId }: Entry, store: PeopleStore): Contact {
  const known = store.byId(personId ?? "");
  if (known === undefined) return toUnverifiedContact(id, added);
  const { person, emails } = known;
  const { position } = person;
  const [email] = emails;
  return {
    id,
    isVerified: true,
    lastJobChangedAt: person.company_change_detected_at ?? null,
    lastInfoChangedAt: person.info_change_detected_at ?? null,
    referenceId: added.referenceId ?? null,
    name: person.name ?? added.name,
    linkedin: person.linkedin ?? added.linkedin ?? null,
    hasMultipleJobs: hasMultipleJobs(person),
    company: position?.company?.name ?? null,
    title: position?.title ?? null,
    titleLevel: position?.level ?? null,
    titleDomain: position?.function ?? null,
    jobStartedAt: position?.started_at ?? null,
    contactInfo: email === undefined ? null : { email, emailStatus: "valid" },
  };
}

function toUnverifiedContact(id: string, { name, company, linkedin, referenceId }: NewContact): Contact {
  return {
    id,
    isVerified: false,
    lastJobChangedAt: null,
    lastInfoChangedAt: null,
    referenceId: referenceId ?? null,
    name,
    linkedin: linkedin ?? null,
    hasMultipleJobs: false,
    company,
    title: null,
    titleLevel: null,
    titleDomain: null,
    jobStartedAt: null,
    contactInfo: null,
  };
}

function toContactV2(id: string, { person }: KnownPerson): ContactV2 {
  const { position } = person;
  return {
    id,
    is_verified: true,
    last_company_changed_at: person.company_change_detected_at ?? null,
    last_info_changed_at: person.info_change_detected_at ?? null,
    last_custom_change: null,
    name: person.name ?? null,
    linkedin: person.linkedin ?? null,
    country: person.country ?? null,
    location: person.location ?? null,
    has_multiple_jobs: hasMultipleJobs(person),
    person: { id: person.id },
    current_position: position
      ? {
          company: position.company ? { name: position.company.name ?? null } : null,
          title: position.title ?? null,
          level: position.level ?? null,
        }
      : null,
  };
}

function hasMultipleJobs({ jobs }: Person): boolean {
  return (jobs ?? []).filter(isCurrent).length > 1;
}

function changedSince(query: URLSearchParams): (contact: Contact) => boolean {
  const job = parseSince(query, "lastJobChangedAt");
  const info = parseSince(query, "lastInfoChangedAt");
  return ({ lastJobChangedAt, lastInfoChangedAt }) =>
    isSince(lastJobChangedAt, job) && isSince(lastInfoChangedAt, info);
}

function isSince(time: string | null | undefined, since: number | undefined): boolean {
  if (since === undefined) return true;
  return (parseTime(time ?? "") ?? Number.NEGATIVE_INFINITY) >= since;
}

/** The format of the value is not documented. Dates and date-times are accepted. */
function parseSince(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const time = parseTime(text);
  if (time === undefined) throw new Refusal(400, `${name} must be a date or a date-time, such as 2026-01-31`);
  return time;
}

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3])(:[0-5]\d)(:[0-5]\d(?:\.\d{1,9})?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;

/**
 * Parses a date or a date-time, in UTC unless it has an offset. `Date.parse` alone would use the machine's time zone.
 */
export function parseTime(text: string): number | undefined {
  const [, day, hour = "00", minute = ":00", second = ":00", zone = "Z"] = TIME.exec(text) ?? [];
  if (day === undefined || !isDate(day)) return undefined;
  return Date.parse(`${day}T${hour}${minute}${second}${zone}`);
}

/** Rejects dates that do not exist. `Date.parse` may read 30 February as 2 March. */
function isDate(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}
