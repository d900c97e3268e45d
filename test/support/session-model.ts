import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import type { TokenExchange } from "../../src/auth/fresh-credentials.js";
import { SessionTokenSource } from "../../src/auth/session-token-source.js";
import type { AuthEvent } from "../../src/events.js";
import type { UnwantedTokens } from "../../src/fleet/types.js";
import { delay as realDelay } from "../../src/pipeline/abort.js";
import { type FakeClock, fakeClock } from "./fake-clock.js";
import { settle } from "./settle.js";

/** A session exchange that the test settles. */
export interface PendingExchange {
  succeed(options?: { life?: number; value?: string }): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A token source whose exchanges, clocks, randomness and delays are controlled by the test. */
export interface SessionModel {
  readonly clock: FakeClock;
  readonly source: SessionTokenSource;
  /** All exchanges that were started, in order. */
  readonly exchanges: PendingExchange[];
  /** All delays that were requested, in ms. Each ends at once. */
  readonly delays: number[];
  readonly events: AuthEvent[];
  /** The tokens that did not serve, for each exchange. */
  readonly unwanted: UnwantedTokens[];
  /** Called during each delay. */
  beforeDelayEnds: () => void;
}

/**
 * Creates a token source that is driven by a test.
 *
 * @param life lifetime of its tokens, in ms
 */
export function sessionModel(life = 3_600_000): SessionModel {
  const clock = fakeClock();
  const exchanges: PendingExchange[] = [];
  const delays: number[] = [];
  const events: AuthEvent[] = [];
  const unwanted: UnwantedTokens[] = [];

  const exchange: TokenExchange = ({ onRequest }, unwantedTokens) => {
    unwanted.push(unwantedTokens);
    onRequest();
    const start = now(clock);
    const value = `token-${exchanges.length + 1}`;
    return new Promise<AccessToken>((resolve, reject) => {
      exchanges.push({
        async succeed(options = {}) {
          resolve(new AccessToken(options.value ?? value, { life: options.life ?? life, start }, 0));
          await settle();
        },
        async fail(error) {
          reject(error);
          await settle();
        },
      });
    });
  };

  const delay: typeof realDelay = async (ms, signal) => {
    // The limit of a caller's wait.
    if (signal) return realDelay(ms, signal);
    delays.push(ms);
    clock.advance(ms);
    model.beforeDelayEnds();
    await settle();
  };
  const source = new SessionTokenSource({
    origins: ["https://api.test"],
    exchange,
    clock,
    random: () => 0.5,
    delay,
    observe: (event) => events.push(event),
  });
  const model: SessionModel = { clock, source, exchanges, delays, events, unwanted, beforeDelayEnds: () => {} };
  return model;
}
