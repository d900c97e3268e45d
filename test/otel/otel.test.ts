import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import type { LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { VERSION } from "../../src/generated/version.js";
import { type OtelOptions, otel } from "../../src/otel/index.js";
import { type FakeLiveData, type FakeLiveDataOptions, fakeCredentials } from "../../src/testing/index.js";
import { undiciNetwork } from "../../src/undici/index.js";
import { connected } from "../support/sdk.js";

const JANE = { path: { id: "LDP-1-EXAMPLE" } };
const NOBODY = { path: { id: "LDP-0-NOBODY" } };

let exporter: InMemorySpanExporter;
let tracerProvider: NodeTracerProvider;
let metricExporter: InMemoryMetricExporter;
let meterProvider: MeterProvider;
let instrumentation: UndiciInstrumentation;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  meterProvider = new MeterProvider({ readers: [reader] });
  instrumentation = new UndiciInstrumentation();
});

afterEach(async () => {
  vi.useRealTimers();
  instrumentation.disable();
  for (const api of [trace, metrics, context, propagation]) api.disable();
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
});

function register() {
  tracerProvider.register();
  metrics.setGlobalMeterProvider(meterProvider);
}

/** Starts a fake and a client that is traced. Its first call needs a session exchange. */
async function traced(options: LiveDataOptions = {}, fakeOptions: FakeLiveDataOptions = {}, otelOptions?: OtelOptions) {
  register();
  const { fake, connect, url } = await connected(fakeOptions);
  const livedata = connect(serviceAccount(fakeCredentials.serviceAccount), {
    plugins: [otel(otelOptions)],
    retry: { baseDelay: 0 },
    ...options,
  });
  return { fake, livedata, url };
}

/** Finished spans of calls, in the order in which they ended. */
function callSpans(): ReadableSpan[] {
  return exporter.getFinishedSpans().filter(({ instrumentationScope: { name } }) => name === "@livedata/sdk");
}

/** Names of the paths of finished HTTP spans whose parent is this span. */
function requestsOf(parent: ReadableSpan | undefined): string[] {
  return exporter
    .getFinishedSpans()
    .filter(({ kind, parentSpanContext }) => {
      return kind === SpanKind.CLIENT && parentSpanContext?.spanId === parent?.spanContext().spanId;
    })
    .map(({ attributes }) => String(attributes["url.path"]).replace(/^.*\/(?=[a-z_]+$)/, ""));
}

/** Waits until so many HTTP spans have ended: a moment after the call. */
async function requestsHaveEnded(count: number): Promise<void> {
  const isRequest = ({ kind }: ReadableSpan) => kind === SpanKind.CLIENT;
  await vi.waitFor(() => expect(exporter.getFinishedSpans().filter(isRequest)).toHaveLength(count), { interval: 5 });
}

/** Collects all metrics: the attributes and the value of each series, by name. */
async function collect() {
  metricExporter.reset();
  await meterProvider.forceFlush();
  const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  const own = all.filter(({ scope }) => scope.name === "@livedata/sdk").flatMap((one) => one.metrics);
  return Object.fromEntries(own.map(({ descriptor, dataPoints }) => [descriptor.name, { descriptor, dataPoints }]));
}

/** The counter or the histogram's sum of each series, with its attributes. */
async function series(name: string) {
  const { dataPoints = [] } = (await collect())[name] ?? {};
  return dataPoints.map(({ attributes, value }) => {
    return { attributes, value: typeof value === "object" ? value.sum : value };
  });
}

function serverOf(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith("server.")));
}

