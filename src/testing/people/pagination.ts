import type { SearchRequest } from "../../types.js";
import { fromBase64Url, toBase64Url } from "../base64url.js";
import { Refusal } from "../reply.js";
import type { Place } from "./sort-and-project.js";
import { property } from "./values-at.js";

/**
 * Writes where the next page begins. A token remembers a place in the order, not a count of people, so that people who
 * are added between two pages neither repeat nor hide anyone.
 */
export function writePageToken(request: SearchRequest, last: Place): string {
  return toBase64Url(JSON.stringify([fingerprint(request), last.key, last.number]));
}

/**
 * Reads the place after which a page begins.
 *
 * @throws {Refusal} 400 if the token was not made here, or was made for other filters or another order.
 */
export function readPageToken(request: SearchRequest): Place | undefined {
  if (request.pagination_token === undefined) return undefined;
  const parts = parseToken(request.pagination_token);
  const [search, key, number] = [property(parts, "0"), property(parts, "1"), property(parts, "2")];
  if (typeof number !== "number") throw new Refusal(400, "pagination_token is not one that a search has given");
  if (search !== fingerprint(request)) {
    throw new Refusal(400, "pagination_token belongs to a search with other filters or another sort_by");
  }
  return { key: typeof key === "string" || typeof key === "number" ? key : null, number };
}

/** FNV-1a over what decides which people come in which order. */
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
