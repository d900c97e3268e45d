import type { CreditBooks } from "./credits.js";
import { type FailurePlan, type FakeFailure, spoil } from "./failures.js";
import { Refusal, type Reply, toResponse } from "./reply.js";
import { type FakeOperation, findRoute, type Route, type RouteMatch, toCall } from "./router.js";
import type { SessionDesk } from "./sessions.js";

/** A request that the embedded API has answered. It holds no token and no secret. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** The operation's `operationId` in the documents; absent where the request was for none. */
  readonly operation?: FakeOperation;
  /** Status of the answer; 0 where none was given, since a failure was asked for. */
  readonly status: number;
}

/** What a handler answers from. */
export interface HandlerParts {
  readonly routes: readonly Route[];
  readonly desk: SessionDesk;
  readonly credits: CreditBooks;
  readonly failures: FailurePlan;
  readonly clock: () => number;
  /** Told of every request once its answer is known. */
  readonly record: (request: ReceivedRequest) => void;
}

/** Answers one request as the API's server would. @throws a BrokenConnection, or the reason of the request's signal */
export type Handler = (request: Request) => Promise<Response>;

/** Makes the server's side of the embedded API. */
export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    const { method, signal } = request;
    signal.throwIfAborted();
    const { reply, operation, failure } = await answer(request, parts);
    const response = reply && toResponse(reply, parts.clock(), method === "HEAD");
    parts.record({
      method,
      path: new URL(request.url).pathname,
      ...(operation === undefined ? {} : { operation }),
      status: response && failure !== "lost" ? response.status : 0,
    });
    signal.throwIfAborted();
    return spoil(response, failure, signal);
  };
}

interface Answer {
  /** Absent where none is given. */
  readonly reply?: Reply;
  readonly operation?: FakeOperation;
  readonly failure?: FakeFailure | undefined;
}

async function answer(request: Request, parts: HandlerParts): Promise<Answer> {
  const url = new URL(request.url);
  let operation: FakeOperation | undefined;
  let failure: FakeFailure | undefined;
  try {
    const match = findRoute(parts.routes, request.method, url.pathname);
    operation = match.route.operation;
    failure = parts.failures.take(operation);
    if (failure === "reset" || failure === "stall") return { operation, failure };
    if (typeof failure === "object") return { reply: { body: { message: "As was asked for" }, ...failure }, operation };
    admit(request, match, parts);
    return { reply: await match.route.run(toCall(request, url, match)), operation, failure };
  } catch (error) {
    if (error instanceof Refusal) return { reply: error, failure, ...(operation === undefined ? {} : { operation }) };
    throw error;
  }
}

/**
 * Lets a request pass that may.
 *
 * @throws {Refusal} 401 without a good token, 403 without access to the organization in the path.
 */
function admit(request: Request, { route, params }: RouteMatch, { desk, credits }: HandlerParts): void {
  if (route.isPublic === true) return;
  const { orgIds } = desk.authenticate(request.headers.get("Authorization"));
  const orgId = params.get("orgId");
  if (orgId === undefined) return;
  const mayUse = credits.has(orgId) && (orgIds === undefined || orgIds.includes(orgId));
  if (!mayUse) throw new Refusal(403, "No role on this organization");
}
