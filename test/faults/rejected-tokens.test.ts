import { afterEach, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import { serve } from "../support/serve.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const BODY = { size: 1 };

afterEach(() => {
  vi.useRealTimers();
});

/** An API that makes a new token at each exchange, and answers 401 as told. */
async function api(isRejected: (token: string, path: string) => boolean) {
  const exchanges: string[] = [];
  const sent: string[] = [];
  const { origin } = await serve((request, response) => {
    const path = request.url ?? "";
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (path.endsWith("/session")) {
        exchanges.push(path);
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        return response.end(JSON.stringify({ accessToken: `token-${exchanges.length}`, expiresAt }));
      }
      const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
      sent.push(`${token} ${Buffer.concat(chunks)}`);
      if (isRejected(token, path)) return response.writeHead(401).end('{"error":"no"}');
      return response.end('{"people":[],"count":0}');
    });
  });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  return { livedata, exchanges, sent };
}

test("[14] 401s to everything cost two exchanges, not one per call", async () => {
  const { livedata, exchanges, sent } = await api(() => true);
  for (let call = 0; call < 20; call++) {
    await expect(unwrap(livedata.people.POST("/search", { body: BODY }))).rejects.toMatchObject({
      code: "authentication",
      status: 401,
    });
  }
  expect(exchanges).toHaveLength(2);
  expect(sent).toHaveLength(21);
  for (const request of sent) expect(request).toContain('{"size":1}');
});

test("[14] 401s to everything cost concurrent calls no exchange each either", async () => {
  const { livedata, exchanges } = await api(() => true);
  for (let wave = 0; wave < 3; wave++) {
    const calls = Array.from({ length: 30 }, () => livedata.people.POST("/search", { body: BODY }));
    for (const { response } of await Promise.all(calls)) expect(response.status).toBe(401);
  }
  expect(exchanges).toHaveLength(2);
});

test("[14] 401s to calls whose body cannot be resent cost no exchange each", async () => {
  const { livedata, exchanges } = await api(() => true);
  for (let call = 0; call < 10; call++) {
    const stream = new Blob(['{"size":1}']).stream();
    const init = { body: stream as never, bodySerializer: (body: unknown) => body as never, duplex: "half" };
    await livedata.people.POST("/search", init as never);
  }
  expect(exchanges.length).toBeLessThanOrEqual(2);
});

test("[14] one operation that always answers 401 costs no exchange per call, and the others go on", async () => {
  const { livedata, exchanges } = await api((_token, path) => path.endsWith("/preview"));
  for (let call = 0; call < 10; call++) {
    const refused = await livedata.people.POST("/search/preview", { body: BODY });
    expect(refused.response.status).toBe(401);
    const { response } = await livedata.people.POST("/search", { body: BODY });
    expect(response.status).toBe(200);
  }
  expect(exchanges.length).toBeLessThanOrEqual(3);
});

test("[14] the next exchange comes after the cooldown of 5 s", async () => {
  const { livedata, exchanges, sent } = await api((token) => token !== "token-3");
  await livedata.people.POST("/search", { body: BODY });
  expect(exchanges).toHaveLength(2);
  const { now } = performance;
  vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + 5_000);
  const { response } = await livedata.people.POST("/search", { body: BODY });
  expect(response.status).toBe(200);
  expect(exchanges).toHaveLength(3);
  expect(sent.at(-1)).toContain("token-3");
  vi.restoreAllMocks();
});

test("[14] a token that was accepted before is replaced at once when it is revoked", async () => {
  const revoked = new Set<string>();
  const { livedata, exchanges } = await api((token) => revoked.has(token));
  for (const token of ["token-1", "token-2", "token-3"]) {
    await livedata.people.POST("/search", { body: BODY });
    revoked.add(token);
    expect((await livedata.people.POST("/search", { body: BODY })).response.status).toBe(200);
  }
  expect(exchanges).toHaveLength(4);
});
