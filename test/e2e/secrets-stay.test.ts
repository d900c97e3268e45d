import { getEventListeners } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { sessionExchange } from "../../src/auth/session.js";
import { createLiveData } from "../../src/client.js";
import { networkStep } from "../../src/pipeline/send.js";
import { fakeClock } from "../support/fake-clock.js";
import { serve } from "../support/serve.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const SESSION = "/api/identity/v1/session";

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function sessionJson(): string {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
  return JSON.stringify({ accessToken: "token-1", expiresAt });
}

/** Starts a server on another origin that records everything it receives. */
async function attacker() {
  const received: string[] = [];
  const { origin } = await serve(async (request, response) => {
    received.push(JSON.stringify(request.headers) + (await textOf(request)));
    response.setHeader("content-type", "application/json").end(sessionJson());
  });
  return { origin, received };
}

describe("a redirect to another origin", () => {
  test.each([301, 302, 303, 307, 308])(
    "with status %i receives no secret from the session exchange",
    async (status) => {
      const { origin: elsewhere, received } = await attacker();
      const { origin } = await serve((_request, response) => {
        response.writeHead(status, { location: `${elsewhere}/session` }).end();
      });
      const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
      await expect(livedata.accessToken()).rejects.toMatchObject({ reason: "invalid_response" });
      expect(received).toEqual([]);
    },
  );

  test("receives no secret from a direct POST /session", async () => {
    const { origin: elsewhere, received } = await attacker();
    const { origin } = await serve((_request, response) => {
      response.writeHead(307, { location: `${elsewhere}/session` }).end();
    });
    const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
    const { response } = await livedata.identity.POST("/session", {
      body: { grantType: "clientCredentials", clientId: "client-1", clientSecret: "s3cret" },
    });
    expect(response.status).toBe(307);
    expect(received).toEqual([]);
    const body = { grantType: "clientCredentials" as const, clientId: "client-1", clientSecret: "s3cret" };
    await expect(livedata.identity.POST("/session", { body, baseUrl: elsewhere })).rejects.toMatchObject({
      code: "configuration",
    });
    expect(received).toEqual([]);
  });

  test("receives no secret even if `requestInitExt` sets redirect to follow", async () => {
    const { origin: elsewhere, received } = await attacker();
    const { origin } = await serve((_request, response) => {
      response.writeHead(307, { location: `${elsewhere}/session` }).end();
    });
    const requestInitExt = { redirect: "follow" };
    const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin, requestInitExt });
    await expect(livedata.accessToken()).rejects.toMatchObject({ reason: "invalid_response" });
    expect(received).toEqual([]);
  });

  test("does not invalidate the token if its target responds 401", async () => {
    let exchanges = 0;
    const { origin: elsewhere } = await serve((request, response) => {
      request.resume().on("end", () => response.writeHead(401).end());
    });
    const { origin } = await serve((request, response) => {
      request.resume().on("end", () => {
        if (request.url === SESSION) {
          exchanges++;
          response.end(sessionJson());
        } else response.writeHead(307, { location: `${elsewhere}/search` }).end();
      });
    });
    const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
    for (let call = 0; call < 3; call++) {
      expect((await livedata.people.POST("/search", { body: {} })).response.status).toBe(307);
    }
    expect(exchanges).toBe(1);
  });

  test.each([302, 307])("with status %i receives no token from a call", async (status) => {
    const { origin: elsewhere, received } = await attacker();
    const { origin } = await serve((request, response) => {
      if (request.url === SESSION) response.end(sessionJson());
      else response.writeHead(status, { location: `${elsewhere}/search` }).end();
    });
    const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
    await livedata.people.POST("/search", { body: { size: 1 } });
    expect(received).toEqual([]);
  });
});

test("the resend after a 401 has the same URL, body bytes and Content-Length", async () => {
  const received: { line: string; body: string; length: string | undefined }[] = [];
  const { origin } = await serve(async (request, response) => {
    const body = await textOf(request);
    if (request.url === SESSION) {
      response.end(sessionJson().replace("token-1", `token-${received.length + 1}`));
      return;
    }
    received.push({ line: `${request.method} ${request.url}`, body, length: request.headers["content-length"] });
    response.writeHead(received.length === 1 ? 401 : 200, { "content-type": "application/json" });
    response.end('{"people":[],"count":0}');
  });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  livedata.people.use({
    onRequest: ({ request }) => new Request(request, { headers: { "content-type": "application/json", "x-own": "1" } }),
  });
  const body = { size: 1, return_fields: ["Größe ☃ 𝒳"] };
  const { data } = await livedata.people.POST("/search", { body });
  expect(data).toEqual({ people: [], count: 0 });
  expect(received).toHaveLength(2);
  expect(received[1]).toEqual(received[0]);
  expect(received[0]?.body).toBe(JSON.stringify(body));
  expect(received[0]?.length).toBe(String(Buffer.byteLength(JSON.stringify(body))));
});

test("a session exchange without a response times out", async () => {
  const { origin } = await serve(() => {});
  const exchange = sessionExchange(auth.kind, {
    baseUrl: origin,
    timeout: 30,
    send: networkStep({}),
    clock: fakeClock(),
    random: Math.random,
  });
  await expect(exchange(await auth.read())).rejects.toMatchObject({
    reason: "timeout",
    retryable: true,
    message: expect.stringContaining("30 ms"),
  });
});

test("a session exchange with an endless response body times out", async () => {
  const { origin } = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).write('{"accessToken":');
  });
  const exchange = sessionExchange(auth.kind, {
    baseUrl: origin,
    timeout: 50,
    send: networkStep({}),
    clock: fakeClock(),
    random: Math.random,
  });
  await expect(exchange(await auth.read())).rejects.toMatchObject({ reason: "timeout" });
});

test("aborting one of 100 calls that wait for a token does not affect the others", async () => {
  let respond = () => {};
  const responding = new Promise<void>((resolve) => {
    respond = resolve;
  });
  let exchanges = 0;
  const { server, origin } = await serve(async (request, response) => {
    await textOf(request);
    response.setHeader("content-type", "application/json");
    if (request.url !== SESSION) {
      response.end('{"people":[],"count":0}');
      return;
    }
    exchanges++;
    await responding;
    response.end(sessionJson());
  });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  const aborted = new AbortController();
  const longLived = new AbortController();
  const calls = Array.from({ length: 100 }, (_, index) =>
    livedata.people.POST("/search", { body: {}, signal: index === 42 ? aborted.signal : longLived.signal }),
  );
  const outcomes = Promise.allSettled(calls);
  await new Promise((resolve) => server.once("request", resolve));
  const reason = new Error("the user left");
  aborted.abort(reason);
  expect(getEventListeners(longLived.signal, "abort")).toHaveLength(1);
  await expect(calls[42]).rejects.toMatchObject({ name: "AbortedError", code: "aborted", cause: reason });
  respond();
  const rejected = (await outcomes).flatMap(({ status }, index) => (status === "rejected" ? [index] : []));
  expect(rejected).toEqual([42]);
  expect(exchanges).toBe(1);
  expect(getEventListeners(longLived.signal, "abort")).toHaveLength(0);
  expect(getEventListeners(aborted.signal, "abort")).toHaveLength(0);
});
