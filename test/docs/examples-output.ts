/** What an example of the guide prints in a page. */
export interface ExpectedRun {
  readonly page: string;
  /** A text that only this example of the page contains. */
  readonly example: string;
  readonly output: RegExp | string;
  /** How many requests the fake receives, with the session exchange. */
  readonly requests: number;
  readonly credits: number;
}

const run = (
  page: string,
  example: string,
  requests: number,
  credits: number,
  output: RegExp | string,
): ExpectedRun => ({
  page,
  example,
  output,
  requests,
  credits,
});

/** Every example that can run in a page. */
export const expectedRuns: readonly ExpectedRun[] = [
  run("README.md", "matches: [{ fields:", 2, 1, "Jane Doe works at Example Corp"),
  run("README.md", "q.withPosition", 2, 25, "47 joined; one of them is John Doe"),
  run("README.md", "paginate(livedata.people", 4, 250, "231 max_credits"),
  run("README.md", "findMany(livedata.people", 2, 1, "jane@example.com Jane Doe\nnobody@example.com not found"),
  run("README.md", "verifyWebhook(request", 0, 0, "Jane Doe changed jobs\n204"),
  run("README.md", "createFakeLiveData()", 2, 0, "1000 1"),
  run("docs/index.md", "q.currentJob", 2, 3, /^27 engineers, such as .+\n3 credits used$/),
  run("docs/guide/auth.md", "vault.read", 2, 1, "Jane Doe"),
  run("docs/guide/auth.md", "authMiddleware(tokens)", 2, 1, "200 Jane Doe"),
  run("docs/guide/calls.md", "credits left:", 2, 0, "credits left: no cap"),
  run("docs/guide/calls.md", "maxCredits: 50", 2, 0, "would cost 100 credits; the limit is 50"),
  run("docs/guide/calls.md", 'parseAs: "text"', 3, 1, /^Jane Doe 1\n\{"id":"LDP-1-EXAMPLE",.+\}$/),
  run("docs/guide/configuration.md", "livedata.withOptions", 2, 0, "1000"),
  run(
    "docs/guide/drift.md",
    "report: (finding)",
    2,
    1,
    /^drift \{"kind":"confirmed",.+,"operation":"GET \/person\/\{id\}",.+\}$/,
  ),
  run(
    "docs/guide/drift.md",
    "of plugin.findings()",
    2,
    1,
    /^(\{"kind":"confirmed",.+,"operation":"POST \/persons\/lookup_by_ids",.+\}\n?){3}$/,
  ),
  run("docs/guide/errors.md", "switch (error.code)", 2, 0, "nobody has this id"),
  run("docs/guide/platforms.md", "await using", 2, 0, "true"),
  run("docs/guide/platforms.md", "export async function GET(", 2, 1, /^200 \{\n {2}id: 'LDP-1-EXAMPLE',\n.+\n\}$/s),
  run("docs/guide/platforms.md", "console.log(count)", 2, 0, "1000"),
  run("docs/guide/platforms.md", "export async function handler(", 2, 1, "Jane Doe"),
  run("docs/guide/retries-and-timeouts.md", "totalTimeout: 60_000", 2, 0, "200"),
  run("docs/guide/retries-and-timeouts.md", "rateLimit:", 2, 0, "1000"),
  run("docs/guide/quick-start.md", "createFakeLiveData()", 2, 3, /^1000 people, such as .+, .+, .+$/),
  run("docs/guide/quick-start.md", "matches: [{ fields:", 2, 1, "Jane Doe works at Example Corp\ncredits used: 1"),
  run("docs/guide/searching.md", "q.person({ linkedin:", 2, 1, /^(Jane Doe is Software Engineer\n?){3}$/),
  run("docs/guide/searching.md", "q.studied(", 2, 25, "168 people; the first one is Jane Doe"),
  run("docs/guide/filters.md", "jobsGroupType", 2, 25, "27 people; the first one is Tansy Quillfeather"),
  run("docs/guide/searching.md", "await count(livedata.people", 2, 0, "166"),
  run("docs/guide/searching.md", "paginate(livedata.people", 4, 250, "231 max_credits"),
  run(
    "docs/guide/searching.md",
    "findMany(livedata.people",
    2,
    1,
    "jane@example.com Jane Doe\nnobody@example.com is not known",
  ),
  run("docs/guide/filters.md", "q.withReport(", 2, 0, /^Consulting: 18\nEngineering: 55\n(.+: \d+\n){9}null: 4$/),
  run(
    "docs/guide/telemetry.md",
    'logLevel: "info"',
    2,
    25,
    /^livedata: people\.search 200, \d+ ms(, token wait \d+ ms)?, credits used 25, call 1$/,
  ),
  run("docs/guide/testing.md", "createFakeLiveData()", 2, 1, "Jane Doe 1"),
  run("docs/guide/webhooks.md", "verifyWebhook(request", 0, 0, "Jane Doe CTO\n204"),
  run("docs/guide/webhooks.md", "fake.changeJob(", 3, 0, "Jane Doe works at NVIDIA"),
  run("docs/guide/webhooks.md", "store.load()", 4, 0, "Jane Doe works at NVIDIA\naborted"),
];
