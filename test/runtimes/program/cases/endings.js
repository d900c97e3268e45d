import { AbortedError, TimeoutError } from "@livedata/sdk";
import { clientOf, pause, until } from "../client.js";
import { ok, rejection, same } from "../expect.js";

const body = { size: 1 };

/**
 * Waits until a search has arrived.
 *
 * @param {import("../worlds.js").Api} api
 */
function arrival(api) {
  return until(async () => (await api.control("requestsTo", "searchPeople")).length > 0);
}

/**
 * Returns how long a promise takes to settle, in ms.
 *
 * @param {Promise<unknown>} promise
 */
async function timeOf(promise) {
  const started = performance.now();
  await promise.catch(() => {});
  return performance.now() - started;
}

/** @type {import("../conformance.js").Cases} */
export const endingCases = {
  "an aborted signal sends nothing": async ({ open }) => {
    const api = await open();
    const reason = new Error("too late");
    const error = await rejection(clientOf(api).people.POST("/search", { body, signal: AbortSignal.abort(reason) }));
    ok(error instanceof AbortedError, `it is an AbortedError: ${error}`);
    same(error.code, "aborted", "code");
    ok(error.cause === reason, "its cause is the reason of the signal");
    same(await api.control("requestsTo", "searchPeople"), [], "requests");
  },

  "a signal aborts a call that waits for its response": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "stall");
    const controller = new AbortController();
    const call = clientOf(api).people.POST("/search", { body, signal: controller.signal });
    call.catch(() => {});
    await arrival(api);
    controller.abort();
    ok((await timeOf(call)) < 1_000, "it ends at once");
    const error = await rejection(call);
    same([error.code, error.attempts, error.retryable], ["aborted", 1, false], "code, attempts and retryable");
    same(error.cause.name, "AbortError", "name of the cause");
  },

  "a signal aborts the delay before a retry": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", { status: 503, headers: { "Retry-After": "30" } });
    const controller = new AbortController();
    const call = clientOf(api).people.POST("/search", { body, signal: controller.signal });
    call.catch(() => {});
    await arrival(api);
    await pause(20);
    controller.abort("gone");
    ok((await timeOf(call)) < 1_000, "it ends at once");
    const error = await rejection(call);
    same([error.code, error.cause], ["aborted", "gone"], "code and cause");
  },

  "a signal aborts the wait for a token, but not the session exchange": async ({ open }) => {
    const api = await open({ latency: 100 });
    const livedata = clientOf(api);
    const controller = new AbortController();
    const other = livedata.people.POST("/search", { body });
    other.catch(() => {});
    const call = livedata.people.POST("/search", { body, signal: controller.signal });
    controller.abort();
    same((await rejection(call)).code, "aborted", "code");
    same((await other).response.status, 200, "status of the other call");
    same(await api.control("sessions.exchanges"), 1, "exchanges");
  },

  "calls leave no listeners on a long-lived signal": async ({ open }) => {
    const { people } = clientOf(await open());
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (/** @type {any[]} */ ...args) => {
      listeners++;
      return Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (/** @type {any[]} */ ...args) => {
      listeners--;
      return Reflect.apply(removeEventListener, signal, args);
    };
    for (let call = 0; call < 5; call++) await people.POST("/search", { body, signal });
    same(listeners, 0, "listeners");
  },

  "`timeout` ends an attempt with a TimeoutError": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "stall");
    const livedata = clientOf(api);
    await livedata.accessToken();
    const error = await rejection(livedata.people.POST("/search", { body, timeout: 100, retry: false }));
    ok(error instanceof TimeoutError, `it is a TimeoutError: ${error}`);
    same([error.code, error.attempts, error.retryable], ["timeout", 1, true], "code, attempts and retryable");
  },

  "an attempt that timed out is retried": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "stall");
    const livedata = clientOf(api, { retry: { maxRetries: 9, baseDelay: 1 } });
    await livedata.accessToken();
    const { data } = await livedata.people.POST("/search", { body, timeout: 300 });
    same(data?.people.length, 1, "people");
    const requests = await api.control("requestsTo", "searchPeople");
    ok(requests.length >= 2, "it was retried");
    for (const request of requests) same(request.body, body, "body");
  },

  "`totalTimeout` ends a call with several attempts": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "stall", 9);
    const livedata = clientOf(api, { timeout: 100, retry: { maxRetries: 9, baseDelay: 1 } });
    await livedata.accessToken();
    const call = livedata.people.POST("/search", { body, totalTimeout: 350 });
    const elapsed = await timeOf(call);
    const error = await rejection(call);
    same(error.code, "timeout", "code");
    ok(error.attempts >= 2 && elapsed >= 300 && elapsed < 3_000, `${error.attempts} attempts in ${elapsed} ms`);
  },

  "`totalTimeout` ends an attempt before its `timeout`": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "stall");
    const livedata = clientOf(api);
    await livedata.accessToken();
    const error = await rejection(livedata.people.POST("/search", { body, totalTimeout: 100 }));
    same([error.code, error.attempts], ["timeout", 1], "code and attempts");
    ok(error.message.includes("totalTimeout"), `it names the option: ${error.message}`);
  },

  "`totalTimeout` ends the wait for a token": async ({ open }) => {
    const api = await open({ latency: 400 });
    const error = await rejection(clientOf(api).people.POST("/search", { body, totalTimeout: 100 }));
    same([error.code, error.attempts], ["timeout", 0], "code and attempts");
  },
};
