import { getEventListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";
import createClient from "openapi-fetch";
import { afterEach, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { OpenCalls } from "../../src/calls/open-calls.js";
import { serviceClient } from "../../src/calls/service-client.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { count } from "../../src/people/count.js";
import { findMany } from "../../src/people/find-many.js";
import { paginate } from "../../src/people/paginate.js";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { networkStep } from "../../src/pipeline/send.js";
import { Telemetry, type TelemetryOptions } from "../../src/telemetry.js";
import { verifyWebhook } from "../../src/webhook.js";
import { makeCall } from "../support/call.js";
import { serve } from "../support/serve.js";

// Faults that users of similar software reported. Each title starts with the report:
//
// - undici#4691                   https://github.com/nodejs/undici/issues/4691
// - openapi-typescript#1933       https://github.com/openapi-ts/openapi-typescript/issues/1933
// - openai-node#1811              https://github.com/openai/openai-node/issues/1811
// - auth-app.js#146               https://github.com/octokit/auth-app.js/issues/146
// - google-auth-library-nodejs#62 https://github.com/googleapis/google-auth-library-nodejs/issues/62
// - azure-sdk-for-js#20778        https://github.com/Azure/azure-sdk-for-js/issues/20778
// - ky#803                        https://github.com/sindresorhus/ky/issues/803
// - openapi-codegen#74            https://github.com/fabien0102/openapi-codegen/issues/74
// - stripe-node#1427              https://github.com/stripe/stripe-node/issues/1427
// - fetch-retry#19                https://github.com/jonbern/fetch-retry/pull/19
// - undici#2777                   https://github.com/nodejs/undici/issues/2777
// - node-abort-controller#30      https://github.com/southpolesteve/node-abort-controller/issues/30

const orgId = "o_0123abcd";
const account = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });
const EMPTY_PAGE = '{"people":[],"count":0}';
const body = { size: 25, filters: [] };

afterEach(() => {
  vi.useRealTimers();
});

/** A client of the server at `origin` that retries without a delay. */
function clientOf(origin: string, options: LiveDataOptions = {}) {
  return createLiveData({ orgId, auth: apiKey("key-1"), baseUrl: origin, retry: { baseDelay: 0 }, ...options });
}

