/// <reference lib="esnext.disposable" preserve="true" />
import type { Company, Job, Person } from "../types.js";
import { withControl } from "./control.js";
import type { FakeCredits } from "./credit-accounts.js";
import {
  completeFakeCompany,
  completeFakePerson,
  type FakeCompany,
  type FakePerson,
  withNewJob,
} from "./custom-records.js";
import type { FakeDrift } from "./drift.js";
import { BrokenConnection, checkOperation, type FakeFailures } from "./failures.js";
import { followRedirects } from "./follow-redirects.js";
import type { Handler } from "./handler.js";
import { environmentOf, type FakeEnvironment, installInProcess } from "./install.js";
import { createServers, type FakeListenOptions, type FakeServer } from "./listen.js";
import { checkClockSkew, checkLatency, type FakeLiveDataOptions, resolveOptions } from "./options.js";
import { createPopulation } from "./population/create-population.js";
import { isTo, type ReceivedRequest, type RequestTo } from "./requests.js";
import type { FakeOperation } from "./router.js";
import type { FakeSessions } from "./sessions.js";
import type { Waiters } from "./utilities.js";
import { type FakeDelivery, sendJobChange } from "./webhook.js";
import { createWorld } from "./world.js";

/** A fake of the Live Data API. */
export interface FakeLiveData {
  /**
   * Handles a request in memory, whatever its host. It has the signature of the platform's `fetch`, and also follows
   * redirects.
   *
   * @throws The signal's reason if the request is aborted; a TypeError if a planned failure breaks the connection.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Starts a server on the loopback interface. Needs Node, or another platform with `node:http`. */
  readonly listen: (options?: FakeListenOptions) => Promise<FakeServer>;
  /** URL of the newest open server: the SDK's `baseUrl`. `undefined` if there is no open server. */
  readonly url: string | undefined;
  /**
   * Makes this process use the fake as if it were the real API. Sets the environment variables of `env`, and
   * replaces the global `fetch` for `gotlivedata.io` and its subdomains. Requests to other hosts go where they went
   * before. `close` undoes both.
   *
   * @returns This fake, so that a setup file needs only one line.
   */
  readonly install: () => FakeLiveData;
  /** The environment variables with which `createLiveData()` calls this fake as its first service account. */
  readonly env: FakeEnvironment;
  /**
   * Ends all connections, frees the ports and undoes `install`. May be called more than once. A call of `fetch` that is
   * stalled or delayed rejects as a broken connection.
   */
  close(): Promise<void>;
  /** Same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Same as `close`, but does not wait until the ports are free. */
  [Symbol.dispose](): void;
  /**
   * Restores the state right after creation: removes added people and companies, requests, warnings, sessions, planned
   * failures and all other changes. Open servers and `install` stay. Create a new client as well: a client caches its session.
   */
  readonly reset: () => void;

  /** The last 1,000 requests, or as many as the option `keepRequests` says, in the order in which they were completed. */
  readonly requests: readonly ReceivedRequest[];
  /**
   * Returns those of `requests` that were for one operation, with typed bodies.
   *
   * @param operation an `operationId` of the OpenAPI documents, such as `searchPeople`
   * @throws {RangeError} if there is no such operation.
   */
  readonly requestsTo: <Id extends FakeOperation>(operation: Id) => readonly RequestTo<Id>[];
  /**
   * Warnings of what a test should not rely on. One kind is about unknown levels, functions and reports, for which the
   * API returns nothing. The other is about guessed responses, such as those of a company lookup. Each warning is listed
   * once, and at most 100 are kept.
   *
   * @example expect(fake.warnings).toEqual([])
   */
  readonly warnings: readonly string[];

  /** Counts session exchanges, revokes and expires access tokens, rotates secrets and changes roles. */
  readonly sessions: FakeSessions;
  /** Reads and changes the credits of the organizations. */
  readonly credits: FakeCredits;
  /** Plans failures: error responses, broken connections and so on. */
  readonly failures: FakeFailures;
  /** Makes responses differ from the OpenAPI documents. */
  readonly drift: FakeDrift;
  /**
   * How far the server's clock is ahead of the option `clock`, in milliseconds. Negative if it is behind.
   *
   * @throws {RangeError} when set to anything but a finite number.
   */
  clockSkew: number;
  /**
   * How long every response takes to arrive, in milliseconds.
   *
   * @throws {RangeError} when set to less than 0 or more than 2_147_483_647.
   */
  latency: number;

