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
  readonly ids: readonly string[];
}

/** A contact of a list, with its change time: as the API wrote it, and to be compared. */
export interface Change {
  readonly contact: Contact;
  readonly time: string;
  readonly key: string;
}

/** The query parameter of each kind of change, which is also the contact's member with its time. */
export const PARAMETERS = { job: "lastJobChangedAt", info: "lastInfoChangedAt" } as const;
/** Members of contact version 2, whose query parameters are unknown. */
const V2_MEMBERS = ["last_company_changed_at", "last_info_changed_at"];
/** Members with the token of the next page: the one of a search, and the same in camelCase, as ledgers write it. */
const PAGE_TOKENS = ["pagination_token", "paginationToken"];
/** Members that announce a next page in a way that we do not know. */
const NEXT_PAGE = /cursor|more|next|token/i;
/** Members with the number of all contacts of the list. */
const COUNTS = ["count", "total"];
/** How much earlier than the checkpoint to ask from, in ms: the bound may be exclusive, or lose its fraction. */
const OVERLAP = 1_000;
/** How many pages one list may have. */
const MAX_PAGES = 10_000;

/** What a request of the list needs. */
interface ListOptions extends Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  readonly change: ContactChange;
}

/**
 * Lists the contacts that changed since a position, all pages of it.
 *
 * @returns what is new, oldest change first: the API's order is unknown, and a checkpoint stands for all before it
 * @throws the LiveDataError of a request; ProtocolError for a list that may be incomplete, or whose pages do not end
 */
export async function changesSince(ledgers: LedgersCalls, options: ListOptions, position: Position): Promise<Change[]> {
  const { change, signal, timeout, totalTimeout, maxWait, retry } = options;
  const parameter = PARAMETERS[change];
  const old = new Set(position.ids);
  const listed = new Set<string>();
  const tokens = new Set<string>();
  const found: Change[] = [];
  let query: Record<string, string> = { [parameter]: boundBefore(position.key) };
  for (;;) {
    const result = await ledgers.GET("/contacts", {
      params: { query },
      signal,
      timeout,
      totalTimeout,
      maxWait,
      retry,
    });
    const head = headOf(result);
    const { contacts, next } = readPage(unwrap(result), head, tokens.size === 0);
    const known = listed.size;
    for (const contact of contacts) {
      const { key, time } = changeTime(contact, parameter, head);
      const row = `${key} ${contact.id}`;
      const isListed = listed.has(row);
      listed.add(row);
      if (isListed || key === undefined || time === undefined || key < position.key) continue;
      if (key > position.key || !old.has(contact.id)) found.push({ contact, time, key });
    }
    // An empty page is the last, even if it has a token: a search may send one with each page.
    if (!next || contacts.length === 0) return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const [name, token] = next;
    assertResponse(!tokens.has(token) && listed.size > known, "the pages of the list repeat", head);
    assertResponse(tokens.size < MAX_PAGES - 1, `the list has more than ${MAX_PAGES} pages`, head);
    tokens.add(token);
    query = { ...query, [name]: token };
  }
}

interface Page {
  readonly contacts: readonly Contact[];
  /** The name and value of the token of the next page. */
  readonly next: readonly [name: string, token: string] | undefined;
}

/** Reads a bare list, or an object with one list and perhaps the token of another page. */
function readPage(body: unknown, head: ResponseHead, isFirst: boolean): Page {
  const members = isRecord(body) && !Array.isArray(body) ? Object.entries(body) : [];
  const lists = Array.isArray(body) ? [body] : members.map(([, value]) => value).filter(Array.isArray);
  const [contacts = []] = lists;
  const isList = lists.length === 1 && contacts.every(isContact);
  assertResponse(isList, "the response is neither a list of contacts nor an object with one", head);
  const isV2 = contacts.some((contact) => V2_MEMBERS.some((member) => member in contact));
  assertResponse(!isV2, "the contacts are of version 2, whose query parameters are unknown", head);
  const next = members.find(isPageToken);
  const hasMore =
    /\brel="?next\b/.test(head.headers.get("Link") ?? "") ||
    members.some(([name, value]) => NEXT_PAGE.test(name) && value) ||
    (isFirst && members.some(([name, value]) => COUNTS.includes(name) && Number(value) > contacts.length));
  assertResponse(next !== undefined || !hasMore, "the list goes on, but how to ask for the rest is unknown", head);
  return { contacts, next };
}

function isContact(value: unknown): value is Contact {
  return isRecord(value) && typeof value["id"] === "string";
}

function isPageToken(member: [string, unknown]): member is [string, string] {
  const [name, value] = member;
  return PAGE_TOKENS.includes(name) && typeof value === "string" && value !== "";
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
