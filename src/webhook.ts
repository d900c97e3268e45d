import { isRecord } from "./checks.js";
import { ConfigurationError, isLiveDataError, WebhookError } from "./errors/classes.js";
import { startDeadline, untilAborted } from "./pipeline/abort.js";
import type { Contact, ContactV2 } from "./types.js";

/** A request of a Node server: `node:http`, Express, Fastify and the like. */
export interface NodeRequest {
  /** Its headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its body, parsed or as text or bytes, if the server has read it. Otherwise the request itself is read. */
  readonly body?: unknown;
}

/** A webhook request: a Fetch API `Request`, or one of a Node server. */
export type WebhookRequest = Request | NodeRequest;

const HEADER = "x-livedata-token";

/** Maximum size of a contact, in bytes. */
const MAX_BODY = 1024 * 1024;

/** Maximum time for the body to arrive, in ms. */
const READ_TIMEOUT = 10_000;

/**
 * Verifies that a request to your webhook comes from Live Data, which calls it when a contact changes jobs (early access).
 *
 * The vendor documents the header `X-LiveData-Token` and that the body is the contact. Its version is not documented. The
 * token is compared in constant time, before the body is read. The body may be at most 1 MiB, and must arrive within 10 s.
 *
 * @param request the request; its body must be unread
 * @param token the token that you chose; surrounding white space, which no header keeps, is ignored
 * @returns the contact
 * @throws WebhookError, whose `reason` says whether to respond with 401 or 400; ConfigurationError for a token that is blank
 *   or that no header can carry, or a request whose body was read before and not kept
 * @example
 * try {
 *   const contact = await verifyWebhook(request, process.env.LIVEDATA_WEBHOOK_TOKEN);
 *   return new Response(null, { status: 204 });
 * } catch (error) {
 *   if (!(error instanceof WebhookError)) throw error;
 *   return new Response(null, { status: error.reason === "token" ? 401 : 400 });
 * }
 */
export async function verifyWebhook(request: WebhookRequest, token: string | undefined): Promise<Contact | ContactV2> {
  if (typeof token !== "string" || token.trim() === "") {
    throw new ConfigurationError("`token` is missing or blank: pass the token that you chose for the webhook");
  }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(token.trim())) {
    throw new ConfigurationError(
      "`token` has a character that no header can carry: choose another, for example of hex digits",
    );
  }
  if (!isRecord(request?.headers)) throw new ConfigurationError("`request` has no headers: pass the request itself");
  const sent = tokenOf(request);
  if (sent === undefined || !(await isSameSecret(sent, token.trim()))) {
    const fault = sent === undefined ? "has no X-LiveData-Token" : "has the wrong X-LiveData-Token";
    throw new WebhookError(`the request ${fault}: respond with 401`, { reason: "token" });
  }
  if (wasRead(request)) {
    throw new ConfigurationError("`request` was read before: verify it first, pass a clone, or set its `body`");
  }
  const body = await readJson(request);
  if (isContact(body)) return body;
  throw new WebhookError("the body is not a contact: respond with 400", { reason: "body" });
}

/** Members that version 2 has in place of version 1's `company`, `title` and times. */
const V2_MEMBERS = ["current_position", "person", "is_verified", "last_company_changed_at", "last_info_changed_at"];

/**
 * Tells the two versions of a contact apart. It is not documented which one a webhook receives.
 *
 * @param contact what {@link verifyWebhook} returned
 * @returns whether it is version 2, with its job in `current_position` instead of `company` and `title`
 */
export function isContactV2(contact: Contact | ContactV2): contact is ContactV2 {
  return V2_MEMBERS.some((member) => member in contact);
}

/** Compares two secrets in a time that depends neither on where they differ nor on their lengths. */
export async function isSameSecret(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([digestOf(one), digestOf(other)]);
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** By shape, not by `instanceof`: a polyfill or another realm has classes of its own. */
function tokenOf({ headers }: WebhookRequest): string | undefined {
  const value = typeof headers.get === "function" ? headers.get(HEADER) : (headers as NodeRequest["headers"])[HEADER];
  return typeof value === "string" ? value : undefined;
}

/** Whether the body was read before and not kept. Node's streams have `readableDidRead`. */
function wasRead(
  request: WebhookRequest & { readonly bodyUsed?: unknown; readonly readableDidRead?: unknown },
): boolean {
  const isLocked = isRecord(request.body) && request.body["locked"] === true;
  return isLocked || request.bodyUsed === true || (request.body === undefined && request.readableDidRead === true);
}

function isContact(body: unknown): body is Contact | ContactV2 {
  return isRecord(body) && typeof body["id"] === "string";
}

/** Reads the body as JSON; undefined if it is too large, not JSON, or breaks. */
async function readJson(request: WebhookRequest): Promise<unknown> {
  try {
    const source = sourceOf(request);
    return source ? JSON.parse((await readText(source)) ?? "") : request.body;
  } catch (error) {
    // The parser's error quotes the body, which names a person.
    if (isLiveDataError(error)) throw error;
    return undefined;
  }
}

/** A body that is read piece by piece. */
interface Source {
  readonly next: () => Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Frees what the rest of the body takes. */
  readonly cancel?: () => unknown;
}

/** Returns the body if it is not parsed yet. By shape, not by `instanceof`: see {@link tokenOf}. */
function sourceOf(request: WebhookRequest): Source | undefined {
  const body: unknown = request.body;
  if (isRecord(body) && typeof body["getReader"] === "function") {
    const reader: ReadableStreamDefaultReader<unknown> = body["getReader"]();
    return { next: () => reader.read(), cancel: () => reader.cancel().catch(() => {}) };
  }
  const isUnread = body === undefined || body === null;
  const stream = [body, isUnread && request].find(isAsyncIterable);
  // Not closed early: that would close the connection of a Node server, which must still respond.
  if (stream) return stream[Symbol.asyncIterator]();
  if (typeof body === "string" || ArrayBuffer.isView(body)) return onePiece(async () => body);
  // The Request of some polyfills has no stream.
  return isUnread && "text" in request ? onePiece(() => request.text()) : undefined;
}

async function* onePiece(read: () => Promise<unknown>): AsyncGenerator<unknown, void, undefined> {
  yield await read();
}

async function readText(source: Source): Promise<string | undefined> {
  const tooLate = "the body did not arrive within 10 s: respond with 400";
  const deadline = startDeadline(READ_TIMEOUT, () => new WebhookError(tooLate, { reason: "body" }));
  deadline.unref();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await untilAborted(source.next(), deadline.signal);
      if (done) return text + decoder.decode();
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array);
      size += bytes.byteLength;
      if (size > MAX_BODY) return undefined;
      text += decoder.decode(bytes, { stream: true });
    }
  } finally {
    deadline.release();
    source.cancel?.();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isRecord(value) && Symbol.asyncIterator in value;
}