async function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a call", () => {
  test("is one internal span, and its requests are the children", async () => {
    const { livedata, url } = await traced();
    await livedata.people.search({ size: 1 });
    await requestsHaveEnded(2);
    const [span, ...others] = callSpans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: "livedata people.search",
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: "@livedata/sdk", version: VERSION },
      events: [],
      parentSpanContext: undefined,
    });
    expect(span?.attributes).toEqual({
      "http.request.method": "POST",
      "http.response.status_code": 200,
      "livedata.attempts": 1,
      "livedata.call_id": expect.any(Number),
      "livedata.credits.used": 1,
      "livedata.operation": "people.search",
      "livedata.service": "people",
      "livedata.wait.token": expect.any(Number),
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(url).port),
      "url.template": "/search",
    });
    expect(requestsOf(span)).toEqual(["session", "search"]);
  });

  test("is the parent of its requests over undici, too", async () => {
    const { livedata } = await traced({ network: undiciNetwork() });
    await livedata.people.search({ size: 1 });
    await requestsHaveEnded(2);
    expect(requestsOf(callSpans()[0])).toEqual(["session", "search"]);
  });

  test("has the template of its path, also as a path call", async () => {
    const { livedata } = await traced();
    await livedata.people.GET("/person/{id}", { params: JANE });
    expect(callSpans()).toMatchObject([
      {
        name: "livedata people.retrieve",
        attributes: { "url.template": "/person/{id}", "http.request.method": "GET" },
      },
    ]);
  });

  test("of an unknown operation is named by its method alone", async () => {
    const { livedata } = await traced();
    await livedata.people.request("get", "/person/LDP-1-EXAMPLE" as never);
    await rejection(livedata.people.request("jane doe" as never, "/search"));
    const [get, other] = callSpans();
    expect(get?.name).toBe("livedata people GET *");
    expect(get?.attributes).toMatchObject({ "http.request.method": "GET", "livedata.operation": "people GET *" });
    expect(get?.attributes).not.toHaveProperty(["url.template"]);
    expect(other?.name).toBe("livedata people HTTP *");
    expect(other?.attributes).toMatchObject({ "http.request.method": "_OTHER", "livedata.operation": "people HTTP *" });
  });

  test.each([
    ["https://api.test", { "server.address": "api.test", "server.port": 443 }],
    ["http://api.test", { "server.address": "api.test", "server.port": 80 }],
    ["https://api.test:8443/v2", { "server.address": "api.test", "server.port": 8443 }],
    ["api:test", {}],
    ["api", {}],
  ])("to %s says which server it was for", async (baseUrl, server) => {
    const { livedata } = await traced({ fetch: async () => Response.json({}) });
    await rejection(livedata.people.GET("/person/{id}", { params: JANE, baseUrl }));
    expect(callSpans().map(({ attributes }) => serverOf(attributes))).toEqual([server]);
  });

  test("that is retried has two children, and an event", async () => {
    const { fake, livedata } = await traced({ auth: apiKey(fakeCredentials.apiKey) });
    fake.failures.next("searchPeople", { status: 503 });
    await livedata.people.search({ size: 0 });
    await requestsHaveEnded(2);
    const [span] = callSpans();
    expect(requestsOf(span)).toEqual(["search", "search"]);
    expect(span?.attributes).toMatchObject({ "livedata.attempts": 2, "http.request.resend_count": 1 });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.events).toMatchObject([
      { name: "livedata.retried", attributes: { "livedata.delay": expect.any(Number), "error.type": "503" } },
    ]);
  });

  test("that is resent with a new token has an event, and the exchange as a child", async () => {
    const { fake, livedata } = await traced();
    await livedata.accessToken();
    fake.sessions.revokeAll();
    await livedata.people.search({ size: 0 });
    await requestsHaveEnded(4);
    const [span] = callSpans();
    expect(requestsOf(span)).toEqual(["search", "session", "search"]);
    expect(span?.events.map(({ name }) => name)).toEqual(["livedata.resent"]);
  });

  test("that is held says for how long", async () => {
    const { fake, livedata } = await traced({ auth: apiKey(fakeCredentials.apiKey) });
    fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "1" } });
    const first = livedata.people.search({ size: 0 });
    await requestsHaveEnded(1);
    await Promise.all([first, livedata.people.search({ size: 0 })]);
    const held = callSpans().find(({ events }) => events.some(({ name }) => name === "livedata.held"));
    const [event] = held?.events ?? [];
    expect(event?.attributes).toEqual({ "livedata.delay": expect.any(Number) });
    const { "livedata.wait.hold": waited } = held?.attributes ?? {};
    expect(waited).toBeGreaterThan(0.05);
    expect(waited).toBeLessThan(5);
    const [holds] = await series("livedata.client.operation.hold.duration");
    expect(holds?.value).toBeGreaterThan(0.05);
    expect(holds?.value).toBeLessThan(10);
  });

  test("is the parent of its preview", async () => {
    const { livedata } = await traced();
    await livedata.people.search({ size: 2 }, { maxCredits: 5 });
    await requestsHaveEnded(3);
    const [preview, search] = callSpans();
    expect(preview?.name).toBe("livedata people.previewSearch");
    expect(preview?.parentSpanContext?.spanId).toBe(search?.spanContext().spanId);
    expect(preview?.attributes).toMatchObject({
      "livedata.credits.cost": 2,
      "livedata.parent_call_id": search?.attributes["livedata.call_id"],
    });
    expect(requestsOf(search)).toEqual(["search"]);
    expect(requestsOf(preview)).toEqual(["session", "preview"]);
  });
});

