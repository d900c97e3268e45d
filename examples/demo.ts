import {
  CreditLimitError,
  createLiveData,
  isLiveDataError,
  type LiveData,
  type LiveDataEvent,
  type Plugin,
  serviceAccount,
} from "@livedata/sdk";
import { drift } from "@livedata/sdk/drift";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { CallTable } from "./call-table.js";
import {
  alumniAt,
  company,
  countByTitle,
  everyoneAt,
  findByEmail,
  findByNameAndCompany,
  headcountByFunction,
  namesOf,
  newJoiners,
  priceOf,
} from "./talent-desk.js";

/** A tour of the SDK: a small backend calls the fake over real HTTP on the loopback interface. */

const { orgId } = fakeCredentials;
const fake = createFakeLiveData();
const server = await fake.listen();

const table = new CallTable(process.stdout);

/** Callbacks for all events of the SDK. A step adds one to wait for an event. */
const observers = new Set<(event: LiveDataEvent) => void>([table.observe]);
const observe = (event: LiveDataEvent) => {
  for (const notify of observers) notify(event);
};

function signIn(clientSecret: string, plugins: readonly Plugin[] = []): LiveData {
  const { clientId } = fakeCredentials.serviceAccount;
  const auth = serviceAccount({ clientId, clientSecret });
  return createLiveData({ orgId, baseUrl: server.url, auth, observe, plugins });
}

function backgroundRefresh(): Promise<void> {
  return new Promise((resolve) =>
    observers.add((event) => event.type === "exchange_succeeded" && event.background && resolve()),
  );
}

/** Moves the clock of this process forward. The SDK and the fake both read it. */
function advanceClock(ms: number): void {
  const { now } = Date;
  Date.now = () => now() + ms;
}

const livedata = signIn(fakeCredentials.serviceAccount.clientSecret);

/** What a step prints, and whether the result is the expected one. */
interface Outcome {
  readonly text: string;
  readonly isExpected: boolean;
}

