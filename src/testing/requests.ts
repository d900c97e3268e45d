import type { OperationWithBody } from "../generated/request-schemas.js";
import type { BodyOf, ReceivedBody } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";
import type { FakeOperation } from "./router.js";

/**
 * A request that the embedded API has received, whether or not its answer arrived. The secrets that the documents know of
 * are not in it.
 */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** The first value of each parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** By names in lower case; `authorization` and others that hold credentials are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The operation's `operationId` in the documents; absent where the request was for none. */
  readonly operation?: FakeOperation;
  /** What was sent, where it is what the documents ask for; a secret in it is replaced by `"***"`. */
  readonly body?: unknown;
  /** Status of the answer; 0 where none was given, since a failure was asked for. */
  readonly status: number;
  /** Why it was refused, where it was. */
  readonly refusal?: string;
}

/** A request for one operation, with its body as the documents have it. */
export interface RequestTo<Id extends FakeOperation> extends ReceivedRequest {
  readonly operation: Id;
  readonly body?: Id extends OperationWithBody ? BodyOf<Id> : never;
}

/** Makes the test whether a request is for the given operation. */
export function isTo<Id extends FakeOperation>(operation: Id): (request: ReceivedRequest) => request is RequestTo<Id> {
  // Its body is as promised: another is not kept.
  return (request): request is RequestTo<Id> => request.operation === operation;
}

/** What there is to tell of a request. */
export interface Told {
  readonly operation?: FakeOperation;
  readonly received?: ReceivedBody;
  readonly reply?: Reply;
}

/** Tells of a request what a test may want to know. */
export function describeRequest(
  request: Request,
  { operation, received, reply }: Told,
  status: number,
): ReceivedRequest {
  const { pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: Object.fromEntries([...searchParams].reverse()),
    headers: Object.fromEntries([...request.headers].filter(([name]) => !CREDENTIALS.includes(name))),
    ...(operation === undefined ? {} : { operation }),
    ...(received && "value" in received ? { body: withoutSecrets(received.value) } : {}),
    status,
    ...(reply instanceof Refusal ? { refusal: reply.message } : {}),
  };
}

const CREDENTIALS = ["authorization", "cookie", "proxy-authorization", "x-api-key"];
const SECRETS = ["clientSecret", "password"];

function withoutSecrets(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, SECRETS.includes(key) ? "***" : value]));
}
