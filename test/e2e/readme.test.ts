import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { expect, test } from "vitest";
import { writeReadmeBlocks } from "../../scripts/readme-blocks.js";
import { createLiveData, serviceAccount } from "../../src/index.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";

const run = promisify(execFile);
const blocks = writeReadmeBlocks();

/** What each block prints, by its page and by a text that only this block of the page contains. */
const prints: readonly [page: string, block: string, stdout: RegExp][] = [
  ["README.md", "matches: [{ fields:", /^Jane Doe works at Example Corp\n$/],
  ["README.md", "q.withPosition", /^[1-9]\d* joined; one of them is .+\n$/],
  ["README.md", "paginate(livedata.people", /^\d+ max_credits\n$/],
  ["README.md", "findMany(livedata.people", /^jane@example\.com Jane Doe\nnobody@example\.com not found\n$/],
  ["README.md", "verifyWebhook(request", /^$/],
  ["README.md", "createFakeLiveData()", /^1000 1\n$/],
  ["docs/index.md", "q.currentJob", /^[1-9]\d* engineers, such as .+\n3 credits used\n$/],
  ["docs/guide/quick-start.md", "createFakeLiveData()", /^1000 people, such as .+, .+, .+\n$/],
  ["docs/guide/quick-start.md", "matches: [{ fields:", /^Jane Doe works at Example Corp\ncredits used: 1\n$/],
  ["docs/guide/auth.md", "vault.read", /^$/],
  ["docs/guide/auth.md", "authMiddleware(tokens)", /^$/],
  ["docs/guide/calls.md", "credits left:", /^credits left: no cap\n$/],
  ["docs/guide/calls.md", 'parseAs: "text"', /^Jane Doe 1\n\{"id":"LDP-1-EXAMPLE",.+\n$/],
  ["docs/guide/configuration.md", "livedata.withOptions", /^[1-9]\d*\n$/],
  [
    "docs/guide/drift.md",
    "report: (finding)",
    /^drift \{"kind":"confirmed",.+"operation":"GET \/person\/\{id\}",.+\}\n$/,
  ],
  [
    "docs/guide/drift.md",
    "of plugin.findings()",
    /^(\{"kind":"confirmed","part":"(operation|body|response|base_url)",.+,"operation":"POST \/persons\/lookup_by_ids",.+"count":1\}\n){3,4}$/,
  ],
  ["docs/guide/errors.md", "switch (error.code)", /^nobody has this id\n$/],
  ["docs/guide/platforms.md", "process.once(", /^$/],
  ["docs/guide/platforms.md", "await using", /^true\n$/],
  ["docs/guide/platforms.md", "env: Env", /^$/],
  ["docs/guide/platforms.md", "console.log(count)", /^[1-9]\d*\n$/],
  ["docs/guide/platforms.md", "export async function GET(", /^$/],
  ["docs/guide/platforms.md", "new ProxyAgent(proxy)", /^$/],
  ["docs/guide/platforms.md", "network: undiciNetwork() });", /^$/],
  ["docs/guide/platforms.md", "export async function handler(", /^$/],
  ["docs/guide/retries-and-timeouts.md", "totalTimeout: 60_000", /^200\n$/],
  ["docs/guide/retries-and-timeouts.md", "rateLimit:", /^\d+\n$/],
  ["docs/guide/filters.md", 'string_values: ["Software Engineer"]', /^\d+ people; the first one is .+\n$/],
  ["docs/guide/searching.md", "q.person({ linkedin:", /^(Jane Doe is Software Engineer\n){3}$/],
  ["docs/guide/searching.md", "q.studied(", /^\d+ people; the first one is .+\n$/],
  ["docs/guide/filters.md", "q.withReport(", /^(.+: \d+\n)+$/],
  ["docs/guide/calls.md", "maxCredits: 50", /^would cost 100 credits; the limit is 50\n$/],
  ["docs/guide/searching.md", "await count(livedata.people", /^[1-9]\d*\n$/],
  ["docs/guide/searching.md", "paginate(livedata.people", /^\d+ max_credits\n$/],
  [
    "docs/guide/searching.md",
    "findMany(livedata.people",
    /^jane@example\.com Jane Doe\nnobody@example\.com is not known\n$/,
  ],
  [
    "docs/guide/telemetry.md",
    'logLevel: "info"',
    /^livedata: people\.search 200, \d+ ms(, token wait \d+ ms)?, credits used 25, call 1\n$/,
  ],
  ["docs/guide/telemetry.md", "pino()", /^\{"level":30,.+"name":"people\.search",.+"msg":"Live Data call"\}\n$/],
  [
    "docs/guide/telemetry.md",
    "register.metrics()",
    /_count\{name="people\.search",outcome="success"\} 1\n.+\nlivedata_credits_used_total 25\n/s,
  ],
  ["docs/guide/telemetry.md", "otel()", /^$/],
  ["docs/guide/telemetry.md", "startSpanHook", /^$/],
  [
    "docs/guide/telemetry.md",
    "currentCall",
    /^people\.search sends session\npeople\.search sends search\npeople\.search ended with 200\n$/,
  ],
  ["docs/guide/testing.md", "createFakeLiveData()", /^$/],
  ["docs/guide/webhooks.md", "verifyWebhook(request", /^$/],
  ["docs/guide/webhooks.md", "fake.changeJob(", /^Jane Doe works at NVIDIA\n$/],
  ["docs/guide/webhooks.md", "store.load()", /^$/],
  ["docs/guide/webhooks.md", "export const store", /^$/],
];

test("every TypeScript block of the README and the guide has an expected output here", () => {
  const known = prints.map(([page]) => page).sort();
  // That of a fleet needs a Redis: test/fleet/clients.test.ts runs it.
  const pages = blocks.map(({ page }) => page).filter((page) => page !== "docs/guide/fleet.md");
  expect(pages.sort()).toEqual(known);
});

test("the guide's test of a backend is the one in examples/fastify, and has fewer than twenty lines", () => {
  const guide = readFileSync("docs/guide/testing.md", "utf8");
  const [, shown = ""] = /^```typescript\n(.*?)^```$/ms.exec(guide) ?? [];
  expect(shown).toBe(readFileSync("examples/fastify/app.test.ts", "utf8"));
  expect(shown.trim().split("\n").length).toBeLessThan(20);
});

test("the guide's test with jest is the one that test/consumers runs", () => {
  const guide = readFileSync("docs/guide/platforms.md", "utf8");
  expect(guide).toContain(readFileSync("test/consumers/programs/jest/platforms.test.js", "utf8"));
});

test("the guide's instrumentation leaves ids of people out of the spans of HTTP requests", async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const [block] = blocks.filter(({ code }) => code.includes("startSpanHook"));
  const { instrumentation } = await import(path.resolve(block?.path ?? ""));
  instrumentation.setTracerProvider(provider);
  await using fake = createFakeLiveData();
  const { url: baseUrl } = await fake.listen();
  const { orgId, serviceAccount: account } = fakeCredentials;
  const livedata = createLiveData({ orgId, baseUrl, auth: serviceAccount(account) });
  expect((await livedata.people.retrieve("LDP-1-EXAMPLE")).name).toBe("Jane Doe");
  instrumentation.disable();
  const spans = exporter.getFinishedSpans().map(({ attributes }) => attributes);
  expect(spans.map((attributes) => attributes["url.full"])).toEqual([
    `${baseUrl}/api/identity/v1/session`,
    `${baseUrl}/api/people/v1/${orgId}/person/{id}`,
  ]);
  expect(spans[1]).toMatchObject({ "url.path": `/api/people/v1/${orgId}/person/{id}` });
  expect(JSON.stringify(spans)).not.toContain("EXAMPLE");
});

test.each(prints)(
  "the block of %s with %s runs and prints what it says",
  async (page, text, stdout) => {
    const [block, ...others] = blocks.filter(({ page: its, code }) => its === page && code.includes(text));
    expect(others).toEqual([]);
    const args = ["--import", "tsx", "--import", "./test/support/readme-setup.ts", block?.path ?? ""];
    const printed = await run(process.execPath, args);
    expect(printed).toEqual({ stdout: expect.stringMatching(stdout), stderr: "" });
  },
  20_000,
);
