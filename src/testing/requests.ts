import type { OperationWithBody } from "../generated/request-schemas.js";
import type { BodyOf, ReceivedBody } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";
import type { FakeOperation } from "./router.js";
import { isRecord } from "./utilities.js";

/**
 * A request that the fake received, whether or not its response arrived. It contains no credentials: their
 * headers are left out, and secrets in the body are replaced.
 */
export interface ReceivedRequest {
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** The first value of each parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name, without `authorization` and other headers that carry credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `operationId` in the OpenAPI documents; absent if no operation matches. */
  readonly operation?: FakeOperation;
  /** The body, if it matches the OpenAPI documents. Secrets in it are replaced by `"***"`. */
  readonly body?: unknown;
  /** Status of the response; 0 if a planned failure left the request without one. */
  readonly status: number;
  /** Why the request was refused: the message of the response. Absent if it was not. */
  readonly refusal?: string;
}

/** A request for one operation, with its body typed as in the OpenAPI documents. */
export interface RequestTo<Id extends FakeOperation> extends ReceivedRequest {
  readonly operation: Id;
  readonly body?: Id extends OperationWithBody ? BodyOf<Id> : never;
}

/** Returns a type guard for the requests of one operation. */
export function isTo<Id extends FakeOperation>(operation: Id): (request: ReceivedRequest) => request is RequestTo<Id> {
  // The body has the promised type: a body that fails validation is not kept.
  return (request): request is RequestTo<Id> => request.operation === operation;
}

/** What became of a request. */
export interface RequestOutcome {
  readonly operation?: FakeOperation;
  readonly received?: ReceivedBody;
  readonly reply?: Reply;
}

/** Describes a request for the list of received requests. */
export function describeRequest(
  request: Request,
  { operation, received, reply }: RequestOutcome,
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
  if (!isRecord(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, SECRETS.includes(key) ? "***" : value]));
}
