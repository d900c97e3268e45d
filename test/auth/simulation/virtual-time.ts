import type { Clock } from "../../../src/auth/clock.js";
import { type delay, untilAborted } from "../../../src/pipeline/abort.js";
import { settle } from "../../support/settle.js";

/** Time that advances only when a test says so. Delays end in the order of their times. */
export interface VirtualTime {
  /** Returns the true time, which the server uses, in ms since the start. */
  readonly now: () => number;
  /** The clocks of the client, which may be wrong. */
  readonly clock: Clock;
  /** Resolves after `ms`, or rejects once the signal aborts. */
  readonly delay: typeof delay;
  /** Advances the time by `ms` and ends the delays on the way. */
  readonly advance: (ms: number) => Promise<void>;
  /** Advances the time by `ms` while the client's machine is suspended: its monotonic clock stands still. */
  readonly suspend: (ms: number) => Promise<void>;
  /** Adjusts the client's wall clock by `by` ms. */
  readonly adjustWall: (by: number) => void;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** The wall clock at the start, in ms since the epoch. */
const EPOCH = Date.UTC(2026, 0, 15);

/** Creates a time that stands still at 0. */
export function createVirtualTime(): VirtualTime {
  let time = 0;
  let wallOffset = 0;
  let suspended = 0;
  const timers: Timer[] = [];

  function takeNext(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!next || timer.at < next.at)) next = timer;
    if (next) timers.splice(timers.indexOf(next), 1);
    return next;
  }

  async function advance(ms: number): Promise<void> {
    const until = time + ms;
    await settle();
    for (let timer = takeNext(until); timer; timer = takeNext(until)) {
      time = timer.at;
      timer.fire();
      await settle();
    }
    time = until;
  }

  return {
    now: () => time,
    clock: { wall: () => EPOCH + time + wallOffset, monotonic: () => time - suspended },
    delay(ms, signal) {
      const end = new Promise<void>((fire) => timers.push({ at: time + ms, fire }));
      return untilAborted(end, signal);
    },
    advance,
    async suspend(ms) {
      suspended += ms;
      time += ms;
      await advance(0);
    },
    adjustWall(by) {
      wallOffset += by;
    },
  };
}