describe("twenty concurrent calls", () => {
  test("share one exchange, and never mix their contexts", async () => {
    const { fake, livedata } = await traced({}, { latency: 20 });
    const tracer = trace.getTracer("app");
    const calls = Array.from({ length: 20 }, (_, index) =>
      tracer.startActiveSpan(`caller ${index}`, async (span) => {
        await livedata.people.search({ size: index });
        await livedata.people.search({ size: index });
        span.end();
      }),
    );
    await Promise.all(calls);
    await requestsHaveEnded(41);
    expect(fake.sessions.exchanges).toBe(1);
    const paths = callSpans().flatMap(requestsOf);
    expect(paths.sort()).toEqual([...Array(40).fill("search"), "session"]);
    const spans = new Map(exporter.getFinishedSpans().map((span) => [span.spanContext().spanId, span]));
    const parentOf = (span: ReadableSpan | undefined) => spans.get(span?.parentSpanContext?.spanId ?? "");
    for (const { headers, body } of fake.requestsTo("searchPeople")) {
      const [, , id = ""] = headers["traceparent"]?.split("-") ?? [];
      const call = parentOf(spans.get(id));
      expect(call?.name).toBe("livedata people.search");
      expect(parentOf(call)?.name).toBe(`caller ${body?.size}`);
    }
    expect(await series("livedata.client.token.exchanges")).toMatchObject([{ value: 1 }]);
  });
});

describe("a call that fails", () => {
  const failures: [string, string, number | undefined, (livedata: LiveData, fake: FakeLiveData) => Promise<unknown>][] =
    [
      ["404 of a named method", "not_found", 404, ({ people }) => people.retrieve("LDP-0-NOBODY")],
      ["404 of a path call", "not_found", 404, ({ people }) => people.GET("/person/{id}", { params: NOBODY })],
      ["timeout", "timeout", undefined, stalled({ timeout: 50, retry: false })],
      ["abort", "aborted", undefined, stalled({ signal: AbortSignal.timeout(50) })],
      ["credit limit", "credit_limit", undefined, ({ people }) => people.search({ size: 2 }, { maxCredits: 1 })],
      ["input that is refused", "configuration", undefined, ({ people }) => people.retrieve("..")],
      [
        "rejected secret",
        "session",
        401,
        ({ people }, fake) => {
          fake.sessions.rotateSecret(fakeCredentials.serviceAccount.clientId, "another");
          return people.search({ size: 0 });
        },
      ],
    ];

  function stalled(options: object) {
    return ({ people }: LiveData, fake: FakeLiveData) => {
      fake.failures.next("searchPeople", "stall");
      return people.search({ size: 0 }, options);
    };
  }

  test.each(failures)("has the status ERROR and its code: %s", async (_title, code, status, call) => {
    const { fake, livedata } = await traced();
    await rejection(call(livedata, fake));
    const span = callSpans().at(-1);
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes["error.type"]).toBe(code);
    expect(span?.attributes["http.response.status_code"]).toBe(status);
    const durations = await series("livedata.client.operation.duration");
    expect(durations.at(-1)?.attributes["error.type"]).toBe(code);
  });

  test("has the id that the server gave the request", async () => {
    const { fake, livedata } = await traced();
    fake.failures.next("searchPeople", { status: 400, headers: { "X-Request-Id": "req-1" } });
    await rejection(livedata.people.search({ size: 0 }));
    expect(callSpans()[0]?.attributes["livedata.request_id"]).toBe("req-1");
  });
});

