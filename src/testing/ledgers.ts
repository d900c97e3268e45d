import type { Contact, ImportJob, NewContact } from "../types.js";
import { findPeople } from "./people/find.js";
import type { KnownPerson } from "./population/people.js";
import { readJson } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";
import type { Call, Route } from "./router.js";

const BASE = "/api/ledgers/v1/{orgId}";

interface Ledger {
  readonly contacts: Contact[];
  readonly imports: ImportJob[];
}

/** The operations of the ledgers service. Every organization has a ledger of its own, empty at first. */
export function ledgerRoutes(people: readonly KnownPerson[]): Route[] {
  const ledgers = new Map<string, Ledger>();
  const ledgerOf = (call: Call): Ledger => {
    const orgId = call.param("orgId");
    const ledger = ledgers.get(orgId) ?? { contacts: [], imports: [] };
    ledgers.set(orgId, ledger);
    return ledger;
  };
  return [
    {
      operation: "createContacts",
      method: "POST",
      path: `${BASE}/contacts`,
      async run(call) {
        const body = await readJson(call.request, "createContacts");
        return importContacts(ledgerOf(call), Array.isArray(body) ? body : [body], people);
      },
    },
    {
      operation: "listContacts",
      method: "GET",
      path: `${BASE}/contacts`,
      run: (call) => ({ body: ledgerOf(call).contacts.filter(changedSince(call.query)) }),
    },
    {
      operation: "getImports",
      method: "GET",
      path: `${BASE}/imports`,
      run: (call) => ({ body: { imports: ledgerOf(call).imports } }),
    },
  ];
}

/** Adds all contacts or none. There is no waiting: the job is done when it is answered. */
function importContacts(ledger: Ledger, added: readonly NewContact[], people: readonly KnownPerson[]): Reply {
  refuseTakenReferences(ledger, added);
  for (const contact of added) {
    ledger.contacts.push(toContact(`contact-${ledger.contacts.length + 1}`, contact, people));
  }
  const job: ImportJob = { id: `import-${ledger.imports.length + 1}`, status: "completed" };
  ledger.imports.push(job);
  return { body: job };
}

function refuseTakenReferences(ledger: Ledger, added: readonly NewContact[]): void {
  const taken = new Set(ledger.contacts.flatMap(({ referenceId }) => referenceId ?? []));
  for (const { referenceId } of added) {
    if (referenceId === undefined) continue;
    if (taken.has(referenceId)) {
      throw new Refusal(409, `The referenceId ${JSON.stringify(referenceId)} is taken by another contact`);
    }
    taken.add(referenceId);
  }
}

function toContact(id: string, added: NewContact, people: readonly KnownPerson[]): Contact {
  const known = findPerson(added, people);
  const position = known?.person.position;
  const email = known?.emails[0];
  return {
    id,
    isVerified: known !== undefined,
    lastJobChangedAt: known?.person.company_change_detected_at ?? null,
    lastInfoChangedAt: known?.person.info_change_detected_at ?? null,
    referenceId: added.referenceId ?? null,
    name: known?.person.name ?? added.name,
    linkedin: known?.person.linkedin ?? added.linkedin ?? null,
    hasMultipleJobs: (known?.person.jobs ?? []).filter(({ ended_at }) => ended_at === null).length > 1,
    company: known === undefined ? added.company : (position?.company?.name ?? null),
    title: position?.title ?? null,
    titleLevel: position?.level ?? null,
    titleDomain: position?.function ?? null,
    jobStartedAt: position?.started_at ?? null,
    contactInfo: email === undefined ? null : { email, emailStatus: "valid" },
  };
}

/** A LinkedIn slug is believed against all else; without one, name and company must agree. */
function findPerson({ name, company, linkedin }: NewContact, people: readonly KnownPerson[]): KnownPerson | undefined {
  const fields =
    linkedin === undefined
      ? [
          { field_name: "name", search_term: name },
          { field_name: "company.name", search_term: company },
        ]
      : [{ field_name: "linkedin", search_term: linkedin }];
  const id = findPeople(people, { matches: [{ fields }] }).matches[0]?.people[0]?.id;
  return people.find(({ person }) => person.id === id);
}

function changedSince(query: URLSearchParams): (contact: Contact) => boolean {
  const job = parseSince(query, "lastJobChangedAt");
  const info = parseSince(query, "lastInfoChangedAt");
  return ({ lastJobChangedAt, lastInfoChangedAt }) =>
    isSince(lastJobChangedAt, job) && isSince(lastInfoChangedAt, info);
}

function isSince(time: string | null | undefined, since: number | undefined): boolean {
  if (since === undefined) return true;
  return time ? Date.parse(time) >= since : false;
}

/** The form of the value is not documented: a day or a time is understood, in UTC unless it says otherwise. */
function parseSince(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const isZoneless = /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(text);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(isZoneless ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(time)) throw new Refusal(400, `${name} must be a day or a time, such as 2026-01-31`);
  return time;
}