const steps: [name: string, run: () => Promise<Outcome>][] = [
  [
    "Sign in as a service account",
    async () => {
      const token = await livedata.accessToken();
      return { text: "got an access token, valid for 1 hour", isExpected: token.split(".").length === 3 };
    },
  ],
  [
    "Who joined NVIDIA since 2024?",
    async () => {
      const { people, count, creditsUsed } = await newJoiners(livedata, "NVIDIA", "2024-01-01");
      const newest = people[0]?.position;
      return {
        text: `${count} people, first ${people.length} for ${creditsUsed} credits; latest: ${newest?.title ?? "no title"}`,
        isExpected: count > 0 && people.length === Math.min(count, 25) && creditsUsed === people.length,
      };
    },
  ],
  [
    "Which Example University alumni worked at Salesforce?",
    async () => {
      const { people, count, creditsUsed } = await alumniAt(livedata, "Example University", "Salesforce");
      const again = await alumniAt(livedata, "Example University", "Salesforce");
      return {
        text: `${count} people, first ${people.length} for ${creditsUsed} credits; repeating the search: ${again.creditsUsed}`,
        isExpected: count > 0 && creditsUsed > 0 && creditsUsed <= people.length && again.creditsUsed === 0,
      };
    },
  ],
  [
    "How many software engineers are there?",
    async () => {
      const before = fake.credits.used();
      const count = await countByTitle(livedata, "Software Engineer");
      const cost = fake.credits.used() - before;
      return { text: `${count}; counting cost ${cost} credits`, isExpected: count > 0 && cost === 0 };
    },
  ],
  [
    "What do people at Acme Corp do?",
    async () => {
      const headcounts = await headcountByFunction(livedata, "LDC-EXAMPLE");
      const [largest] = [...headcounts].sort(([, a], [, b]) => b - a);
      return {
        text: `${headcounts.size} job functions; the largest is ${largest?.[0]} (${largest?.[1]} people)`,
        isExpected: headcounts.size > 1 && (largest?.[1] ?? 0) > 0,
      };
    },
  ],
  [
    "Who has the email address jane@example.com?",
    async () => {
      const person = await findByEmail(livedata, "jane@example.com");
      return { text: `${person?.name ?? "nobody"} (${person?.id})`, isExpected: person?.id === "LDP-1-EXAMPLE" };
    },
  ],
  [
    "Is there a Jane Doe at Example Corp?",
    async () => {
      const person = await findByNameAndCompany(livedata, "Jane Doe", "Example Corp");
      const { title, company } = person?.position ?? {};
      return {
        text: person ? `yes: ${title} at ${company?.name}, LinkedIn ${person.linkedin}` : "no",
        isExpected: person?.linkedin === "jane-doe" && company?.name === "Example Corp",
      };
    },
  ],
  [
    "What would 100 people at Salesforce cost?",
    async () => {
      const cost = await priceOf(livedata, "Salesforce", 100);
      return { text: `${cost} credits; the preview itself is free`, isExpected: cost > 0 && cost <= 100 };
    },
  ],
  [
    "Search with a limit of 5 credits",
    async () => {
      const before = fake.credits.used();
      const error: unknown = await livedata.people
        .search({ size: 200 }, { maxCredits: 5 })
        .catch((reason: unknown) => reason);
      const isFree = fake.credits.used() === before;
      if (!(error instanceof CreditLimitError)) return { text: "no error", isExpected: false };
      return {
        text: `not sent: it would cost ${error.cost} credits; 0 credits used`,
        isExpected: isFree && error.cost > 5,
      };
    },
  ],
  [
    "Page through everyone at NVIDIA, for at most 40 credits",
    async () => {
      const before = fake.credits.used();
      const { people, stoppedBy } = await everyoneAt(livedata, "NVIDIA", 40);
      const used = fake.credits.used() - before;
      const ids = new Set(people.map(({ id }) => id));
      return {
        text: `${people.length} people for ${used} credits; stopped by ${stoppedBy}`,
        isExpected: used > 0 && used <= 40 && ids.size === people.length,
      };
    },
  ],
  [
    "Look up 300 email addresses in batches",
    async () => {
      const known = fake.people.flatMap(({ id }) => fake.emailsOf(id).slice(0, 1)).slice(0, 299);
      const names = await namesOf(livedata, [...known, "nobody@example.com"]);
      const found = [...names.values()].filter((name) => name !== undefined).length;
      return {
        text: `${found} found; ${names.size} results, in the order of the queries`,
        isExpected: found === 299 && names.size === 300,
      };
    },
  ],
  [
    "Retry after a 503 and a truncated response",
    async () => {
      const before = [fake.requests.length, fake.credits.used()] as const;
      fake.failures.next("searchPeople", { status: 503 });
      fake.failures.next("searchPeople", "truncated");
      const { people } = await livedata.people.search({ size: 50 }, { retry: { baseDelay: 10 } });
      const requests = fake.requests.length - before[0];
      const cost = fake.credits.used() - before[1];
      return {
        text: `${people.length} people after ${requests} requests; ${cost} credits, nothing charged twice`,
        isExpected: people.length === 50 && requests === 3 && cost <= 50,
      };
    },
  ],
  [
    "Which company is nvidia.com?",
    async () => {
      const { name, industry } = await company(livedata, "nvidia.com");
      return { text: `${name} (${industry})`, isExpected: name === "NVIDIA" };
    },
  ],
  [
    "Find out where the API differs from its documents",
    async () => {
      const plugin = drift({ sample: 1, report() {} });
      const checked = signIn(fakeCredentials.serviceAccount.clientSecret, [plugin]);
      fake.drift.add("searchPeople", { pointer: "/people/*/jobs/*/salary", value: 100_000 });
      for (let call = 0; call < 3; call++) await checked.people.search({ size: 5 });
      fake.drift.clear();
      const [finding, ...others] = plugin.findings();
      return {
        text: finding ? `${finding.kind} ${finding.pointer}, in ${finding.count} responses` : "nothing found",
        isExpected: finding?.pointer === "/people/*/jobs/*/salary" && others.length === 0,
      };
    },
  ],
  [
    "57 minutes later: the token is about to expire",
    async () => {
      const held = await livedata.accessToken();
      const refreshed = backgroundRefresh();
      advanceClock(57 * 60_000);
      const used = await livedata.accessToken();
      await refreshed;
      const next = await livedata.accessToken();
      return { text: "used at once, refreshed in the background", isExpected: used === held && next !== held };
    },
  ],
  [
    "Call with a revoked token",
    async () => {
      fake.sessions.revokeAll();
      const before = fake.requests.length;
      const count = await countByTitle(livedata, "Software Engineer");
      const statuses = fake.requests.slice(before).map(({ status }) => status);
      return {
        text: `${statuses[0]}, then a new token and the same request: ${statuses.at(-1)}`,
        isExpected: count > 0 && statuses.join() === "401,200,200",
      };
    },
  ],
  [
    "Sign in with a wrong secret",
    async () => {
      const error: unknown = await signIn("a-wrong-secret")
        .accessToken()
        .catch((reason: unknown) => reason);
      if (!isLiveDataError(error)) return { text: "no error", isExpected: false };
      return {
        text: `${error.name}: ${error.message.split(": ").at(-1)}`,
        isExpected: error.code === "session" && !error.message.includes("a-wrong-secret"),
      };
    },
  ],
];

console.log(`\nFake of the Live Data API at ${server.url}, with ${fake.people.length} made-up people\n`);
let failed = 0;
for (const [name, run] of steps) {
  const before = fake.sessions.exchanges;
  table.begin(`  ${name}`);
  const { text, isExpected } = await run().catch((error: unknown) => ({ text: String(error), isExpected: false }));
  const exchanges = fake.sessions.exchanges - before;
  if (!isExpected) failed++;
  const line = `${isExpected ? "✓" : "✗"} ${name.padEnd(56)} ${text}`;
  table.end(exchanges === 0 ? line : `${line}  [${exchanges} session exchange${exchanges > 1 ? "s" : ""}]`);
}
await server.close();

const { exchanges } = fake.sessions;
const { length: requests } = fake.requests;
console.log(
  `\n${table.count} calls, ${requests} requests, ${exchanges} session exchanges, ${fake.credits.used()} credits\n`,
);
if (failed > 0) {
  console.error(`${failed} of ${steps.length} steps had an unexpected result`);
  process.exitCode = 1;
}
