/// <reference lib="esnext.disposable" preserve="true" />
import { followRedirects } from "./follow-redirects.js";
import type { Handler } from "./handler.js";
import { environmentOf, type FakeEnvironment, installInProcess } from "./install.js";
import { type FakeLiveDataOptions, resolveOptions } from "./options.js";
import { createPopulation } from "./population/create-population.js";
import { createSockets } from "./sockets.js";
import { createWorld, type FakeWorld } from "./world.js";

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
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An embedded Live Data API. */
export interface FakeLiveData extends FakeWorld {
  /**
   * Answers a request, whatever its host: a drop-in for the platform's `fetch`, which follows redirects as that does.
   *
   * @throws The signal's reason if the request is aborted.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Listens on the loopback interface. Needs Node, or a platform with its `node:http`. */
  readonly listen: (options?: FakeListenOptions) => Promise<FakeServer>;
  /** Where it has been listening since the last `listen`: the SDK's `baseUrl`. `undefined` where it does not. */
  readonly url: string | undefined;
  /**
   * Has this process take it for the real API: sets the variables of `env`, and answers what the global `fetch` asks of
   * `gotlivedata.io` and its subdomains. All else goes where it went before. `close` puts everything back.
   *
   * @returns This embedded API, so that one line of a set-up file will do.
   */
  readonly install: () => FakeLiveData;
  /** The variables by which `createLiveData()` finds it and may call it, as its first service account. */
  readonly env: FakeEnvironment;
  /**
   * Ends all connections, frees the ports, and puts back what `install` changed. Safe to call more than once. A call in
   * memory that is stalled ends by its own signal alone.
   */
  close(): Promise<void>;
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** As `close`, without waiting for the ports to be free. */
  [Symbol.dispose](): void;
  /**
   * Begins anew, as it was created: without the people, requests, sessions, failures and all else that came since. It
   * goes on listening, and stays installed. A client of the API remembers things of its own: make a new one as well.
   */
  readonly reset: () => void;
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
  const population = createPopulation(settings.seed, settings.people);
  let world = createWorld(settings, population);

  const handle: Handler = (request) => world.handle(request);
  const follow = followRedirects(handle);
  const sockets = createSockets(handle);
  let putBack = () => {};
  const close = async () => {
    putBack();
    putBack = () => {};
    await sockets.close();
  };

  const fake: FakeLiveData = {
    fetch: async (input, init) => follow(new Request(input, init)),
    listen: ({ port = 0 } = {}) => sockets.open(port),
    get url() {
      return sockets.url;
    },
    get env() {
      return environmentOf(fake.url, settings.orgs[0]?.id, settings.serviceAccounts[0]);
    },
    install() {
      putBack();
      putBack = installInProcess(handle, fake.env);
      return fake;
    },
    reset() {
      world = createWorld(settings, population);
    },
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.dispose]: () => void close(),

    get requests() {
      return world.requests;
    },
    requestsTo: (operation) => world.requestsTo(operation),
    get sessions() {
      return world.sessions;
    },
    get credits() {
      return world.credits;
    },
    get failures() {
      return world.failures;
    },
    get clockSkew() {
      return world.clockSkew;
    },
    set clockSkew(ms) {
      world.clockSkew = ms;
    },
    get latency() {
      return world.latency;
    },
    set latency(ms) {
      world.latency = ms;
    },
    get people() {
      return world.people;
    },
    get companies() {
      return world.companies;
    },
    emailsOf: (personId) => world.emailsOf(personId),
    addPerson: (person) => world.addPerson(person),
    addCompany: (company) => world.addCompany(company),
    changeJob: (personId, job) => world.changeJob(personId, job),
    deliverJobChange: (personId, delivery) => world.deliverJobChange(personId, delivery),
  };
  return fake;
}
