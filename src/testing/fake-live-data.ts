/// <reference lib="esnext.disposable" preserve="true" />
import type { Company, Job, Person } from "../types.js";
import { companyRoutes, createDirectory } from "./companies.js";
import { createCreditBooks, type FakeCredits } from "./credits.js";
import { createFailurePlan, type FakeFailures } from "./failures.js";
import { followRedirects } from "./follow-redirects.js";
import { createHandler } from "./handler.js";
import { identityRoutes } from "./identity.js";
import { environmentOf, type FakeEnvironment, installInProcess } from "./install.js";
import { createLedgers, ledgerRoutes } from "./ledgers.js";
import { checkClockSkew, checkLatency, type FakeLiveDataOptions, resolveOptions } from "./options.js";
import { completeOwnCompany, type FakeCompany } from "./own-companies.js";
import { completeOwnPerson, type FakePerson, withNewJob } from "./own-people.js";
import { peopleRoutes } from "./people/routes.js";
import { createPeopleStore } from "./people/store.js";
import { createPopulation } from "./population/create-population.js";
import { isTo, type ReceivedRequest, type RequestTo } from "./requests.js";
import type { FakeOperation } from "./router.js";
import { createSessionDesk, type FakeSessions } from "./sessions.js";
import { createSockets } from "./sockets.js";
import { type FakeDelivery, sendJobChange } from "./webhook.js";

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
  [Symbol.asyncDispose](): Promise<void>;
  /** As `close`, without waiting for the ports to be free. */
  [Symbol.dispose](): void;

  /** What was received so far, in the order of the answers. */
  readonly requests: readonly ReceivedRequest[];
  /**
   * Returns what was received for one operation, in the order of the answers, with its body as the documents have it.
   *
   * @param operation its `operationId` in the documents, such as `searchPeople`
   */
  readonly requestsTo: <Id extends FakeOperation>(operation: Id) => readonly RequestTo<Id>[];

  /** The sessions opened so far: counts, revokes and expires their access tokens, and says who may sign in. */
  readonly sessions: FakeSessions;
  /** The organizations' credits. */
  readonly credits: FakeCredits;
  /** Has requests go wrong: answers them by a status, breaks their connections, and so on. */
  readonly failures: FakeFailures;
  /** By how much the server's clock is ahead of the option `clock`, in milliseconds. */
  clockSkew: number;
  /** How long every answer takes to arrive, in milliseconds. */
  latency: number;

  /** Everyone there is. The first few are there with every seed. */
  readonly people: readonly Person[];
  /** Every company that can be looked up. */
  readonly companies: readonly Company[];
  /** Returns the e-mail addresses by which a find knows a person. */
  readonly emailsOf: (personId: string) => readonly string[];
  /**
   * Adds someone of your own.
   *
   * @returns The person as the API tells of them, completed.
   * @throws {RangeError} if there is someone with that id.
   */
  readonly addPerson: (person: FakePerson) => Person;
  /**
   * Adds a company of your own.
   *
   * @returns The company as the API tells of it, completed.
   * @throws {RangeError} if there is one with that id.
   */
  readonly addCompany: (company: FakeCompany) => Company;
  /**
   * Gives someone another job in place of the present one.
   *
   * @param personId whom
   * @param job what is known of it, such as `{ title: "CTO", company: { name: "NVIDIA" } }`; it begins today unless it says otherwise
   * @returns The person as the API tells of them now.
   * @throws {RangeError} if there is no such person.
   */
  readonly changeJob: (personId: string, job: Job) => Person;
  /**
   * Calls your webhook as the API does when a contact has changed jobs. It tells of the present job: `changeJob` first.
   *
   * @param personId whom it tells of; they need not be a contact of the organization
   * @param delivery where your webhook is, and the token you chose
   * @returns Resolves with your webhook's answer.
   * @throws {RangeError} if there is no such person; what `fetch` throws.
   */
  readonly deliverJobChange: (personId: string, delivery: FakeDelivery) => Promise<Response>;
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
  const { clock, orgs, serviceAccounts, ...settings } = resolveOptions(options);
  let { clockSkew, latency } = settings;
  const now = () => clock() + clockSkew;

  const { people, companies } = createPopulation(settings.seed, settings.people);
  const store = createPeopleStore(people);
  const directory = createDirectory(companies);
  const ledgers = createLedgers(store);
  const credits = createCreditBooks(orgs);
  const desk = createSessionDesk({ ...settings, serviceAccounts }, now);
  const routes = [
    ...identityRoutes(desk),
    ...peopleRoutes({ store, directory, credits }),
    ...companyRoutes(directory),
    ...ledgerRoutes(ledgers),
  ];
  const failures = createFailurePlan(routes.map(({ operation }) => operation));
  const requests: ReceivedRequest[] = [];
  const record = (request: ReceivedRequest) => requests.push(request);
  const handle = createHandler({ routes, desk, credits, failures, now, latency: () => latency, record });
  const follow = followRedirects(handle);
  const fetch: FakeLiveData["fetch"] = async (input, init) => follow(new Request(input, init));

  const freePersonId = numbered("LDP-1-OWN", (id) => store.byId(id) !== undefined);
  const freeCompanyId = numbered("LDC-OWN", (id) => directory.find(id) !== undefined);
  const around = () => ({ now: now(), findCompany: directory.find, freeId: freePersonId });
  const knownPerson = (id: string) => {
    const known = store.byId(id);
    if (known === undefined) throw new RangeError(`There is no person with the id ${JSON.stringify(id)}`);
    return known;
  };

  const sockets = createSockets(handle);
  let putBack = () => {};
  const close = async () => {
    putBack();
    putBack = () => {};
    await sockets.close();
  };

  const fake: FakeLiveData = {
    fetch,
    listen: ({ port = 0 } = {}) => sockets.open(port),
    get url() {
      return sockets.url;
    },
    get env() {
      return environmentOf(fake.url, orgs[0]?.id, serviceAccounts[0]);
    },
    install() {
      putBack();
      putBack = installInProcess(handle, fake.env);
      return fake;
    },
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.dispose]: () => void close(),

    requests,
    requestsTo: (operation) => requests.filter(isTo(operation)),

    sessions: desk.control,
    credits: credits.control,
    failures: failures.control,
    get clockSkew() {
      return clockSkew;
    },
    set clockSkew(ms) {
      checkClockSkew(ms);
      clockSkew = ms;
    },
    get latency() {
      return latency;
    },
    set latency(ms) {
      checkLatency(ms);
      latency = ms;
    },

    people: store.people,
    companies: directory.companies,
    emailsOf: (personId) => store.byId(personId)?.emails ?? [],
    addPerson(given) {
      const known = completeOwnPerson(given, around());
      store.add(known);
      return known.person;
    },
    addCompany(given) {
      const known = completeOwnCompany(given, freeCompanyId);
      directory.add(known);
      return known.company;
    },
    changeJob(personId, job) {
      const known = withNewJob(knownPerson(personId), job, around());
      store.replace(known);
      return known.person;
    },
    async deliverJobChange(personId, delivery) {
      const { version = 1, orgId = orgs[0]?.id ?? "" } = delivery;
      return sendJobChange(ledgers.tellOf(orgId, knownPerson(personId), version), delivery);
    },
  };
  return fake;
}

/** Counts ids up, past those that are taken. */
function numbered(prefix: string, isTaken: (id: string) => boolean): () => string {
  let count = 0;
  return () => {
    let id: string;
    do id = `${prefix}-${++count}`;
    while (isTaken(id));
    return id;
  };
}
