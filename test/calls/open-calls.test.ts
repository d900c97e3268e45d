import { getEventListeners, once } from "node:events";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { paginate } from "../../src/people/paginate.js";
import { serve } from "../support/serve.js";
import { settle } from "../support/settle.js";

const page = JSON.stringify({ people: [], count: 7 });
const ENDED = "the client was closed before the response was complete";
const CLOSED = { code: "aborted", attempts: 0, message: expect.stringContaining("not sent: the client is closed") };

/** An API that leaves every request open until the test responds. */
async function api(options: LiveDataOptions = {}) {
  const bodies: string[] = [];
  const responses: ServerResponse[] = [];
  const { origin, server } = await serve(async (request, response) => {
    bodies.push(await text(request));
    responses.push(response);
    server.emit("arrived");
  });
  const livedata = createLiveData({ orgId: "o_1", auth: apiKey("key-1"), baseUrl: origin, ...options });
  /** Starts a search and resolves once it has arrived. */
  async function search(client: LiveData = livedata, signal?: AbortSignal) {
    const arrived = once(server, "arrived");
    const result = client.people.search({ size: 1, filters: [] }, { signal });
    result.catch(() => {});
    await arrived;
    return { result, response: responses.at(-1) as ServerResponse };
  }
  return { livedata, search, bodies, origin };
}

test("close waits for the calls under way, and a paid response is not lost", async () => {
  const { livedata, search, bodies } = await api();
  const { result, response } = await search();
  const closed = vi.fn();
  const closing = livedata.close().then(closed);
  await expect(livedata.people.search({ size: 2 })).rejects.toMatchObject(CLOSED);
  expect(closed).not.toHaveBeenCalled();
  response.end(page);
  let saved = 0;
  void result.then(async ({ count }) => {
    for (let step = 0; step < 20; step++) await undefined;
    saved = count;
  });
  await closing;
  expect(saved).toBe(7);
  expect(bodies).toEqual(['{"size":1,"filters":[]}']);
});

test("close aborts the calls that remain after its timeout", async () => {
  const { livedata, search } = await api();
  const { result } = await search();
  await livedata.close({ timeout: 50 });
  await expect(result).rejects.toMatchObject({
    code: "aborted",
    operation: "POST /search",
    attempts: 1,
    message: `POST /search: ${ENDED}`,
  });
  await expect(result).rejects.not.toHaveProperty("cause");
});

test("with a timeout of 0, close aborts at once; a second close ends the wait of a first one", async () => {
  const { livedata, search } = await api();
  const { result } = await search();
  const first = livedata.close({ timeout: Infinity });
  await livedata.close({ timeout: 0 });
  await first;
  await expect(result).rejects.toMatchObject({ code: "aborted", attempts: 1 });
  await livedata.close();
});

test("close refuses an invalid timeout, and the client stays open", async () => {
  const { livedata, search } = await api();
  await expect(livedata.close({ timeout: -1 })).rejects.toThrow(
    "`timeout` must be a number of ms, 0 or more and at most 2147483647, or Infinity",
  );
  const { result, response } = await search();
  response.end(page);
  expect(await result).toMatchObject({ count: 7 });
});

test.each(["search", "path call", "preview", "paginate", "access token"])(
  "a closed client refuses a %s, also with a signal, and sends nothing",
  async (kind) => {
    const { livedata, bodies } = await api();
    await livedata.close();
    const { signal } = new AbortController();
    const call = {
      search: () => livedata.people.search({}, { signal }),
      "path call": () => livedata.people.POST("/search", { body: {}, signal }),
      preview: () => livedata.people.search({}, { maxCredits: 1 }),
      paginate: () => paginate(livedata.people, {}).toArray({ limit: 1 }),
      "access token": () => livedata.accessToken({ signal }),
    }[kind];
    await expect(call?.()).rejects.toMatchObject(CLOSED);
    expect(bodies).toEqual([]);
  },
);

test("a retry that waits is aborted, too, and no timer is left", async () => {
  const { livedata, search } = await api({ retry: { baseDelay: 60_000 } });
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { result, response } = await search();
  response.writeHead(503).end();
  await vi.waitUntil(() => response.writableFinished);
  await livedata.close({ timeout: 20 });
  await expect(result).rejects.toMatchObject({ code: "aborted", status: 503 });
  vi.restoreAllMocks();
});

test("closing a derived client ends its own calls alone", async () => {
  const { livedata, search } = await api();
  const derived = livedata.withOptions({ orgId: "o_2" });
  const own = await search(derived);
  const other = await search(livedata);
  await derived.close({ timeout: 0 });
  await expect(own.result).rejects.toMatchObject({ code: "aborted", message: `POST /search: ${ENDED}` });
  await expect(derived.people.search({})).rejects.toMatchObject(CLOSED);
  await expect(derived.withOptions({}).people.search({})).rejects.toMatchObject(CLOSED);
  other.response.end(page);
  expect(await other.result).toMatchObject({ count: 7 });
});

