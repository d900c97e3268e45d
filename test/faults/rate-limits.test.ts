import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { fixedWindow, idealTime, type Limiter } from "../support/limiters.js";
import { serve } from "../support/serve.js";

const body = { size: 25, sort_by: "-company_change_detected_at" };

function connect(baseUrl: string, options: LiveDataOptions = {}) {
  return createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), baseUrl, ...options });
}

/** Starts an API on a real socket that rejects requests over a limit. */
async function limitedServer(limiter: Limiter, headers: Record<string, string> = {}) {
  const bodies: string[] = [];
  const times: number[] = [];
  const start = performance.now();
  const { origin } = await serve(async (request, response) => {
    bodies.push(String(await buffer(request)));
    const time = performance.now() - start;
    times.push(time);
    const isAccepted = limiter.take(time) === 0;
    response.writeHead(isAccepted ? 200 : 429, { "content-type": "application/json", ...(!isAccepted && headers) });
    response.end(JSON.stringify({ people: [], count: 0 }));
  });
  return { origin, bodies, times };
}

describe("a Retry-After", () => {
  function errorAfter(headers: Record<string, string>) {
    const fetch = async () => Response.json({ message: "no" }, { status: 429, headers });
    return unwrap(connect("https://api.test", { fetch, retry: false }).people.POST("/search", { body }));
  }

  test.each([
    ["1.5", 1_500],
    ["119.6", 119_600],
    ["0.25", 250],
    [".5", 500],
    ["3.", 3_000],
    ["1.1", 1_100],
    [" 7 ", 7_000],
    ["\t1.5\t", 1_500],
    ["2, 5", 2_000],
    ["1.5 , 120", 1_500],
    ["7,", 7_000],
    ["Thu, 15 Jan 2026 12:00:07 GMT, 120", 7_000],
    ["Thursday, 15-Jan-26 12:00:07 GMT,3", 7_000],
    ["Thu Jan 15 12:00:07 2026, 3", 7_000],
  ])("[13] of %j is read", async (value, retryAfter) => {
    const headers = { "retry-after": value, date: "Thu, 15 Jan 2026 12:00:00 GMT" };
    await expect(errorAfter(headers)).rejects.toMatchObject({ code: "rate_limited", retryAfter });
  });

  test.each(["soon, 5", "-1", "1e3", "1.2.3", "1.5 s", "Infinity", "0x10", ".", ""])(
    "[13] of %j is not read",
    async (value) => {
      await expect(errorAfter({ "retry-after": value })).rejects.toMatchObject({ retryAfter: undefined });
    },
  );

  test("[13] with a fraction holds all calls for that time", async () => {
    const { origin, bodies, times } = await limitedServer(fixedWindow({ requests: 0, per: 1_300 }), {
      "retry-after": "1.3, 60",
    });
    const { people } = connect(origin, { maxWait: 2_000, retry: { baseDelay: 10 } });
    await Promise.allSettled([people.POST("/search", { body }), people.POST("/search", { body })]);
    const [first = 0, second = 0, probe = 0] = times;
    expect(probe - second).toBeGreaterThan(1_290);
    expect(probe - first).toBeLessThan(1_800);
    expect(bodies).toEqual(Array(3).fill(JSON.stringify(body)));
  });
});

describe("concurrent calls over a real socket", () => {
  test.each([10, 50])("[12] %i of them finish in about the time that bare 429s allow", async (count) => {
    const rate = { requests: count / 5, per: 500 };
    const { origin, bodies } = await limitedServer(fixedWindow(rate));
    const { people } = connect(origin);
    const start = performance.now();
    await Promise.all(Array.from({ length: count }, () => unwrap(people.POST("/search", { body }))));
    expect(performance.now() - start).toBeLessThan(2.5 * idealTime(fixedWindow(rate), count));
    expect(new Set(bodies)).toEqual(new Set([JSON.stringify(body)]));
  });
});
