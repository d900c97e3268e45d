import { RateLimitedError, unwrap } from "@livedata/sdk";
import { atNvidia, clientOf, until } from "../client.js";
import { ok, rejection, same } from "../expect.js";

const body = { size: 3, filters: atNvidia };

/** @typedef {{ people: readonly unknown[], error?: undefined } | { people?: undefined, error: any }} Found */

/**
 * Makes a search fail several times. Returns its outcome, the reasons of its retries and its requests.
 *
 * @param {import("../worlds.js").Api} api
 * @param {unknown} failure
 * @param {number} times how often it fails
 * @param {import("@livedata/sdk").LiveDataOptions} [options]
 */
async function searchAfter(api, failure, times, options) {
  /** @type {unknown[]} */
  const reasons = [];
  const observe = (/** @type {import("@livedata/sdk").LiveDataEvent} */ event) => {
    if (event.type === "call_retried") reasons.push(event.reason);
  };
  const { people } = clientOf(api, { observe, ...options });
  await people.POST("/search", { body: { size: 0 } });
  await api.control("failures.next", "searchPeople", failure, times);
  /** @type {Found} */
  const outcome = await unwrap(people.POST("/search", { body })).catch((error) => ({ error }));
  const [, ...requests] = await api.control("requestsTo", "searchPeople");
  return { outcome, reasons, requests };
}

/**
 * Makes a case that expects two retries after a transient failure.
 *
 * @param {unknown} failure
 * @param {unknown} reason expected `reason` of `call_retried`
 * @param {number} retries how many of the two failures take a retry: not one of a connection that was kept
 * @returns {import("../conformance.js").Cases[string]}
 */
function recovers(failure, reason, retries = 2) {
  return async ({ open }) => {
    const api = await open();
    const { outcome, reasons, requests } = await searchAfter(api, failure, 2);
    if (!outcome.people) throw outcome.error;
    ok(outcome.people.length > 0, "people were found");
    same(reasons, Array(retries).fill(reason), "reasons");
    same(requests.length, 3, "requests");
    for (const request of requests) same(request.body, body, "body");
    same(await api.control("credits.used"), outcome.people.length, "credits used");
  };
}

/** @type {import("../conformance.js").Cases} */
export const retryCases = {
  "a POST is retried after a 503": recovers({ status: 503 }, 503),
  "a POST is retried after a 429": recovers({ status: 429 }, 429),
  "a POST is resent after a connection reset": recovers("reset", "connection", 1),
  "a POST is resent after a lost response": recovers("lost", "connection", 1),
  "a POST is retried after a truncated response": recovers("truncated", "connection"),

  "a call is retried at most maxRetries times": async ({ open }) => {
    for (const maxRetries of [0, 1, 3]) {
      const api = await open();
      const retry = { maxRetries, baseDelay: 1 };
      const { outcome, requests } = await searchAfter(api, { status: 503 }, 9, { retry });
      same(requests.length, maxRetries + 1, "requests");
      ok(outcome.error, "the call fails");
      const { code, attempts, retryable } = outcome.error;
      same([code, attempts, retryable], ["server", maxRetries + 1, true], "code, attempts and retryable");
    }
  },

  "a call is not retried with `retry: false`": async ({ open }) => {
    // `searchAfter` reuses a connection. Some platforms silently resend on a reused connection that breaks.
    const { outcome, requests } = await searchAfter(await open(), "reset", 1, { retry: false });
    same(requests.length, 1, "requests");
    ok(outcome.error, "the call fails");
    const { code, attempts, cause } = outcome.error;
    same([code, attempts], ["connection", 1], "code and attempts");
    ok(cause instanceof Error, "its cause is the error of the platform");
  },

  "a truncated response causes a ConnectionError": async ({ open }) => {
    const { outcome } = await searchAfter(await open(), "truncated", 1, { retry: false });
    ok(outcome.error, "the call fails");
    same([outcome.error.code, outcome.error.status], ["connection", 200], "code and status");
  },

  "a response that is not JSON is not retried": async ({ open }) => {
    const { outcome, requests } = await searchAfter(await open(), "malformed", 1);
    same(requests.length, 1, "requests");
    ok(outcome.error, "the call fails");
    same(outcome.error.code, "protocol", "code");
  },

  "a call that is not idempotent is not retried after a lost response": async ({ open }) => {
    const api = await open();
    const { ledgers } = clientOf(api);
    // Opens a connection, which the next call reuses.
    await ledgers.GET("/contacts");
    await api.control("failures.next", "createContacts", "lost");
    const contact = { name: "Jane Doe", company: "Example Corp" };
    const error = await rejection(ledgers.POST("/contacts", { body: contact }));
    same([error.code, error.retryable, error.attempts], ["connection", false, 1], "code, retryable and attempts");
    same((await api.control("requestsTo", "createContacts")).length, 1, "requests");
  },

  "all calls wait for Retry-After of a 429": async ({ open }) => {
    const api = await open();
    /** @type {string[]} */
    const events = [];
    const { people } = clientOf(api, { observe: ({ type }) => events.push(type) });
    await api.control("failures.next", "searchPeople", { status: 429, headers: { "Retry-After": "1" } });
    const started = performance.now();
    const first = unwrap(people.POST("/search", { body }));
    first.catch(() => {});
    await until(() => events.includes("call_retried"));
    await Promise.all([first, unwrap(people.POST("/search", { body }))]);
    const elapsed = performance.now() - started;
    ok(elapsed >= 980 && elapsed < 5_000, `it waits 1 s: ${elapsed} ms`);
    ok(events.includes("call_held"), "the second call was held");
    same((await api.control("requestsTo", "searchPeople")).length, 3, "requests");
  },

  "a call waits for Retry-After of a 503": async ({ open }) => {
    const started = performance.now();
    const { outcome } = await searchAfter(await open(), { status: 503, headers: { "Retry-After": "1" } }, 1);
    if (!outcome.people) throw outcome.error;
    const elapsed = performance.now() - started;
    ok(elapsed >= 980, `it waits 1 s: ${elapsed} ms`);
  },

  "a Retry-After that is too long is returned as `retryAfter` of a RateLimitedError": async ({ open }) => {
    const failure = { status: 429, headers: { "Retry-After": "90" } };
    const { outcome, requests } = await searchAfter(await open(), failure, 1);
    same(requests.length, 1, "requests");
    ok(outcome.error instanceof RateLimitedError, "it is a RateLimitedError");
    same(outcome.error.retryAfter, 90_000, "retryAfter");
  },
};