describe("metrics", () => {
  test("are durations, attempts and credits of each operation", async () => {
    const start = performance.now();
    const { fake, livedata, url } = await traced();
    fake.failures.next("searchPeople", { status: 503 });
    await livedata.people.search({ size: 3 });
    await livedata.people.search({ size: 0 });
    await rejection(livedata.people.retrieve("LDP-0-NOBODY"));
    const server = { "server.address": "127.0.0.1", "server.port": Number(new URL(url).port) };
    const search = { "livedata.service": "people", "livedata.operation": "people.search", ...server };
    const retrieve = { ...search, "livedata.operation": "people.retrieve" };
    const found = { ...search, "http.response.status_code": 200 };
    const missing = { ...retrieve, "http.response.status_code": 404, "error.type": "not_found" };
    expect(await series("livedata.client.operation.attempts")).toEqual([
      { attributes: found, value: 3 },
      { attributes: missing, value: 1 },
    ]);
    expect(await series("livedata.client.credits.used")).toEqual([{ attributes: search, value: 3 }]);
    const durations = await series("livedata.client.operation.duration");
    expect(durations).toEqual([
      { attributes: found, value: expect.any(Number) },
      { attributes: missing, value: expect.any(Number) },
    ]);
    // In seconds.
    expect(durations[0]?.value).toBeLessThan((performance.now() - start) / 1000);
  });

  test("have units and the boundaries that the conventions advise", async () => {
    const { livedata } = await traced();
    await livedata.people.search({ size: 0 });
    const collected = await collect();
    const units = Object.entries(collected).map(([name, { descriptor }]) => [name, descriptor.unit]);
    expect(Object.fromEntries(units)).toEqual({
      "livedata.client.operation.duration": "s",
      "livedata.client.operation.attempts": "{attempt}",
      "livedata.client.credits.used": "{credit}",
      "livedata.client.token.exchanges": "{exchange}",
    });
    const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    expect(collected["livedata.client.operation.duration"]?.dataPoints).toMatchObject([
      { value: { buckets: { boundaries } } },
    ]);
  });

  test("count exchanges: in the background or not, successful or failed", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 15, 12) });
    const { fake, livedata } = await traced({ logLevel: "off" });
    await livedata.people.search({ size: 0 });
    vi.setSystemTime(Date.now() + 57 * 60_000);
    fake.failures.next("createSession", { status: 503 });
    await livedata.people.search({ size: 0 });
    const awaited = { attributes: { "livedata.background": false }, value: 1 };
    const failed = { attributes: { "livedata.background": true, "error.type": "unavailable" }, value: 1 };
    await vi.waitFor(async () => {
      expect(await series("livedata.client.token.exchanges")).toEqual([awaited, failed]);
    });
    // The refresh belongs to the call that started it, which did not wait for it.
    await requestsHaveEnded(4);
    const [, second] = callSpans();
    expect(requestsOf(second).sort()).toEqual(["search", "session"]);
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
  });
});

