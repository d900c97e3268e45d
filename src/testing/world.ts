import { companyRoutes, createDirectory, type Directory } from "./companies.js";
import { type CreditAccounts, createCreditAccounts } from "./credit-accounts.js";
import type { CompletionContext } from "./custom-records.js";
import { createDriftPlan, type DriftPlan } from "./drift.js";
import { createFailurePlan, type FailurePlan } from "./failures.js";
import { createHandler, type Handler } from "./handler.js";
import { createLedgers, type Ledgers, ledgerRoutes } from "./ledgers.js";
import type { FakeSettings } from "./options.js";
import { createNameChecks } from "./people/check-names.js";
import { peopleRoutes } from "./people/routes.js";
import { createPeopleStore, type PeopleStore } from "./people/store.js";
import type { Population } from "./population/create-population.js";
import type { ReceivedRequest } from "./requests.js";
import type { FakeOperation } from "./router.js";
import { createSessionStore, identityRoutes, type SessionStore } from "./sessions.js";
import type { Waiters } from "./utilities.js";
import { createWarnings, type Warnings } from "./warnings.js";

/** Everything in a fake that `reset` replaces. */
export interface World {
  readonly handle: Handler;
  readonly operations: readonly FakeOperation[];
  readonly requests: readonly ReceivedRequest[];
  readonly sessions: SessionStore;
  readonly credits: CreditAccounts;
  readonly failures: FailurePlan;
  readonly drift: DriftPlan;
  readonly store: PeopleStore;
  readonly directory: Directory;
  readonly ledgers: Ledgers;
  readonly warnings: Warnings;
  /** How far the server's clock is ahead of the option `clock`, in milliseconds. */
  clockSkew: number;
  /** How long every response takes to arrive, in milliseconds. */
  latency: number;
  /** Returns what the completion of a record depends on, as of now. */
  completionContext(): CompletionContext;
}

/**
 * Creates a world from the options.
 *
 * @param population the people and companies at the start; it is not changed
 * @param waiters gets what ends each delayed or stalled response
 */
export function createWorld(settings: FakeSettings, population: Population, waiters: Waiters): World {
  const now = () => settings.clock() + world.clockSkew;
  const store = createPeopleStore(population.people);
  const directory = createDirectory(population.companies);
  const ledgers = createLedgers(store);
  const credits = createCreditAccounts(settings.orgs);
  const sessions = createSessionStore(settings, now);
  const warnings = createWarnings();
  const checks = createNameChecks({ strictFields: settings.strictFields, warnings });
  const routes = [
    ...identityRoutes(sessions),
    ...peopleRoutes({ store, directory, credits, checks }),
    ...companyRoutes(directory, warnings),
    ...ledgerRoutes(ledgers),
  ];
  const operations = routes.map(({ operation }) => operation);
  const failures = createFailurePlan(operations);
  const drift = createDriftPlan(operations);
  const requests: ReceivedRequest[] = [];
  const handle = createHandler({
    routes,
    sessions,
    credits,
    failures,
    drift,
    now,
    latency: () => world.latency,
    waiters,
    record(request) {
      requests.push(request);
      if (requests.length > settings.keepRequests) requests.shift();
    },
  });
  let latestChange = Number.NEGATIVE_INFINITY;
  const timeOfChange = (last: number) => {
    latestChange = Math.max(now(), latestChange, last + 1_000);
    return latestChange;
  };
  const freePersonId = numbered("LDP-1-OWN", (id) => store.byId(id) !== undefined);
  const freeCompanyId = numbered("LDC-OWN", (id) => directory.find(id) !== undefined);

  const world: World = {
    handle,
    operations,
    requests,
    sessions,
    credits,
    failures,
    drift,
    store,
    directory,
    ledgers,
    warnings,
    clockSkew: settings.clockSkew,
    latency: settings.latency,
    completionContext: () => ({ now: now(), timeOfChange, findCompany: directory.find, freePersonId, freeCompanyId }),
  };
  return world;
}

/** Creates a function that counts ids up and skips those in use. */
function numbered(prefix: string, isTaken: (id: string) => boolean): () => string {
  let count = 0;
  return () => {
    let id: string;
    do id = `${prefix}-${++count}`;
    while (isTaken(id));
    return id;
  };
}
