import type { AddressInfo } from "node:net";
import { serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { afterAll, expect, it } from "vitest";
import { buildApp } from "./app.js";

const { orgId, serviceAccount: account } = fakeCredentials;
const fake = createFakeLiveData();
const { url: baseUrl } = await fake.listen();
const app = buildApp({ orgId, baseUrl, auth: serviceAccount(account), retry: { baseDelay: 1 } });
const server = app.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = server.address() as AddressInfo;
const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await fake.close();
});

it("shows its calls, retries, credits and token exchanges on the metrics page", async () => {
  expect(await (await get("/people/LDP-1-EXAMPLE")).json()).toEqual({ name: "Jane Doe", title: "Software Engineer" });
  expect((await get("/people/LDP-1-NOBODY")).status).toBe(404);
  fake.failures.next("getPerson", { status: 503 });
  fake.failures.next("getPerson", "truncated");
  expect((await get("/people/LDP-1-EXAMPLE")).status).toBe(200); // paid for already
  fake.sessions.revokeAll();
  expect(await (await get("/engineers/nvidia")).json()).toHaveLength(10);
  fake.credits.setRemaining(0);
  expect((await get("/engineers/salesforce")).status).toBe(502);

  const page = await get("/metrics");
  expect(page.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const metrics = parseMetrics(await page.text());
  const counts = [...metrics].filter(([series]) => !/_(bucket|sum)\b/.test(series));
  expect(Object.fromEntries(counts)).toEqual({
    'livedata_call_duration_seconds_count{name="people.retrieve",outcome="success"}': 2,
    'livedata_call_duration_seconds_count{name="people.retrieve",outcome="not_found"}': 1,
    'livedata_call_duration_seconds_count{name="people.search",outcome="success"}': 1,
    'livedata_call_duration_seconds_count{name="people.search",outcome="credits_exhausted"}': 1,
    'livedata_call_duration_seconds_count{name="people.previewSearch",outcome="success"}': 2,
    'livedata_credits_used_total{name="people.retrieve"}': 1,
    'livedata_credits_used_total{name="people.search"}': 10,
    'livedata_credits_used_total{name="people.previewSearch"}': 0,
    'livedata_retries_total{operation="GET /person/{id}",reason="503"}': 1,
    'livedata_retries_total{operation="GET /person/{id}",reason="connection"}': 1,
    'livedata_token_exchanges_total{outcome="success"}': 2,
  });
  const calls = 'name="people.retrieve",outcome="success"';
  expect(metrics.get(`livedata_call_duration_seconds_bucket{le="+Inf",${calls}}`)).toBe(2);
  expect(metrics.get(`livedata_call_duration_seconds_sum{${calls}}`)).toBeGreaterThan(0);
  expect(fake.credits.used()).toBe(11);
});

/** Reads the text format of Prometheus, version 0.0.4. Throws at the first line that is not exactly as it should be. */
function parseMetrics(page: string): Map<string, number> {
  const samples = new Map<string, number>();
  let family = "";
  if (!page.endsWith("\n")) throw new Error("the last line does not end");
  for (const line of page.split("\n").filter((line) => line !== "")) {
    const [, typed] = /^# TYPE ([a-z_]+) (?:counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined) family = typed;
    if (typed !== undefined || /^# HELP [a-z_]+ \S.*$/.test(line)) continue;
    const [, series = "", name = "", value] =
      /^(([a-z_]+)(?:\{(?:[a-z_]+="[^"\\]*"(?:,(?!\})|(?=\})))*\})?) (\d+(?:\.\d+)?(?:e-\d+)?)$/.exec(line) ?? [];
    const isOfFamily = name === family || /^_(?:bucket|sum|count)$/.test(name.slice(family.length));
    if (value === undefined || !name.startsWith(family) || !isOfFamily || samples.has(series))
      throw new Error(`unexpected line: ${line}`);
    samples.set(series, Number(value));
  }
  return samples;
}
