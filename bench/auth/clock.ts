/** The clocks of the process, which can be moved forward. */
export interface AdjustableClock {
  /** Moves `Date` and `performance.now()` forward by the same time. Timers are not affected. */
  advance(milliseconds: number): void;
  /** Restores the original clocks. */
  restore(): void;
}

/**
 * Replaces `Date` and `performance.now()` for everything in this process, clients and server.
 *
 * The clocks keep running, ahead of the real time. Install it before loading a client, which may keep a reference to
 * `Date.now`.
 */
export function installClock(): AdjustableClock {
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
