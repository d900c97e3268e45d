import { getEventListeners } from "node:events";
import type { AccessToken } from "../../../src/auth/access-token.js";
import { withAuthorization } from "../../../src/auth/authorize.js";
import { serviceAccount } from "../../../src/auth/credentials.js";
import { withFreshCredentials } from "../../../src/auth/fresh-credentials.js";
import { SessionTokenSource } from "../../../src/auth/session-token-source.js";
import type { TokenSource } from "../../../src/auth/token-source.js";
import { createModelApi, type EndpointMode, type ModelApi } from "./model-api.js";
import { createVirtualTime } from "./virtual-time.js";

/** One step of a schedule. */
export type Step =
  | { readonly do: "call" }
  | { readonly do: "abort"; readonly call: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "suspend"; readonly ms: number }
  | { readonly do: "adjust wall"; readonly by: number }
  | { readonly do: "revoke" }
  | { readonly do: "end requests" }
  | { readonly do: "endpoint"; readonly mode: EndpointMode }
  | { readonly do: "latency"; readonly ms: number }
  | { readonly do: "life"; readonly ms: number }
  | { readonly do: "rotate on the server" }
  | { readonly do: "rotate in the vault" }
  | { readonly do: "invalidate" };

/** A call and its outcome. */
export interface Caller {
  readonly url: string;
  readonly body: string;
  readonly controller: AbortController;
  readonly reason: Error;
  outcome: { readonly status: number } | { readonly error: unknown } | undefined;
}

/** The result of a schedule. */
export interface Trace {
  readonly api: ModelApi;
  readonly callers: readonly Caller[];
  readonly source: SessionTokenSource;
  /** The rules that it broke while it ran. */
  readonly violations: readonly string[];
}

const ORIGIN = "https://api.test";

/**
 * Runs a schedule until all calls have ended. Checks the rules that need the state between steps.
 *
 * @param seed seeds the jitter
 */
export async function runSchedule(steps: readonly Step[], seed: number): Promise<Trace> {
  const time = createVirtualTime();
  const random = seededRandom(seed);
  const violations: string[] = [];
  const callers: Caller[] = [];
  const vault = { secret: "secret-1", version: 1 };
  const invalidated = new Set<AccessToken>();
  let current: AccessToken | undefined;
  /** For each pending exchange, the number of `invalidate` steps before it started. */
  const pending: number[] = [];
  let invalidations = 0;
  /** Whether the wall clock was set back, so that a token may look fresh again after an exchange started. */
  let wasSetBack = false;

  const api = createModelApi(time, random, () => {
    const isDue = !current || invalidated.has(current) || current.zone(time.clock) !== "fresh";
    // An exchange that was pending at an `invalidate` may send a rotated secret now.
    const isAbandoned = pending.some((startedAfter) => startedAfter < invalidations);
    if (isDue || isAbandoned || wasSetBack) return;
    violations.push(`an exchange started at ${time.now()} although there was a fresh token`);
  });
  const credentials = serviceAccount({ clientId: "client", clientSecret: () => vault.secret });
  const exchange = withFreshCredentials(credentials, api.exchange, time.clock, undefined, async ({ body }) =>
    JSON.stringify(body),
  );
  const source = new SessionTokenSource({
    origins: [ORIGIN],
    clock: time.clock,
    random,
    delay: time.delay,
    observe: () => {},
    async exchange(steps, unwanted) {
      const startedAfter = invalidations;
      if (pending.includes(startedAfter)) violations.push(`two exchanges were pending at ${time.now()}`);
      pending.push(startedAfter);
      try {
        const token = await exchange(steps, unwanted);
        // After an `invalidate`, the token of an earlier exchange is only for the callers that waited for it.
        if (startedAfter === invalidations) current = token;
        return token;
      } finally {
        pending.splice(pending.indexOf(startedAfter), 1);
      }
    },
  });
  const watched: TokenSource = {
    origins: source.origins,
    async token(options) {
      try {
        return await source.token(options);
      } catch (error) {
        if (!options?.signal?.aborted && isUsable(current)) {
          violations.push(`a call failed at ${time.now()} although there was an unexpired token: ${error}`);
        }
        throw error;
      }
    },
    invalidate(rejected) {
      if (rejected) invalidated.add(rejected);
      source.invalidate(rejected);
    },
  };
  const isUsable = (token: AccessToken | undefined) =>
    token !== undefined && !invalidated.has(token) && token.zone(time.clock) !== "expired";
  const send = withAuthorization(api.send, watched);

  function call(): void {
    const number = callers.length + 1;
    const caller: Caller = {
      url: `${ORIGIN}/${number}`,
      body: `{"call":${number}}`,
      controller: new AbortController(),
      reason: new Error(`caller ${number} left`),
      outcome: undefined,
    };
    callers.push(caller);
    const { signal } = caller.controller;
    send(caller.url, { method: "POST", body: caller.body, headers: new Headers(), signal }).then(
      ({ status }) => {
        caller.outcome = { status };
      },
      (error: unknown) => {
        caller.outcome = { error };
      },
    );
  }

  for (const step of steps) {
    if (step.do === "call") call();
    if (step.do === "abort") {
      const caller = callers[step.call % Math.max(1, callers.length)];
      caller?.controller.abort(caller.reason);
    }
    if (step.do === "advance") await time.advance(step.ms);
    if (step.do === "suspend") await time.suspend(step.ms);
    if (step.do === "adjust wall") {
      time.adjustWall(step.by);
      wasSetBack ||= step.by < 0;
    }
    if (step.do === "revoke") api.revokeAll();
    if (step.do === "end requests" && api.exchanges.some(({ outcome }) => outcome === "pending")) {
      api.loseExchanges();
      pending.length = 0;
    }
    if (step.do === "endpoint") api.mode = step.mode;
    if (step.do === "latency") api.latency = step.ms;
    if (step.do === "life") api.life = step.ms;
    if (step.do === "rotate on the server") api.secret = `secret-${vault.version + 1}`;
    if (step.do === "rotate in the vault") {
      vault.version++;
      vault.secret = `secret-${vault.version}`;
    }
    if (step.do === "invalidate") {
      if (current) invalidated.add(current);
      invalidations++;
      watched.invalidate();
    }
    await time.advance(0);
  }
  await time.advance(120_000);

  for (const { controller, url } of callers) {
    if (getEventListeners(controller.signal, "abort").length > 0) violations.push(`${url} left a listener`);
  }
  return { api, callers, source, violations };
}

/** Returns a generator of numbers from 0 up to 1 that repeats for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
