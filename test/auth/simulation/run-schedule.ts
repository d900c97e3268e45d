import { getEventListeners } from "node:events";
import type { AccessToken } from "../../../src/auth/access-token.js";
import { withAuthorization } from "../../../src/auth/authorize.js";
import { serviceAccount } from "../../../src/auth/credentials.js";
import { withFreshCredentials } from "../../../src/auth/fresh-credentials.js";
import { SessionTokenSource } from "../../../src/auth/session-token-source.js";
import type { TokenSource } from "../../../src/auth/token-source.js";
import { type EndpointMode, type ModelApi, makeModelApi } from "./model-api.js";
import { makeWorld, type World } from "./world.js";

/** One thing that happens in a schedule. */
export type Step =
  | { readonly do: "call" }
  | { readonly do: "abort"; readonly call: number }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "suspend"; readonly ms: number }
  | { readonly do: "set wall"; readonly by: number }
  | { readonly do: "revoke" }
  | { readonly do: "endpoint"; readonly mode: EndpointMode }
  | { readonly do: "latency"; readonly ms: number }
  | { readonly do: "life"; readonly ms: number }
  | { readonly do: "rotate on the server" }
  | { readonly do: "rotate in the vault" }
  | { readonly do: "forget" };

/** A call, and how it ended. */
export interface Caller {
  readonly url: string;
  readonly body: string;
  readonly controller: AbortController;
  readonly reason: Error;
  outcome: { readonly status: number } | { readonly error: unknown } | undefined;
}

/** What a schedule left behind. */
export interface Trace {
  readonly world: World;
  readonly api: ModelApi;
  readonly callers: readonly Caller[];
  readonly source: SessionTokenSource;
  /** What went against a rule while it ran. */
  readonly faults: readonly string[];
}

const ORIGIN = "https://api.test";

/**
 * Runs a schedule to its end, with all calls answered, and watches the rules that can only be seen on the way.
 *
 * @param steps what happens
 * @param seed makes the luck
 */
export async function runSchedule(steps: readonly Step[], seed: number): Promise<Trace> {
  const world = makeWorld();
  const random = luck(seed);
  const faults: string[] = [];
  const callers: Caller[] = [];
  const vault = { secret: "secret-1", version: 1 };
  const dropped = new Set<AccessToken>();
  let current: AccessToken | undefined;
  /** For each exchange under way, how often everything had been forgotten when it began. */
  const underWay: number[] = [];
  let timesForgotten = 0;
  /** Whether a token may look fresh again that was not when an exchange began. */
  let wasSetBack = false;

  const api = makeModelApi(world, random, () => {
    const isDue = !current || dropped.has(current) || current.zone(world.clock) !== "fresh";
    // One that was under way at a `forget` may be in the midst of trying a rotated secret.
    const isOld = underWay.some((asOf) => asOf < timesForgotten);
    if (!isDue && !isOld && !wasSetBack) faults.push(`an exchange began at ${world.time()} with a fresh token at hand`);
  });
  const credentials = serviceAccount({ clientId: "client", clientSecret: () => vault.secret });
  const renew = withFreshCredentials(credentials, api.exchange, world.clock, async ({ body }) => JSON.stringify(body));
  const source = new SessionTokenSource({
    origins: [ORIGIN],
    clock: world.clock,
    random,
    delay: world.delay,
    observe: () => {},
    async exchange(onStart) {
      const asOf = timesForgotten;
      if (underWay.includes(asOf)) faults.push(`two exchanges at ${world.time()}`);
      underWay.push(asOf);
      try {
        const token = await renew(onStart);
        // What an exchange gives that was under way at a `forget` serves those who waited, and nobody else.
        if (asOf === timesForgotten) current = token;
        return token;
      } finally {
        underWay.splice(underWay.indexOf(asOf), 1);
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
          faults.push(`a call failed at ${world.time()} with an unexpired token at hand: ${error}`);
        }
        throw error;
      }
    },
    invalidate(rejected) {
      if (rejected) dropped.add(rejected);
      source.invalidate(rejected);
    },
  };
  const isUsable = (token: AccessToken | undefined) =>
    token !== undefined && !dropped.has(token) && token.zone(world.clock) !== "expired";
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
    if (step.do === "pass") await world.pass(step.ms);
    if (step.do === "suspend") await world.suspend(step.ms);
    if (step.do === "set wall") {
      world.setWall(step.by);
      wasSetBack ||= step.by < 0;
    }
    if (step.do === "revoke") api.revokeAll();
    if (step.do === "endpoint") api.mode = step.mode;
    if (step.do === "latency") api.latency = step.ms;
    if (step.do === "life") api.life = step.ms;
    if (step.do === "rotate on the server") api.secret = `secret-${vault.version + 1}`;
    if (step.do === "rotate in the vault") {
      vault.version++;
      vault.secret = `secret-${vault.version}`;
    }
    if (step.do === "forget") {
      if (current) dropped.add(current);
      timesForgotten++;
      watched.invalidate();
    }
    await world.pass(0);
  }
  await world.pass(120_000);

  for (const { controller, url } of callers) {
    if (getEventListeners(controller.signal, "abort").length > 0) faults.push(`a listener is left of ${url}`);
  }
  return { world, api, callers, source, faults };
}

/** Numbers from 0 up to 1, the same for the same seed. */
function luck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
