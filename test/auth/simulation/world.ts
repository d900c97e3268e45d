import type { Clock } from "../../../src/auth/clock.js";

/** A world whose time passes only when it is told to, and where things happen in the order of their times. */
export interface World {
  /** The true time, in ms from the start: what the server goes by. */
  readonly time: () => number;
  /** The clocks of the client, which may be wrong. */
  readonly clock: Clock;
  /** Resolves so many ms later. */
  readonly delay: (ms: number) => Promise<void>;
  /** Lets time pass, in ms, with all that happens on the way. */
  readonly pass: (ms: number) => Promise<void>;
  /** Lets time pass while the client's machine sleeps: its monotonic clock stands still. */
  readonly suspend: (ms: number) => Promise<void>;
  /** Sets the client's wall clock, by so many ms. */
  readonly setWall: (by: number) => void;
}

interface Event {
  readonly at: number;
  readonly happen: () => void;
}

/** The true time at which a world begins, in ms since the epoch. */
export const EPOCH = Date.UTC(2026, 0, 15);

/** Makes a world. */
export function makeWorld(): World {
  let time = 0;
  let wallOffset = 0;
  let slept = 0;
  const events: Event[] = [];

  function takeNext(until: number): Event | undefined {
    let next: Event | undefined;
    for (const event of events) if (event.at <= until && (!next || event.at < next.at)) next = event;
    if (next) events.splice(events.indexOf(next), 1);
    return next;
  }

  async function pass(ms: number): Promise<void> {
    const until = time + ms;
    await reactions();
    for (let event = takeNext(until); event; event = takeNext(until)) {
      time = event.at;
      event.happen();
      await reactions();
    }
    time = until;
  }

  return {
    time: () => time,
    clock: { wall: () => EPOCH + time + wallOffset, monotonic: () => time - slept },
    delay: (ms) => new Promise((happen) => events.push({ at: time + ms, happen })),
    pass,
    async suspend(ms) {
      slept += ms;
      time += ms;
      await pass(0);
    },
    setWall(by) {
      wallOffset += by;
    },
  };
}

/** Lets all promises that can settle do so. */
function reactions(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
