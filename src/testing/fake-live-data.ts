/// <reference lib="esnext.disposable" preserve="true" />
import type { Company, Person } from "../types.js";
import { companyRoutes, createDirectory } from "./companies.js";
import { type CreditBooks, createCreditBooks, type FakeCredits } from "./credits.js";
import { createFailurePlan, type FailurePlan, type FakeFailure, type FakeFailures, spoil } from "./failures.js";
import { identityRoutes } from "./identity.js";
import { ledgerRoutes } from "./ledgers.js";
import { type FakeLiveDataOptions, resolveOptions } from "./options.js";
import { peopleRoutes } from "./people/routes.js";
import { createPopulation } from "./population/create-population.js";
import { Refusal, type Reply, toResponse } from "./reply.js";
import { type FakeOperation, findRoute, type Route, type RouteMatch, toCall } from "./router.js";
import { createSessionDesk, type FakeSessions, type SessionDesk } from "./sessions.js";

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

/** Options of `listen`. */
export interface FakeListenOptions {
  /** @default 0, which takes any free port */
  readonly port?: number;
}

/** A socket on which an embedded API listens. */
export interface FakeServer {
  /** Scheme, host and port, such as `http://127.0.0.1:49152`: the SDK's `baseUrl`. */
  readonly url: string;
  /** Ends all connections and frees the port. Safe to call more than once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An embedded Live Data API. */
export interface FakeLiveData {
  /**
   * Answers a request, whatever its host: a drop-in for the platform's `fetch`.
   *
   * @throws The signal's reason if the request is aborted.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Listens on the loopback interface. Needs Node, or a platform with its `node:http`. */
  readonly listen: (options?: FakeListenOptions) => Promise<FakeServer>;
  /** What was received so far, in the order of the answers. */
  readonly requests: readonly ReceivedRequest[];
  /** The sessions opened so far: counts, revokes and expires their access tokens. */
  readonly sessions: FakeSessions;
  /** The organizations' credits. */
  readonly credits: FakeCredits;
  /** Has requests go wrong: answers them by a status, breaks their connections, and so on. */
  readonly failures: FakeFailures;
  /** Everyone there is. The first few are there with every seed. */
  readonly people: readonly Person[];
  /** Every company that can be looked up. */
  readonly companies: readonly Company[];
  /** Returns the e-mail addresses by which a find knows a person. */
  readonly emailsOf: (personId: string) => readonly string[];
}

/**
 * Creates a Live Data API in memory. It opens no socket, starts no timer, and knows only made-up people.
 *
 * @example
 * ```ts
 * const fake = createFakeLiveData();
 * const livedata = createLiveData({
 *   orgId: fakeCredentials.orgId,
 *   auth: serviceAccount(fakeCredentials.serviceAccount),
 *   fetch: fake.fetch,
 * });
 * ```
 * @throws {RangeError} if an option makes no sense.
 */
export function createFakeLiveData(options: FakeLiveDataOptions = {}): FakeLiveData {
  const settings = resolveOptions(options);
  const { people, companies } = createPopulation(settings.seed, settings.people);
  const directory = createDirectory(companies);
  const credits = createCreditBooks(settings.orgs);
  const desk = createSessionDesk(settings);
  const routes = [
    ...identityRoutes(desk),
    ...peopleRoutes({ people, directory, credits }),
    ...companyRoutes(directory),
    ...ledgerRoutes(people),
  ];
  const failures = createFailurePlan();
  const requests: ReceivedRequest[] = [];

  const fetch: FakeLiveData["fetch"] = async (input, init) => {
    const request = new Request(input, init);
    const { method, signal } = request;
    signal.throwIfAborted();
    const { reply, operation, failure } = await answer(request, routes, failures, (match) =>
      admit(request, match, desk, credits),
    );
    const response = reply && toResponse(reply, settings.clock(), method === "HEAD");
    requests.push({
      method,
      path: new URL(request.url).pathname,
      ...(operation === undefined ? {} : { operation }),
      status: response && failure !== "lost" ? response.status : 0,
    });
    signal.throwIfAborted();
    return spoil(response, failure, signal);
  };

  return {
    fetch,
    async listen(listenOptions = {}) {
      // Only here, so that the rest runs where there is no node:http.
      const { listen } = await import("./listen.js");
      return listen(fetch, listenOptions.port ?? 0);
    },
    requests,
    sessions: desk.control,
    credits: credits.control,
    failures: failures.control,
    people: people.map(({ person }) => person),
    companies: companies.map(({ company }) => company),
    emailsOf: (personId) => people.find(({ person }) => person.id === personId)?.emails ?? [],
  };
}

interface Answer {
  /** Absent where none is given. */
  readonly reply?: Reply;
  readonly operation?: FakeOperation;
  readonly failure?: FakeFailure | undefined;
}

async function answer(
  request: Request,
  routes: readonly Route[],
  failures: FailurePlan,
  admitTo: (match: RouteMatch) => void,
): Promise<Answer> {
  const url = new URL(request.url);
  let operation: FakeOperation | undefined;
  let failure: FakeFailure | undefined;
  try {
    const match = findRoute(routes, request.method, url.pathname);
    operation = match.route.operation;
    failure = failures.take(operation);
    if (failure === "reset" || failure === "stall") return { operation, failure };
    if (typeof failure === "object") return { reply: { body: { message: "As was asked for" }, ...failure }, operation };
    admitTo(match);
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
function admit(request: Request, { route, params }: RouteMatch, desk: SessionDesk, credits: CreditBooks): void {
  if (route.isPublic === true) return;
  const { orgIds } = desk.authenticate(request.headers.get("Authorization"));
  const orgId = params.get("orgId");
  if (orgId === undefined) return;
  const mayUse = credits.has(orgId) && (orgIds === undefined || orgIds.includes(orgId));
  if (!mayUse) throw new Refusal(403, "No role on this organization");
}