function isExchange({ url }: IncomingMessage): boolean {
  return url === "/api/identity/v1/session";
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("[undici#4691] a form is retried whole, with the same boundary", async () => {
  const received: { type: string | undefined; body: string }[] = [];
  const { origin } = await serve(async (request, response) => {
    received.push({ type: request.headers["content-type"], body: await text(request) });
    if (received.length === 1) response.socket?.destroy();
    else response.writeHead(received.length === 2 ? 500 : 200).end(EMPTY_PAGE);
  });
  const form = new FormData();
  form.append("size", "25");
  form.append("file", new Blob(["Jane Doe"], { type: "text/csv" }), "people.csv");

  const { people } = clientOf(origin);
  const options = { body, bodySerializer: () => form, headers: { "Content-Type": null } };
  expect(unwrap(await people.POST("/search", options))).toEqual({ people: [], count: 0 });
  const [first, ...retries] = received;
  expect(retries).toEqual([first, first]);
  const sent = new Response(first?.body ?? "", { headers: { "Content-Type": first?.type ?? "" } });
  const parsed = await sent.formData();
  expect([parsed.get("size"), (parsed.get("file") as File).name]).toEqual(["25", "people.csv"]);
});

test("[openapi-typescript#1933] a success that is documented without a body is not an error", async () => {
  const { origin } = await serve((request, response) => {
    request.resume();
    if (request.headers["x-empty"]) response.writeHead(204).end();
    else response.end("{}");
  });
  interface Paths {
    "/tags": {
      post: {
        parameters: { header?: { "X-Empty"?: string } };
        requestBody: { content: { "application/json": object } };
        responses: { 200: { content: { "application/json": { id?: string } } }; 204: { content?: never } };
      };
    };
  }
  const silent: TelemetryOptions = { observe: undefined, plugins: [], log: { logger: console, level: "off" } };
  const client = (responseTypes?: string[]) =>
    serviceClient<Paths>(
      {
        name: "people",
        send: withAttempt(networkStep({})),
        middlewares: [],
        facts: responseTypes ? { "POST /tags": { method: "tag", responseTypes } } : {},
      },
      { ...makeCall(), baseUrl: origin, headers: {}, telemetry: new Telemetry(silent) },
      new OpenCalls(),
    );
  const empty = { body: {}, params: { header: { "X-Empty": "1" } } };

  for (const responseTypes of [["missing", "object"], undefined]) {
    const { POST } = client(responseTypes);
    const data: { id?: string } | undefined = await unwrap(POST("/tags", empty));
    expect(data).toBeUndefined();
    expect(await unwrap(POST("/tags", { body: {} }))).toEqual({});
  }
  const protocolError = { code: "protocol", status: 204, operation: "POST /tags" };
  await expect(unwrap(client(["object"]).POST("/tags", empty))).rejects.toMatchObject(protocolError);
});

test("[openapi-typescript#1933] a 204 of a client of the user's own is not an error", async () => {
  const { origin } = await serve((_request, response) => response.writeHead(204).end());
  expect(await unwrap(createClient<{ "/tags": { post: object } }>({ baseUrl: origin }).POST("/tags"))).toBeUndefined();
});

test("[openai-node#1811] no listener stays on the caller's signal", async () => {
  let requests = 0;
  const { origin } = await serve(async (request, response) => {
    const sent = await text(request);
    if (isExchange(request)) {
      response.end(JSON.stringify({ accessToken: `token-${++requests}`, expiresAt: "2999-01-01T00:00:00" }));
    } else if (request.headers.authorization === "Bearer token-1") {
      response.writeHead(401).end("{}");
    } else if (request.url?.endsWith("/find")) {
      response.end(JSON.stringify({ matches: JSON.parse(sent).matches.map(() => ({ people: [] })) }));
    } else {
      // Every second search is retried.
      response.writeHead(++requests % 2 ? 200 : 500).end(EMPTY_PAGE);
    }
  });
  const { people } = clientOf(origin, { auth: account });
  const { signal } = new AbortController();
  const during: number[] = [];
  const options = { signal, totalTimeout: 60_000 };

  await Promise.all(Array.from({ length: 12 }, () => people.POST("/search", { body, ...options })));
  await people
    .POST("/find", { body: { matches: [] }, signal, parseAs: "stream" })
    .then(({ response }) => response.text());
  await collect(paginate(people, {}, options));
  await count(people, [], options);
  for await (const _found of findMany(people, [{ fields: [] }, { fields: [] }], { batchSize: 1, signal })) {
    during.push(getEventListeners(signal, "abort").length);
    break;
  }
  expect(during).toEqual([1]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test.each([
  ["ahead of", 2],
  ["behind", -2],
])(
  "[auth-app.js#146] a local clock that is two hours %s the server's does not change a token's life",
  async (_name, hours) => {
    const trueTime = () => performance.timeOrigin + performance.now();
    const tokens: (string | undefined)[] = [];
    let exchanges = 0;
    const { origin } = await serve((request, response) => {
      request.resume();
      if (isExchange(request)) {
        const expiresAt = new Date(trueTime() + 3_600_000).toISOString();
        response.end(JSON.stringify({ accessToken: `token-${++exchanges}`, expiresAt }));
      } else {
        tokens.push(request.headers.authorization?.replace("Bearer ", ""));
        response.end(EMPTY_PAGE);
      }
    });
    vi.useFakeTimers({ toFake: ["Date"], now: trueTime() + hours * 3_600_000 });
    const skews: unknown[] = [];
    const { people } = clientOf(origin, {
      auth: account,
      observe: (event) =>
        event.type === "exchange_succeeded" && skews.push(Math.round((event.clockSkew ?? 0) / 60_000)),
    });

    await people.POST("/search", { body });
    vi.setSystemTime(Date.now() + 30 * 60_000);
    await people.POST("/search", { body });
    expect([tokens, skews]).toEqual([["token-1", "token-1"], [hours * 60]]);
    // Less than 10 s are left: the call waits for the next token.
    vi.setSystemTime(Date.now() + 29.9 * 60_000);
    await people.POST("/search", { body });
    expect(tokens.at(-1)).toBe("token-2");
  },
);

test("[google-auth-library-nodejs#62] the time that the exchange takes counts to the token's life", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const tokens: (string | undefined)[] = [];
  let exchanges = 0;
  const { origin } = await serve((request, response) => {
    request.resume();
    if (isExchange(request)) {
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      vi.advanceTimersByTime(9_000);
      response.sendDate = false;
      response.end(JSON.stringify({ accessToken: `token-${++exchanges}`, expiresAt }));
    } else {
      tokens.push(request.headers.authorization?.replace("Bearer ", ""));
      response.end(EMPTY_PAGE);
    }
  });
  const { people } = clientOf(origin, { auth: account });

  await people.POST("/search", { body });
  // The token was issued 58.5 s ago and arrived 49.5 s ago.
  vi.advanceTimersByTime(49_500);
  await people.POST("/search", { body });
  expect(tokens).toEqual(["token-1", "token-2"]);
});

test.each<[string, number, Record<string, string>]>([
  ["a server error", 500, {}],
  ["a rate limit", 429, { "Retry-After": "50" }],
  ["an outage with Retry-After", 503, { "Retry-After": "50" }],
])("[azure-sdk-for-js#20778] an abort ends the delay after %s", async (_name, status, headers) => {
  const { origin } = await serve((request, response) => {
    request.resume();
    response.writeHead(status, headers).end("{}");
  });
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const timersBefore = timers();
  const controller = new AbortController();
  const reason = new Error("the user left");
  const { people } = clientOf(origin, {
    retry: { baseDelay: 2 ** 31 - 1, maxDelay: 2 ** 31 - 1 },
    observe: ({ type }) => type === "call_retried" && setImmediate(() => controller.abort(reason)),
  });

  const error = await people.POST("/search", { body, signal: controller.signal }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "aborted", cause: reason, operation: "POST /search", attempts: 1 });
  expect(timers()).toBeLessThanOrEqual(timersBefore);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});

test("[ky#803] a 401 whose body does not end does not delay the resend", async () => {
  const bodies: string[] = [];
  let exchanges = 0;
  let rejection: ServerResponse | undefined;
  let wasOpen: boolean | undefined;
  const { origin } = await serve(async (request, response) => {
    const sent = await text(request);
    if (isExchange(request)) {
      response.end(JSON.stringify({ accessToken: `token-${++exchanges}`, expiresAt: "2999-01-01T00:00:00" }));
      return;
    }
    bodies.push(sent);
    if (request.headers.authorization === "Bearer token-1") {
      rejection = response.writeHead(401);
      rejection.write('{"message":');
    } else {
      wasOpen = rejection?.closed === false;
      response.end(EMPTY_PAGE);
    }
  });
  const { people } = clientOf(origin, { auth: account, timeout: 5_000, retry: false });
  expect(unwrap(await people.POST("/search", { body }))).toEqual({ people: [], count: 0 });
  expect(bodies).toEqual([JSON.stringify(body), JSON.stringify(body)]);
  expect(wasOpen).toBe(true);
});

test("[openapi-codegen#74] a placeholder in a base URL is filled in or refused, never sent", async () => {
  const urls: (string | undefined)[] = [];
  const { origin } = await serve((request, response) => {
    request.resume();
    urls.push(request.url);
    response.end(EMPTY_PAGE);
  });
  // As the `servers` of the OpenAPI documents have it.
  const baseUrls = { people: `${origin}/people/{orgId}` };
  await clientOf(origin, { orgId: "o 1", baseUrls }).people.POST("/search", { body });
  await clientOf(origin, { orgId: "o 1", baseUrl: `${origin}/{orgId}` }).people.POST("/search", { body });
  expect(urls).toEqual(["/people/o%201/search", "/o%201/api/people/v1/o%201/search"]);
  for (const [options, message] of [
    [{ baseUrls: { people: `${origin}/{region}/{orgId}` } }, "`baseUrls.people` has a placeholder: fill it in"],
    [{ baseUrl: `${origin}/{region}` }, "`baseUrl` (LIVEDATA_BASE_URL) has a placeholder: fill it in"],
  ] as const) {
    expect(() => clientOf(origin, options)).toThrow(expect.objectContaining({ code: "configuration", message }));
  }
});

test("[stripe-node#1427] a webhook request whose body was read before is a mistake of the server's code", async () => {
  const contact = '{"id":"LDP-1"}';
  const outcomes: unknown[] = [];
  const { origin } = await serve(async (request, response) => {
    const bytes = request.url === "/unread" ? undefined : await buffer(request);
    if (request.url === "/kept") Object.assign(request, { body: bytes });
    outcomes.push(await verifyWebhook(request, "token-1").catch((error: unknown) => error));
    response.end();
  });
  for (const path of ["/unread", "/kept", "/read"]) {
    await fetch(origin + path, { method: "POST", body: contact, headers: { "X-LiveData-Token": "token-1" } });
  }
  const [unread, kept, read] = outcomes;
  expect([unread, kept]).toEqual([{ id: "LDP-1" }, { id: "LDP-1" }]);
  expect(read).toMatchObject({ code: "configuration", message: expect.stringContaining("was read before") });
  // An attacker learns nothing of it.
  await fetch(`${origin}/read`, { method: "POST", body: contact, headers: { "X-LiveData-Token": "token-2" } });
  expect(outcomes.at(-1)).toMatchObject({ code: "webhook", reason: "token" });
});

test.each([null, 3, true, "never"])("[fetch-retry#19] `retry: %j` is refused, not ignored", async (retry) => {
  let requests = 0;
  const { origin } = await serve((request, response) => {
    request.resume();
    requests++;
    response.end(EMPTY_PAGE);
  });
  const refusal = { code: "configuration", message: "`retry` must be an object or false" };
  expect(() => clientOf(origin, { retry: retry as never })).toThrow(expect.objectContaining(refusal));
  const { people } = clientOf(origin);
  await expect(people.POST("/search", { body, retry: retry as never })).rejects.toMatchObject({
    ...refusal,
    message: `POST /search: ${refusal.message}`,
    attempts: 0,
  });
  expect(requests).toBe(0);
  // An option of undefined counts as omitted.
  await people.POST("/search", { body, retry: undefined, timeout: undefined, signal: undefined });
  expect(requests).toBe(1);
});

test("[undici#2777] a host none of whose addresses accepts a connection was not reached", async () => {
  const refusals = ["ETIMEDOUT", "ENETUNREACH"].map((code) =>
    Object.assign(new Error(code), { code, syscall: "connect" }),
  );
  const cause = Object.assign(new AggregateError(refusals), { code: "ETIMEDOUT" });
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
  const { ledgers } = clientOf("https://api.test", { fetch });
  const call = ledgers.POST("/contacts", { body: { name: "Jane Doe", company: "Example Corp" } });
  await expect(call).rejects.toMatchObject({ code: "connection", retryable: true, attempts: 3 });
});

test("[node-abort-controller#30] takes the signal of a polyfill", async () => {
  class Signal extends EventTarget {
    aborted = false;
    reason: unknown;
  }
  const { origin } = await serve((_request, response) =>
    response.setHeader("content-type", "application/json").end(EMPTY_PAGE),
  );
  const { people } = clientOf(origin);
  const signal = new Signal() as AbortSignal;
  expect((await people.POST("/search", { body, signal })).response.status).toBe(200);
  const aborted = Object.assign(new Signal(), { aborted: true, reason: "stop" }) as AbortSignal;
  await expect(people.POST("/search", { body, signal: aborted })).rejects.toMatchObject({
    code: "aborted",
    cause: "stop",
  });
});