  /** All people, as the API returns them. The first five are the same for every seed. See `emailsOf`. */
  readonly people: readonly Person[];
  /** All companies that can be looked up. */
  readonly companies: readonly Company[];
  /**
   * Returns the email addresses by which `find` matches a person; none for an unknown id. Every made-up person has one.
   * They are not in `people`, since no response of the API was seen to have them.
   *
   * @example fake.people.flatMap(({ id }) => fake.emailsOf(id))
   */
  readonly emailsOf: (personId: string) => readonly string[];
  /**
   * Adds a person. Fills in what is left out.
   *
   * @returns The person as the API returns them.
   * @throws {RangeError} if another person has this id.
   */
  readonly addPerson: (person: FakePerson) => Person;
  /**
   * Adds a company. Fills in what is left out.
   *
   * @returns The company as the API returns it.
   * @throws {RangeError} if another company has this id.
   */
  readonly addCompany: (company: FakeCompany) => Company;
  /**
   * Ends a person's current job and gives them a new one. The time of the change is now, or a second after the person's
   * last one, so that each change has its own.
   *
   * @param job the new job, such as `{ title: "CTO", company: { name: "NVIDIA" } }`. `started_at` defaults to today,
   * and is not before the current job's.
   * @returns The person as the API returns them from now on.
   * @throws {RangeError} if there is no such person, or the new job starts before the current one.
   */
  readonly changeJob: (personId: string, job: Job) => Person;
  /**
   * Calls your webhook as the API does when a contact changes jobs. It sends the person as they are now, so call
   * `changeJob` first. The person need not be a contact of the organization.
   *
   * @param delivery the webhook's URL, and the token that you chose
   * @returns The webhook's response.
   * @throws {RangeError} if there is no such person; whatever `fetch` throws.
   */
  readonly deliverJobChange: (personId: string, delivery: FakeDelivery) => Promise<Response>;
}

/**
 * Creates a fake of the Live Data API in memory, with made-up people and companies. It opens no port until `listen`.
 *
 * @example
 * ```ts
 * const fake = createFakeLiveData();
 * const livedata = createLiveData({
 *   orgId: fakeCredentials.orgId,
 *   auth: serviceAccount(fakeCredentials.serviceAccount),
 *   fetch: fake.fetch,
 * });
 * const { count } = await livedata.people.search({ size: 0 });
 * ```
 * @throws {RangeError} if an option is out of range.
 */
export function createFakeLiveData(options: FakeLiveDataOptions = {}): FakeLiveData {
  const settings = resolveOptions(options);
  const population = createPopulation(settings.seed, settings.people);
  const waiters: Waiters = new Set();
  let world = createWorld(settings, population, waiters);

  const handle: Handler = (request) => world.handle(request);
  const follow = followRedirects(handle);
  const servers = createServers();
  let uninstall = () => {};
  const close = async () => {
    uninstall();
    uninstall = () => {};
    for (const end of waiters) end(new BrokenConnection());
    await servers.closeAll();
  };
  const knownPerson = (id: string) => {
    const known = world.store.byId(id);
    if (known === undefined) throw new RangeError(`No person has the id ${JSON.stringify(id)}`);
    return known;
  };

  // Every member reads `world` when it is used, so that it also works after `reset`.
  const fake: FakeLiveData = {
    fetch: async (input, init) => follow(new Request(input, init)),
    listen: ({ port = 0, control = false } = {}) => servers.open(control ? withControl(fake, handle) : handle, port),
    get url() {
      return servers.url;
    },
    get env() {
      return environmentOf(fake.url, settings.orgs[0]?.id, settings.serviceAccounts[0]);
    },
    install() {
      uninstall();
      uninstall = installInProcess(handle, fake.env);
      return fake;
    },
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.dispose]: () => void close(),
    reset() {
      world = createWorld(settings, population, waiters);
    },

    get requests() {
      return world.requests;
    },
    requestsTo(operation) {
      checkOperation(operation, world.operations);
      return world.requests.filter(isTo(operation));
    },
    get warnings() {
      return world.warnings.all;
    },
    get sessions() {
      return world.sessions.control;
    },
    get credits() {
      return world.credits.control;
    },
    get failures() {
      return world.failures.control;
    },
    get drift() {
      return world.drift.control;
    },
    get clockSkew() {
      return world.clockSkew;
    },
    set clockSkew(ms) {
      checkClockSkew(ms);
      world.clockSkew = ms;
    },
    get latency() {
      return world.latency;
    },
    set latency(ms) {
      checkLatency(ms);
      world.latency = ms;
    },

    get people() {
      return world.store.people;
    },
    get companies() {
      return world.directory.companies;
    },
    emailsOf: (personId) => world.store.byId(personId)?.emails ?? [],
    addPerson(given) {
      const known = completeFakePerson(given, world.completionContext());
      world.store.add(known);
      return known.person;
    },
    addCompany(given) {
      const known = completeFakeCompany(given, world.completionContext());
      world.directory.add(known);
      return known.company;
    },
    changeJob(personId, job) {
      const known = withNewJob(knownPerson(personId), job, world.completionContext());
      world.store.replace(known);
      return known.person;
    },
    async deliverJobChange(personId, delivery) {
      const { version = 1, orgId = settings.orgs[0]?.id ?? "" } = delivery;
      return sendJobChange(world.ledgers.contactFor(orgId, knownPerson(personId), version), delivery);
    },
  };
  return fake;
}
