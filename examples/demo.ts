import {
  CreditLimitError,
  createLiveData,
  isLiveDataError,
  type LiveData,
  type LiveDataEvent,
  serviceAccount,
  unwrap,
} from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
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

/** The main job from end to end: a backend program against the embedded API, over real HTTP on the loopback. */

const { orgId } = fakeCredentials;
const fake = createFakeLiveData();
const server = await fake.listen();

/** Told of what happens to the access token; a step may wait for something of it. */
const observers = new Set<(event: LiveDataEvent) => void>();
const observe = (event: LiveDataEvent) => {
  for (const tell of observers) tell(event);
};

function signIn(clientSecret: string): LiveData {
  const { clientId } = fakeCredentials.serviceAccount;
  return createLiveData({ orgId, baseUrl: server.url, auth: serviceAccount({ clientId, clientSecret }), observe });
}

function happening(type: LiveDataEvent["type"]): Promise<void> {
  return new Promise((resolve) => observers.add((event) => event.type === type && resolve()));
}

/** Turns the clock of this process, which the SDK and the embedded API both go by. */
function letTimePass(ms: number): void {
  const { now } = Date;
  Date.now = () => now() + ms;
}

const livedata = signIn(fakeCredentials.serviceAccount.clientSecret);

/** What a step is to show, and whether it came out as expected. */
interface Outcome {
  readonly says: string;
  readonly isExpected: boolean;
}

