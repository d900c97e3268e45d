import type { CreditBooks } from "./credits.js";
import { type FailurePlan, type FakeFailure, spoil } from "./failures.js";
import { type ReceivedBody, receiveBody } from "./read-body.js";
import { Refusal, type Reply, toResponse } from "./reply.js";
import { describeRequest, type ReceivedRequest } from "./requests.js";
import { isEnough, neededRole } from "./roles.js";
import { type Call, type FakeOperation, findRoute, type Route, type RouteMatch, toCall } from "./router.js";
import type { SessionDesk } from "./sessions.js";
import { wait } from "./wait.js";

/** What a handler answers from. */
export interface HandlerParts {
  readonly routes: readonly Route[];
  readonly desk: SessionDesk;
  readonly credits: CreditBooks;
  readonly failures: FailurePlan;
  /** The server's time, in milliseconds since 1970. */
  readonly now: () => number;
  /** How long every answer takes to arrive, in milliseconds. */
  readonly latency: () => number;
  /** Told of every request once its answer is known. */
  readonly record: (request: ReceivedRequest) => void;
}

/** Answers one request as the API's server would. @throws a BrokenConnection, or the reason of the request's signal */
export type Handler = (request: Request) => Promise<Response>;

/** Makes the server's side of the embedded API. */
export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    const { signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const answer = await findAnswer(request, url, parts);
    const response = answer.reply && toResponse(answer.reply, parts.now(), request.method === "HEAD");
    const status = response && answer.failure !== "lost" ? response.status : 0;
    parts.record(describeRequest(request, answer, status));
    await wait(parts.latency(), signal);
    return spoil(response, answer.failure, signal);
  };
}

interface Answer {
  /** Absent where none is given. */
  readonly reply?: Reply;
  readonly operation?: FakeOperation;
  readonly received?: ReceivedBody;
  readonly failure?: FakeFailure | undefined;
}

async function findAnswer(request: Request, url: URL, parts: HandlerParts): Promise<Answer> {
  let answer: Answer = {};
  try {
    const match = findRoute(parts.routes, request.method, url.pathname);
    const { operation } = match.route;
    const received = await receiveBody(request, operation);
    const failure = parts.failures.take(operation);
    answer = { operation, received, failure };
    if (failure === "reset" || failure === "stall") return answer;
    if (typeof failure === "object") return { ...answer, reply: { body: { message: "As was asked for" }, ...failure } };
    const call = toCall(received, url, match);
    admit(request, match, call, parts);
    return { ...answer, reply: match.route.run(call) };
  } catch (error) {
    if (error instanceof Refusal) return { ...answer, reply: error };
    throw error;
  }
}

/**
 * Lets a request pass that may.
 *
 * @throws {Refusal} 401 without a good token, 403 without access to the organization in the path or with a role too low.
 */
function admit(request: Request, { route, params }: RouteMatch, call: Call, { desk, credits }: HandlerParts): void {
  if (route.isPublic === true) return;
  const { orgIds, role } = desk.authenticate(request.headers.get("Authorization"));
  const orgId = params.has("orgId") ? call.param("orgId") : undefined;
  const mayUse = orgId === undefined || (credits.has(orgId) && (orgIds === undefined || orgIds.includes(orgId)));
  if (!mayUse) throw new Refusal(403, "No role on this organization");
  const needed = neededRole(route);
  if (needed !== undefined && !isEnough(role, needed)) throw new Refusal(403, `Needs the role ${needed} at least`);
}