test("closing a client waits for the calls of derived clients, and closes those clients", async () => {
  const { livedata, search } = await api();
  const derived = livedata.withOptions({ orgId: "o_2" }).withOptions({ timeout: 5_000 });
  const { result, response } = await search(derived);
  const closing = livedata.close();
  await expect(derived.people.search({})).rejects.toMatchObject(CLOSED);
  response.end(page);
  await closing;
  expect(await result).toMatchObject({ count: 7 });
  const again = await api();
  const late = await again.search(again.livedata.withOptions({ orgId: "o_2" }));
  await again.livedata.close({ timeout: 0 });
  await expect(late.result).rejects.toMatchObject({ code: "aborted", attempts: 1 });
});

test("close neither waits for a stream whose call has ended, nor ends it", async () => {
  const responses: ServerResponse[] = [];
  const { origin } = await serve((_request, response) => {
    responses.push(response);
    response.write(page.slice(0, 9));
  });
  const client = createLiveData({ orgId: "o_1", auth: apiKey("key-1"), baseUrl: origin });
  const { signal } = new AbortController();
  for (const options of [{}, { signal }]) {
    const stream = unwrap(await client.people.POST("/search", { body: { size: 1 }, parseAs: "stream", ...options }));
    if (options.signal) await client.close({ timeout: Infinity });
    responses.at(-1)?.end(page.slice(9));
    expect(await new Response(stream).text()).toBe(page);
  }
  await expect(client.people.POST("/search", { body: {}, parseAs: "stream" })).rejects.toMatchObject(CLOSED);
});

test("close aborts a stream that has not begun, with and without a signal, but not one that is read meanwhile", async () => {
  const { livedata, search } = await api();
  const read = vi.fn(
    async () => new Response(new ReadableStream({ start: (sink) => void later.then(() => sink.close()) })),
  );
  let end = () => {};
  const later = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stream = unwrap(await livedata.people.POST("/search", { body: {}, parseAs: "stream", fetch: read }));
  const text = new Response(stream).text();
  const { result } = await search();
  const fetch = () => new Promise<never>(() => {});
  const { signal } = new AbortController();
  const waiting = [{}, { signal }].map((options) =>
    livedata.people.POST("/search", { body: { size: 1 }, parseAs: "stream", fetch, ...options }),
  );
  const outcomes = Promise.allSettled([result, ...waiting]);
  await settle();
  await livedata.close({ timeout: 0 });
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ reason: { code: "aborted", message: `POST /search: ${ENDED}` } });
  }
  end();
  expect(await text).toBe("");
});

test("each waiting caller of accessToken gets an error of its own once the client is closed", async () => {
  const { origin, server } = await serve(() => server.emit("arrived"));
  const auth = serviceAccount({ clientId: "c", clientSecret: "s" });
  const livedata = createLiveData({ orgId: "o_1", auth, baseUrl: origin });
  const arrived = once(server, "arrived");
  const waiting = Promise.allSettled([livedata.accessToken(), livedata.accessToken()]);
  await arrived;
  await livedata.close({ timeout: 0 });
  const [first, second] = (await waiting).map((outcome) => outcome.status === "rejected" && outcome.reason);
  expect(first).toMatchObject({ code: "aborted", attempts: 0, message: ENDED });
  expect(second).toMatchObject({ code: "aborted", attempts: 0, message: ENDED });
  expect(first).not.toBe(second);
});

test("`await using` closes the client", async () => {
  const { livedata, bodies } = await api();
  {
    await using client = livedata;
    expect(client.people).toBeDefined();
  }
  await expect(livedata.people.search({})).rejects.toMatchObject(CLOSED);
  expect(bodies).toEqual([]);
});

test("the caller's own signal still ends a call with its reason, and keeps no listener", async () => {
  const { livedata, search } = await api();
  const controller = new AbortController();
  const { result } = await search(livedata.withOptions({ timeout: 5_000 }), controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(result).rejects.toMatchObject({ code: "aborted", cause: reason });
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  await livedata.close();
  await expect(livedata.people.search({}, { signal: {} as AbortSignal })).rejects.toMatchObject(CLOSED);
});

test("a `signal` that is not an AbortSignal is refused", async () => {
  const { livedata, bodies } = await api();
  for (const signal of [{}, "no"]) {
    const call = livedata.people.search({ size: 1 }, { signal: signal as AbortSignal });
    await expect(call).rejects.toThrow("`signal` must be an AbortSignal");
  }
  expect(bodies).toEqual([]);
});

test("a thousand derived clients leave nothing behind in their client", async () => {
  const auth = serviceAccount({ clientId: "c", clientSecret: "s" });
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const fetch = async () => Response.json({ accessToken: "token-1", expiresAt, people: [], count: 0 });
  const livedata = createLiveData({ orgId: "o_1", auth, fetch });
  for (let tenant = 0; tenant < 1_000; tenant++) {
    await livedata.withOptions({ orgId: `o_${tenant}` }).people.search({ size: 0 });
  }
  await livedata.close({ timeout: Infinity });
});