const steps: [name: string, run: () => Promise<Outcome>][] = [
  [
    "sign in as a service account",
    async () => {
      const token = await livedata.accessToken();
      return { says: "an access token that lives 1 hour", isExpected: token.split(".").length === 3 };
    },
  ],
  [
    "who joined NVIDIA since 2024?",
    async () => {
      const { people, count, creditsUsed } = await newJoiners(livedata, "NVIDIA", "2024-01-01");
      const newest = people[0]?.position;
      return {
        says: `${count} people, ${creditsUsed} credits; the latest is now ${newest?.title ?? "without a title"}`,
        isExpected: count > 0 && people.length === Math.min(count, 25) && creditsUsed === people.length,
      };
    },
  ],
  [
    "who of Example University has worked at Salesforce?",
    async () => {
      const { people, count, creditsUsed } = await alumniAt(livedata, "Example University", "Salesforce");
      const again = await alumniAt(livedata, "Example University", "Salesforce");
      return {
        says: `${count} people, ${creditsUsed} credits, and ${again.creditsUsed} to ask again`,
        isExpected: count > 0 && creditsUsed > 0 && creditsUsed <= people.length && again.creditsUsed === 0,
      };
    },
  ],
  [
    "how many software engineers are there?",
    async () => {
      const before = fake.credits.used();
      const count = await countByTitle(livedata, "Software Engineer");
      const cost = fake.credits.used() - before;
      return { says: `${count}, for ${cost} credits`, isExpected: count > 0 && cost === 0 };
    },
  ],
  [
    "what do the people of Acme Corp do?",
    async () => {
      const headcounts = await headcountByFunction(livedata, "LDC-EXAMPLE");
      const [largest] = [...headcounts].sort(([, a], [, b]) => b - a);
      return {
        says: `${headcounts.size} functions, most of them ${largest?.[0]} (${largest?.[1]})`,
        isExpected: headcounts.size > 1 && (largest?.[1] ?? 0) > 0,
      };
    },
  ],
  [
    "whose address is jane@example.com?",
    async () => {
      const person = await findByEmail(livedata, "jane@example.com");
      return { says: `${person?.name ?? "nobody"}'s (${person?.id})`, isExpected: person?.id === "LDP-1-EXAMPLE" };
    },
  ],
  [
    "is there a Jane Doe at Example Corp?",
    async () => {
      const person = await findByNameAndCompany(livedata, "Jane Doe", "Example Corp");
      const { title, company } = person?.position ?? {};
      return {
        says: `${person?.linkedin ?? "nobody"}, ${title} at ${company?.name}`,
        isExpected: person?.linkedin === "jane-doe" && company?.name === "Example Corp",
      };
    },
  ],
  [
    "what would 100 people at Salesforce cost?",
    async () => {
      const cost = await priceOf(livedata, "Salesforce", 100);
      return { says: `${cost} credits; asking is free`, isExpected: cost > 0 && cost <= 100 };
    },
  ],
  [
    "a search that may cost 5 credits at the most",
    async () => {
      const before = fake.credits.used();
      const error: unknown = await livedata.people
        .POST("/search", { body: { size: 200 }, maxCredits: 5 })
        .catch((reason: unknown) => reason);
      const isFree = fake.credits.used() === before;
      if (!(error instanceof CreditLimitError)) return { says: "no error", isExpected: false };
      return { says: `refused: it would cost ${error.cost}; 0 credits`, isExpected: isFree && error.cost > 5 };
    },
  ],
  [
    "everyone at NVIDIA, for 40 credits at the most",
    async () => {
      const before = fake.credits.used();
      const { people, stoppedBy } = await everyoneAt(livedata, "NVIDIA", 40);
      const used = fake.credits.used() - before;
      const ids = new Set(people.map(({ id }) => id));
      return {
        says: `${people.length} people, ${used} credits, page by page; stopped by ${stoppedBy}`,
        isExpected: used > 0 && used <= 40 && ids.size === people.length,
      };
    },
  ],
  [
    "who has these 300 addresses?",
    async () => {
      const known = fake.people.flatMap(({ id }) => fake.emailsOf(id).slice(0, 1)).slice(0, 299);
      const names = await namesOf(livedata, [...known, "nobody@example.com"]);
      const found = [...names.values()].filter((name) => name !== undefined).length;
      return {
        says: `${found} are known; ${names.size} answers in order`,
        isExpected: found === 299 && names.size === 300,
      };
    },
  ],
  [
    "the API is down, and then its answer breaks off",
    async () => {
      const before = [fake.requests.length, fake.credits.used()] as const;
      fake.failures.next("searchPeople", { status: 503 });
      fake.failures.next("searchPeople", "truncated");
      const result = await livedata.people.POST("/search", { body: { size: 50 }, retry: { baseDelay: 10 } });
      const { people } = unwrap(result);
      const requests = fake.requests.length - before[0];
      const cost = fake.credits.used() - before[1];
      return {
        says: `${people.length} people after ${requests} requests; ${cost} credits, none of them twice`,
        isExpected: people.length === 50 && requests === 3 && cost <= 50,
      };
    },
  ],
  [
    "which company is nvidia.com?",
    async () => {
      const { name, industry } = await company(livedata, "nvidia.com");
      return { says: `${name}, ${industry}`, isExpected: name === "NVIDIA" };
    },
  ],
  [
    "57 minutes later, as the token is about to expire",
    async () => {
      const held = await livedata.accessToken();
      const renewed = happening("refreshed_behind");
      letTimePass(57 * 60_000);
      const used = await livedata.accessToken();
      await renewed;
      const next = await livedata.accessToken();
      return { says: "used at once, and renewed behind the call", isExpected: used === held && next !== held };
    },
  ],
  [
    "use a token that was revoked",
    async () => {
      fake.sessions.revokeAll();
      const before = fake.requests.length;
      const count = await countByTitle(livedata, "Software Engineer");
      const statuses = fake.requests.slice(before).map(({ status }) => status);
      return {
        says: `${statuses[0]}, a new token, and the same request again: ${statuses.at(-1)}`,
        isExpected: count > 0 && statuses.join() === "401,200,200",
      };
    },
  ],
  [
    "sign in with a wrong secret",
    async () => {
      const error: unknown = await signIn("a-wrong-secret")
        .accessToken()
        .catch((reason: unknown) => reason);
      if (!isLiveDataError(error)) return { says: "no error", isExpected: false };
      return {
        says: `${error.name}: ${error.message.split(": ").at(-1)}`,
        isExpected: error.code === "session" && !error.message.includes("a-wrong-secret"),
      };
    },
  ],
];

console.log(`\nThe embedded Live Data API, ${fake.people.length} made-up people, at ${server.url}\n`);
let failed = 0;
for (const [name, run] of steps) {
  const before = fake.sessions.exchanges;
  const { says, isExpected } = await run().catch((error: unknown) => ({ says: String(error), isExpected: false }));
  const exchanges = fake.sessions.exchanges - before;
  if (!isExpected) failed++;
  const line = `${isExpected ? "✓" : "✗"} ${name.padEnd(54)} ${says}`;
  console.log(exchanges === 0 ? line : `${line}  [${exchanges} exchange${exchanges > 1 ? "s" : ""}]`);
}
await server.close();

const { exchanges } = fake.sessions;
console.log(`\n${fake.requests.length} requests, ${exchanges} exchanges, ${fake.credits.used()} credits\n`);
if (failed > 0) {
  console.error(`${failed} of ${steps.length} steps did not come out as expected`);
  process.exitCode = 1;
}