describe("providers", () => {
  test("may be registered after the client was created, and used", async () => {
    const { connect } = await connected();
    const livedata = connect(undefined, { plugins: [otel()] });
    await livedata.people.search({ size: 0 });
    register();
    await livedata.people.retrieve("LDP-1-EXAMPLE");
    expect(callSpans().map(({ name }) => name)).toEqual(["livedata people.retrieve"]);
    const [durations, ...others] = await series("livedata.client.operation.duration");
    expect(durations?.attributes["livedata.operation"]).toBe("people.retrieve");
    expect(others).toEqual([]);
  });

  test("of the options are used in place of the global ones", async () => {
    const own = new InMemorySpanExporter();
    const ownTracers = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(own)] });
    const { livedata } = await traced({}, {}, { tracerProvider: ownTracers, meterProvider: new MeterProvider() });
    await livedata.people.search({ size: 0 });
    expect(own.getFinishedSpans().map(({ name }) => name)).toEqual(["livedata people.search"]);
    expect(callSpans()).toEqual([]);
    expect(await collect()).toEqual({});
  });

  test.each<[string, unknown]>([
    ["in place of the options", new MeterProvider()],
    ["of the other kind", { tracerProvider: new MeterProvider() }],
    ["that are not providers", { meterProvider: {} }],
  ])("%s are refused", (_title, options) => {
    expect(() => otel(options as OtelOptions)).toThrow(TypeError);
  });

  const fail = () => {
    throw new Error("broken");
  };
  // Its context is read by the platform's instrumentation, too.
  const brokenSpan = new Proxy({} as Span, {
    get: (_, name) => (name === "spanContext" ? () => INVALID_SPAN_CONTEXT : fail),
  });
  const brokenTracers: [string, TracerProvider][] = [
    ["tracer provider", { getTracer: fail }],
    ["tracer", { getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) }],
    ["span", { getTracer: () => ({ startSpan: () => brokenSpan, startActiveSpan: fail }) }],
  ];

  test.each(brokenTracers)("whose %s throws change no call, and no metric", async (_title, tracerProvider) => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const { fake, livedata } = await traced({ logger }, {}, { tracerProvider });
    fake.failures.next("searchPeople", { status: 503 });
    expect((await livedata.people.search({ size: 1 })).people).toHaveLength(1);
    expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining("`plugins[0]."));
    expect(await series("livedata.client.operation.attempts")).toMatchObject([{ value: 2 }]);
  });

  test("whose meter throws change no call, and no span", async () => {
    const meterProvider = { getMeter: fail };
    const { livedata } = await traced({ logLevel: "off" }, {}, { meterProvider });
    expect((await livedata.people.search({ size: 1 })).people).toHaveLength(1);
    expect(callSpans()).toHaveLength(1);
  });
});

test("no span and no metric has a secret, a token, a person, or a message", async () => {
  const secret = "SENTINEL-SECRET";
  const serviceAccounts = [{ clientId: "SENTINEL-CLIENT", clientSecret: secret }];
  const { fake, livedata } = await traced({ auth: serviceAccount(serviceAccounts[0] as never) }, { serviceAccounts });
  fake.addPerson({ id: "LDP-SENTINEL", name: "Sentinel Person" });
  const token = await livedata.accessToken();
  await livedata.people.retrieve("LDP-SENTINEL");
  await livedata.people.GET("/person/LDP-SENTINEL" as never, {} as never);
  await rejection(livedata.people.search({ size: 1, return_fields: ["SENTINEL-FIELD"] }, { maxCredits: 3 }));
  fake.failures.next("searchPeople", { status: 503, body: { message: "SENTINEL-MESSAGE" } }, 9);
  await rejection(livedata.people.search({ size: 1 }));
  fake.failures.next("searchPeople", { status: 400, body: { message: "SENTINEL-MESSAGE" } });
  await rejection(livedata.people.search({ size: 1 }));
  await livedata.people
    .search({ size: 1 }, { fetch: () => Promise.reject(new Error("SENTINEL-ERROR")) })
    .catch(() => {});
  const seen = JSON.stringify(
    callSpans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
  const all = seen + JSON.stringify(await collect());
  expect(callSpans().length).toBeGreaterThan(5);
  expect(all).not.toMatch(/sentinel/i);
  expect(all).not.toContain(token);
  // The platform's spans have URLs, but no headers.
  const others = JSON.stringify(exporter.getFinishedSpans().map(({ attributes, events }) => [attributes, events]));
  expect(others).not.toContain(token);
  expect(others).not.toContain(secret);
});
