import type { SearchRequest } from "../../types.js";
import { Refusal } from "../reply.js";
import { fromBase64Url, toBase64Url } from "../utilities.js";
import type { SortPosition } from "./sort-and-project.js";
import { property } from "./values-at.js";

/**
 * Creates the token of the next page. It stores the last position in the sort order rather than an offset, so that
 * people added between two pages cause neither duplicates nor gaps.
 */
export function writePageToken(request: SearchRequest, last: SortPosition): string {
  return toBase64Url(JSON.stringify([fingerprint(request), last.key, last.number]));
}

/**
 * Returns the position after which the page starts; `undefined` for the first page.
 *
 * @throws {Refusal} 400 if the token is invalid, or belongs to other filters or another sort order.
 */
export function readPageToken(request: SearchRequest): SortPosition | undefined {
  if (request.pagination_token === undefined) return undefined;
  const parts = parseToken(request.pagination_token);
  const [search, key, number] = [property(parts, "0"), property(parts, "1"), property(parts, "2")];
  if (typeof number !== "number") throw new Refusal(400, "pagination_token was not returned by a search");
  if (search !== fingerprint(request)) {
    throw new Refusal(400, "pagination_token belongs to a search with different filters or sort_by");
  }
  return { key: typeof key === "string" || typeof key === "number" ? key : null, number };
}

/** FNV-1a hash of what decides which people are found, and in which order. */
function fingerprint({ filters, sort_by }: SearchRequest): number {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify([filters ?? [], sort_by ?? null])) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

function parseToken(token: string): unknown {
  try {
    return JSON.parse(fromBase64Url(token));
  } catch {
    return undefined;
  }
}
