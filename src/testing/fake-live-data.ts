/// <reference lib="esnext.disposable" preserve="true" />
import type { Company, Person } from "../types.js";
import { companyRoutes, createDirectory } from "./companies.js";
import { createCreditBooks, type FakeCredits } from "./credits.js";
import { createFailurePlan, type FakeFailures } from "./failures.js";
import { createHandler, type ReceivedRequest } from "./handler.js";
import { identityRoutes } from "./identity.js";
import { ledgerRoutes } from "./ledgers.js";
import { type FakeLiveDataOptions, resolveOptions } from "./options.js";
import { peopleRoutes } from "./people/routes.js";
import { createPopulation } from "./population/create-population.js";
import { createSessionDesk, type FakeSessions } from "./sessions.js";

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
  const { clock } = settings;
  const handle = createHandler({ routes, desk, credits, failures, clock, record: (request) => requests.push(request) });
  const fetch: FakeLiveData["fetch"] = async (input, init) => handle(new Request(input, init));

  return {
    fetch,
    async listen(listenOptions = {}) {
      // Only here, so that the rest runs where there is no node:http.
      const { listen } = await import("./listen.js");
      return listen(handle, listenOptions.port ?? 0);
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
