import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Where the exchanges of a whole test run are kept: named by this variable, and nothing is recorded without it. */
export const FOLDER_VARIABLE = "EXCHANGES";

/** A request, as far as the documents have a say in it. It holds no token and no secret. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: RecordedHeaders;
  /** `null` where there is none; absent where it was not read: a stream, or one that the kit took no look at. */
  readonly body?: string | null;
}

/** By their names in lower case; a value is empty unless the documents have a say in it and it is no secret. */
export type RecordedHeaders = Readonly<Record<string, string>>;

export interface RecordedResponse {
  readonly status: number;
  readonly headers: RecordedHeaders;
  readonly body: string;
}

/** A request that left the SDK, to whatever server. */
export interface Sent {
  readonly kind: "sent";
  readonly test: string;
  readonly request: RecordedRequest;
}

/** A request that the kit got, and the answer it gave of its own. */
export interface Answered {
  readonly kind: "answered";
  readonly test: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

/** A webhook's request, made by the kit. */
export interface Delivered {
  readonly kind: "delivered";
  readonly test: string;
  /** The webhook's name in the documents. */
  readonly webhook: string;
  readonly request: RecordedRequest;
}

export type Exchange = Sent | Answered | Delivered;

const PLAIN_VALUES = /^(content-type|accept|allow|retry-after|x-ldt-.*)$/;

/** The headers as they may be kept. */
export function recordHeaders(headers: Headers): RecordedHeaders {
  return Object.fromEntries([...headers].map(([name, value]) => [name, PLAIN_VALUES.test(name) ? value : ""]));
}

const SECRETS = new Set(["clientId", "clientSecret", "username", "password", "accessToken"]);
const PLACEHOLDER = "secret";

/** A body as it may be kept: what it holds of secrets is replaced by something of the same type. */
export function withoutSecrets(target: string, contentType: string | null, body: string): string {
  if (!/\/session(\?|$)/.test(target)) return body;
  if (contentType?.startsWith("application/x-www-form-urlencoded")) {
    const entries = [...new URLSearchParams(body)].map(([key, value]) => [key, SECRETS.has(key) ? PLACEHOLDER : value]);
    return new URLSearchParams(entries).toString();
  }
  try {
    return JSON.stringify(JSON.parse(body), (key, value) =>
      SECRETS.has(key) && typeof value === "string" ? PLACEHOLDER : value,
    );
  } catch {
    // Whatever it was, it is no JSON either.
    return "{";
  }
}

/** Reads all that a test run has recorded; what a test file did more than once is there once. */
export function readExchanges(folder: string): Exchange[] {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(path.join(folder, file), "utf8").split("\n"));
  return [...new Set(lines)].filter(Boolean).map((line): Exchange => JSON.parse(line));
}
