import type { CallOptions, LedgersCalls } from "../calls/types.js";
import { assertResponse, headOf, unwrap } from "../calls/unwrap.js";
import { isRecord } from "../checks.js";
import type { ResponseHead } from "../errors/response-error.js";
import { parseTime } from "../times.js";
import type { Contact } from "../types.js";

/** Which changes to watch for: of the job, or of any information. */
export type ContactChange = "info" | "job";

/** A checkpoint whose time can be compared. */
export interface Position {
  /** See {@link sortKey}. */
  readonly key: string;
  /** Digests of the contacts seen with this time, by id. */
  readonly seen: ReadonlyMap<string, string>;
}

/** A contact of a list, with its change time: as the API wrote it, and to be compared. */
export interface Change {
  readonly contact: Contact;
  readonly time: string;
  readonly key: string;
  /** See {@link digestOf}. */
  readonly digest: string;
}

/** The query parameter of each kind of change, which is also the contact's member with its time. */
export const PARAMETERS = { job: "lastJobChangedAt", info: "lastInfoChangedAt" } as const;
/** Members of contact version 2, whose query parameters are unknown. */
const V2_MEMBERS = ["last_company_changed_at", "last_info_changed_at"];
/** Members with the token of the next page: the one of a search, and the same in camelCase, as ledgers write it. */
const PAGE_TOKENS = ["pagination_token", "paginationToken"];
/** Members with the number of all contacts of the list. */
const COUNTS = ["count", "total"];
/** How much earlier than the checkpoint to ask from, in ms: the bound may be exclusive, or lose its fraction. */
const OVERLAP = 1_000;
/** How many pages one list may have. */
const MAX_PAGES = 10_000;
/** How many times a list of several pages is read until two readings agree. */
const MAX_READINGS = 5;

/** What a request of the list needs. */
interface ListOptions extends Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  readonly change: ContactChange;
}

/**
 * Lists the contacts that changed since a position. A list of several pages is read again until two readings agree: a
 * contact that changes between two requests may move another one to a page that was already read.
 *
 * @returns what any reading found, oldest change first: the API's order is unknown, and a checkpoint stands for all before it
 * @throws the LiveDataError of a request; ProtocolError for a list that may be incomplete, or whose pages do not end
 */
export async function changesSince(ledgers: LedgersCalls, options: ListOptions, position: Position): Promise<Change[]> {
  const found = new Map<string, Change>();
  const listed = new Set<string>();
  let previous: string | undefined;
  for (let readings = 1; ; readings++) {
    const { changes, fault, head, isWhole } = await readList(ledgers, options, position, listed);
    for (const change of changes.values()) keepLatest(found, change);
    const isLast = isWhole || readings === MAX_READINGS;
    assertResponse(fault === undefined || !isLast, fault ?? "", head);
    const versions = [...changes.values()].map(({ contact, digest }) => `${digest} ${contact.id}`);
    const reading = fault === undefined ? JSON.stringify(versions.sort()) : undefined;
    if (isLast || (reading !== undefined && reading === previous)) {
      return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    }
    previous = reading;
  }
}

/** Keeps the later change of a contact. */
function keepLatest(changes: Map<string, Change>, change: Change): void {
  const { id } = change.contact;
  if (change.key >= (changes.get(id)?.key ?? "")) changes.set(id, change);
}

/** All pages of a list, read once. */
interface Reading {
  /** What is new since the position, by contact. */
  readonly changes: ReadonlyMap<string, Change>;
  /** Why contacts may be missing. */
  readonly fault: string | undefined;
  /** Whether the list came in one response, so that nothing can have moved. */
  readonly isWhole: boolean;
  /** The last response. */
  readonly head: ResponseHead;
}

/** @param all the ids of this reading and of those before, which together may have what each alone misses */
async function readList(
  ledgers: LedgersCalls,
  options: ListOptions,
  { key: start, seen }: Position,
  all: Set<string>,
): Promise<Reading> {
  const { change, signal, timeout, totalTimeout, maxWait, retry } = options;
  const parameter = PARAMETERS[change];
  const changes = new Map<string, Change>();
  const listed = new Set<string>();
  const tokens = new Set<string>();
  let count = 0;
  let query: Record<string, string> = { [parameter]: boundBefore(start) };
  for (;;) {
    const params = { query };
    const result = await ledgers.GET("/contacts", { params, signal, timeout, totalTimeout, maxWait, retry });
    const head = headOf(result);
    const { contacts, next, count: pageCount } = readPage(unwrap(result), head);
    const known = listed.size;
    count = Math.max(count, pageCount);
    for (const contact of contacts) {
      listed.add(contact.id);
      all.add(contact.id);
      const { key, time } = changeTime(contact, parameter, head);
      if (key === undefined || time === undefined || key < start) continue;
      const digest = digestOf(contact);
      if (key > start || seen.get(contact.id) !== digest) keepLatest(changes, { contact, time, key, digest });
    }
    const reading = (fault?: string): Reading => ({ changes, fault, isWhole: tokens.size === 0, head });
    // An empty page is the last, even if it has a token: a search may send one with each page.
    if (!next || contacts.length === 0) {
      const total = tokens.size === 0 ? contacts.length : all.size;
      return reading(total < count ? "the list has fewer contacts than its count" : undefined);
    }
    const [name, token] = next;
    const isRepeated = tokens.has(token) || listed.size === known;
    assertResponse(tokens.size < MAX_PAGES - 1, `the list has more than ${MAX_PAGES} pages`, head);
    tokens.add(token);
    if (isRepeated) return reading("the pages of the list repeat");
    query = { ...query, [name]: token };
  }
}

