import { operationFacts } from "../generated/operation-facts.js";
import type { CreditAccounts } from "./credit-accounts.js";
import type { DriftPlan } from "./drift.js";
import { applyFailure, type FailurePlan, type FakeFailure } from "./failures.js";
import { type ReceivedBody, receiveBody } from "./read-body.js";
import { Refusal, type Reply, toResponse } from "./reply.js";
import { describeRequest, type ReceivedRequest } from "./requests.js";
import {
  type FakeOperation,
  findRoute,
  type Route,
  type RoutedRequest,
  type RouteMatch,
  toRoutedRequest,
} from "./router.js";
import { hasRole, type SessionStore } from "./sessions.js";
import { type Waiters, wait } from "./utilities.js";

/** What a handler is made of. */
export interface HandlerParts {
  readonly routes: readonly Route[];
  readonly sessions: SessionStore;
  readonly credits: CreditAccounts;
  readonly failures: FailurePlan;
  readonly drift: DriftPlan;
  /** Returns the server's time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Returns how long every response takes to arrive, in milliseconds. */
  readonly latency: () => number;
  /** The responses that are delayed or stalled. `close` ends them. */
  readonly waiters: Waiters;
  /** Called for every request once its response is known. */
  readonly record: (request: ReceivedRequest) => void;
}

/** Handles one request as the API's server would. @throws BrokenConnection, or the reason of the request's signal. */
export type Handler = (request: Request) => Promise<Response>;

/** Creates the server side of the fake. */
export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    const { signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const outcome = await carryOut(request, url, parts);
    const response = outcome.reply && toResponse(outcome.reply, parts.now(), request.method === "HEAD");
    const status = response && outcome.failure !== "lost" ? response.status : 0;
    parts.record(describeRequest(request, outcome, status));
    await wait(parts.latency(), signal, parts.waiters);
    return applyFailure(response, outcome.failure, signal, parts.waiters);
  };
}

interface Outcome {
  /** Absent if a planned failure leaves the request without a response. */
  readonly reply?: Reply;
  readonly operation?: FakeOperation;
  readonly received?: ReceivedBody;
  readonly failure?: FakeFailure | undefined;
}

async function carryOut(request: Request, url: URL, parts: HandlerParts): Promise<Outcome> {
  let outcome: Outcome = {};
  try {
    const match = findRoute(parts.routes, request.method, url.pathname);
    const { operation } = match.route;
    const received = await receiveBody(request, operation);
    const failure = parts.failures.take(operation);
    outcome = { operation, received, failure };
    if (failure === "reset" || failure === "stall") return outcome;
    if (typeof failure === "object") return { ...outcome, reply: { body: { message: "Planned failure" }, ...failure } };
    const routed = toRoutedRequest(received, url, match);
    authorize(request, match, routed, parts);
    return { ...outcome, reply: parts.drift.apply(operation, match.route.run(routed)) };
  } catch (error) {
    if (error instanceof Refusal) return { ...outcome, reply: error };
    throw error;
  }
}

/**
 * Checks the token and what it may do.
 *
 * @throws {Refusal} 401 without a valid token; 403 without access to the organization in the path, or with too low a
 * role.
 */
function authorize(
  request: Request,
  { route, params }: RouteMatch,
  routed: RoutedRequest,
  { sessions, credits }: HandlerParts,
): void {
  if (route.isPublic === true) return;
  const { orgIds, role } = sessions.authenticate(request.headers.get("Authorization"));
  const orgId = params.has("orgId") ? routed.param("orgId") : undefined;
  const mayUse = orgId === undefined || (credits.has(orgId) && (orgIds === undefined || orgIds.includes(orgId)));
  if (!mayUse) throw new Refusal(403, "No access to this organization");
  // Only documented roles are enforced.
  const required = operationFacts[route.service][`${route.method} ${route.path}`]?.role;
  if (required !== undefined && !hasRole(role, required)) {
    throw new Refusal(403, `Requires at least the role ${required}`);
  }
}
