import type { Company, Job, Person } from "../types.js";
import { companyRoutes, createDirectory } from "./companies.js";
import { createCreditBooks, type FakeCredits } from "./credits.js";
import { checkOperation, createFailurePlan, type FakeFailures } from "./failures.js";
import { createHandler, type Handler } from "./handler.js";
import { identityRoutes } from "./identity.js";
import { createLedgers, ledgerRoutes } from "./ledgers.js";
import { checkClockSkew, checkLatency, type FakeSettings } from "./options.js";
import { completeOwnCompany, type FakeCompany } from "./own-companies.js";
import { completeOwnPerson, type FakePerson, withNewJob } from "./own-people.js";
import { peopleRoutes } from "./people/routes.js";
import { createPeopleStore } from "./people/store.js";
import type { Population } from "./population/create-population.js";
import { isTo, type ReceivedRequest, type RequestTo } from "./requests.js";
import type { FakeOperation } from "./router.js";
import { createSessionDesk, type FakeSessions } from "./sessions.js";
import { type FakeDelivery, sendJobChange } from "./webhook.js";

/** What an embedded API knows, has been asked, and is told to do. */
export interface FakeWorld {
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
 * Makes a world as the options want it.
 *
 * @param population who is there at first; it is not changed
 */
export function createWorld(settings: FakeSettings, population: Population): FakeWorld & { readonly handle: Handler } {
  const { clock, orgs } = settings;
  let { clockSkew, latency } = settings;
  const now = () => clock() + clockSkew;

  const store = createPeopleStore(population.people);
  const directory = createDirectory(population.companies);
  const ledgers = createLedgers(store);
  const credits = createCreditBooks(orgs);
  const desk = createSessionDesk(settings, now);
  const routes = [
    ...identityRoutes(desk),
    ...peopleRoutes({ store, directory, credits }),
    ...companyRoutes(directory),
    ...ledgerRoutes(ledgers),
  ];
  const operations = routes.map(({ operation }) => operation);
  const failures = createFailurePlan(operations);
  const requests: ReceivedRequest[] = [];
  const record = (request: ReceivedRequest) => requests.push(request);

  const freePersonId = numbered("LDP-1-OWN", (id) => store.byId(id) !== undefined);
  const freeCompanyId = numbered("LDC-OWN", (id) => directory.find(id) !== undefined);
  const around = () => ({ now: now(), findCompany: directory.find, freeId: freePersonId });
  const knownPerson = (id: string) => {
    const known = store.byId(id);
    if (known === undefined) throw new RangeError(`There is no person with the id ${JSON.stringify(id)}`);
    return known;
  };

  return {
    handle: createHandler({ routes, desk, credits, failures, now, latency: () => latency, record }),
    requests,
    requestsTo(operation) {
      checkOperation(operation, operations);
      return requests.filter(isTo(operation));
    },
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
