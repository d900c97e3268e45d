import type { Service } from "../base-urls.js";
import type { Call } from "../pipeline/call.js";
import type { Pacer, RateLimitOptions } from "../pipeline/pace.js";
import type { Redis } from "./redis.js";
import type { FleetClient, SharedHolds } from "./types.js";

/** What the members of a fleet tell each other of holds. */
export class FleetHolds {
  constructor(_redis: Redis, _prefix: string, _client: FleetClient) {}

  of(_service: Service): SharedHolds {
    return { report() {}, onHold() {} };
  }
}

/** Keeps to a rate limit together with the other members of a fleet. */
export class FleetPace implements Pacer {
  readonly #local: Pacer;

  constructor(
    _redis: Redis,
    _prefix: string,
    { localPace }: FleetClient,
    rateLimit: RateLimitOptions,
    _holds: FleetHolds,
  ) {
    this.#local = localPace(rateLimit);
  }

  take(call: Call) {
    return this.#local.take(call);
  }

  send(call: Call, signal: AbortSignal | null | undefined) {
    return this.#local.send(call, signal);
  }

  giveBack(call: Call) {
    this.#local.giveBack(call);
  }

  register(notify: () => void, waiting: () => number) {
    this.#local.register(notify, waiting);
  }

  delay(ahead?: number) {
    return this.#local.delay(ahead);
  }

  tooLong(call: Call, ahead: number) {
    return this.#local.tooLong(call, ahead);
  }
}
