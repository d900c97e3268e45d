import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { SessionTokenSource } from "../../src/auth/session-token-source.js";
import type { AuthEvent } from "../../src/events.js";
import { type TurnedClock, turnedClock } from "./turned-clock.js";

/** One exchange that the test ends as it likes. */
export interface PendingExchange {
  succeed(options?: { life?: number; value?: string }): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A token source whose exchanges, clocks, luck and pauses are in the test's hands. */
export interface SessionModel {
  readonly clock: TurnedClock;
  readonly source: SessionTokenSource;
  /** All exchanges that were begun, in order. */
  readonly exchanges: PendingExchange[];
  /** All pauses that were asked for, in ms; each ends at once. */
  readonly pauses: number[];
  readonly events: AuthEvent[];
  /** Done while a pause lasts. */
  beforePauseEnds: () => void;
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Makes a token source to be driven by a test.
 *
 * @param life the life of its tokens, in ms
 */
export function sessionModel(life = 3_600_000): SessionModel {
  const clock = turnedClock();
  const exchanges: PendingExchange[] = [];
  const pauses: number[] = [];
  const events: AuthEvent[] = [];

  const exchange = (onStart: () => void) => {
    onStart();
    const start = now(clock);
    const value = `token-${exchanges.length + 1}`;
    return new Promise<AccessToken>((resolve, reject) => {
      exchanges.push({
        async succeed(options = {}) {
          resolve(new AccessToken(options.value ?? value, { life: options.life ?? life, start }, 0));
          await settled();
        },
        async fail(error) {
          reject(error);
          await settled();
        },
      });
    });
  };

  const delay = async (ms: number) => {
    pauses.push(ms);
    clock.pass(ms);
    model.beforePauseEnds();
    await settled();
  };
  const source = new SessionTokenSource({
    origins: ["https://api.test"],
    exchange,
    clock,
    random: () => 0.5,
    delay,
    observe: (event) => events.push(event),
  });
  const model: SessionModel = { clock, source, exchanges, pauses, events, beforePauseEnds: () => {} };
  return model;
}
