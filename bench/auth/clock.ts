/** The process's clocks, which can be put forward. */
export interface TurnableClock {
  /** Puts `Date` and `performance.now()` forward, both by as much. Timers take no notice. */
  advance(milliseconds: number): void;
  /** Gives the process its own clocks back. */
  restore(): void;
}

/**
 * Takes over `Date` and `performance.now()` for everything in this process, clients and server alike.
 *
 * They run on as ever, only ahead by as much as they were put forward. Install it before a client is loaded, which
 * may keep `Date.now` for itself.
 */
export function installClock(): TurnableClock {
  const OwnDate = Date;
  const ownNow = performance.now;
  let ahead = 0;

  const now = () => OwnDate.now() + ahead;
  globalThis.Date = new Proxy(OwnDate, {
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new OwnDate(now()).toString(),
  });
  performance.now = () => ownNow.call(performance) + ahead;

  return {
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    restore: () => {
      globalThis.Date = OwnDate;
      performance.now = ownNow;
    },
  };
}
