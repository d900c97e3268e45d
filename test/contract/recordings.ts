import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Environment variable with the folder for the recordings of a test run. Without it, nothing is recorded. */
export const FOLDER_VARIABLE = "EXCHANGES";

/** The documented parts of a request. Holds no token and no secret. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: RecordedHeaders;
  /** `null` if there is no body. Absent if the body was not read: a stream, or a body that the fake ignored. */
  readonly body?: string | null;
}

/** By lower-case name. The value is empty unless it is documented and not a secret. */
export type RecordedHeaders = Readonly<Record<string, string>>;

export interface RecordedResponse {
  readonly status: number;
  readonly headers: RecordedHeaders;
  readonly body: string;
}

/** A request that the SDK sent, to any server. */
export interface Sent {
  readonly kind: "sent";
  readonly test: string;
  readonly request: RecordedRequest;
}

/** A request that the fake handled, with its own response. */
export interface Handled {
  readonly kind: "handled";
  readonly test: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

/** A webhook request sent by the fake. */
export interface Delivered {
  readonly kind: "delivered";
  readonly test: string;
  /** Name of the webhook in the documents. */
  readonly webhook: string;
  readonly request: RecordedRequest;
}

export type Exchange = Sent | Handled | Delivered;

const PLAIN_VALUES = /^(content-type|accept|allow|retry-after|x-ldt-.*)$/;

/** Returns the headers without secrets. */
export function recordHeaders(headers: Headers): RecordedHeaders {
  return Object.fromEntries([...headers].map(([name, value]) => [name, PLAIN_VALUES.test(name) ? value : ""]));
}

const SECRETS = new Set(["clientId", "clientSecret", "username", "password", "accessToken"]);
const PLACEHOLDER = "secret";

/** Replaces the secrets in the body of a session request or response with a placeholder. */
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
    // Not JSON. Record other invalid JSON, because the body may hold a secret.
    return "{";
  }
}

/** Reads the recordings of a test run, without duplicates. */
export function readExchanges(folder: string): Exchange[] {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(path.join(folder, file), "utf8").split("\n"));
  return [...new Set(lines)].filter(Boolean).map((line): Exchange => JSON.parse(line));
}