interface Page {
  readonly contacts: readonly Contact[];
  /** The name and value of the token of the next page. */
  readonly next: readonly [name: string, token: string] | undefined;
  /** How many contacts the list has in all, if the page says so; otherwise 0. */
  readonly count: number;
}

/**
 * Reads a bare list, or an object with one list, and perhaps a count and the token of the next page. Refuses any other
 * member: it may say that the list goes on.
 */
function readPage(body: unknown, head: ResponseHead): Page {
  const members =
    isRecord(body) && !Array.isArray(body) ? Object.entries(body).filter(([, value]) => value != null) : [];
  const lists = Array.isArray(body) ? [body] : members.map(([, value]) => value).filter(Array.isArray);
  const [contacts = []] = lists;
  const isList = lists.length === 1 && contacts.every(isContact);
  assertResponse(isList, "the response is neither a list of contacts nor an object with one", head);
  const isV2 = contacts.some((contact) => V2_MEMBERS.some((member) => member in contact));
  assertResponse(!isV2, "the contacts are of version 2, whose query parameters are unknown", head);
  const unknown = members.filter((member) => !Array.isArray(member[1]) && !isToken(member) && !isCount(member));
  const names = unknown.map(([name]) => (/^\w{1,40}$/.test(name) ? `\`${name}\`` : "(not a name)"));
  assertResponse(
    names.length === 0,
    `the list may go on, since the response has unknown members: ${names.join(", ")}`,
    head,
  );
  const isPart = head.status === 206 || /;\s*rel\s*=\s*["']?[^"',;]*\bnext\b/i.test(head.headers.get("Link") ?? "");
  assertResponse(!isPart, "the list goes on, but its status or `Link` does not say how to ask for the rest", head);
  const counts = [...members.filter(isCount).map(([, value]) => value), Number(head.headers.get("X-Total-Count")) || 0];
  return { contacts, next: members.filter(isToken).find(([, token]) => token !== ""), count: Math.max(...counts) };
}

function isToken(member: [string, unknown]): member is [string, string] {
  return PAGE_TOKENS.includes(member[0]) && typeof member[1] === "string";
}

function isCount(member: [string, unknown]): member is [string, number] {
  return COUNTS.includes(member[0]) && typeof member[1] === "number";
}

function isContact(value: unknown): value is Contact {
  return isRecord(value) && typeof value["id"] === "string";
}

function changeTime(contact: Contact, member: "lastInfoChangedAt" | "lastJobChangedAt", head: ResponseHead) {
  const time = contact[member] ?? undefined;
  const key = sortKey(time);
  assertResponse(time === undefined || key !== undefined, `a contact has a \`${member}\` that is not a time`, head);
  return { key, time };
}

/**
 * Returns a time or day as text that sorts by time. To the nanosecond: in one millisecond, a contact may change before
 * and after it was listed.
 */
export function sortKey(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const time = parseTime(text.length === 10 ? `${text}T00:00:00` : text);
  if (time === undefined) return undefined;
  const [, finer = ""] = /\.\d{3}(\d+)/.exec(text) ?? [];
  return new Date(time).toISOString().slice(0, -1) + finer.padEnd(6, "0");
}

/** Returns the bound to ask with, in the form that other times of the API have. */
function boundBefore(key: string): string {
  const second = Date.parse(`${key.slice(0, 19)}Z`);
  return new Date(Math.max(0, second - OVERLAP)).toISOString().replace(".000Z", "Z");
}

/**
 * Returns a short digest of a contact's JSON, whatever the order of its members. It tells two versions of a contact apart,
 * and is not meant to withstand attacks. The hash is cyrb53, of 53 bits.
 */
function digestOf(contact: Contact): string {
  const text = JSON.stringify(contact, (_name, value) =>
    isRecord(value) && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value,
  );
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
