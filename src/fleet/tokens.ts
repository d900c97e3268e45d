import { type Clock, now, systemClock } from "../auth/clock.js";
import type { SessionRequest } from "../auth/credentials.js";
import { SessionError } from "../errors/classes.js";
import { delay } from "../pipeline/abort.js";
import { deriveTokenKeys, type TokenKeys } from "./keys.js";
import type { Redis } from "./redis.js";
import { LEASE, type StoredToken, type Taken, TokenStore } from "./token-store.js";
import type { IssuedToken, SharedToken, SharedTokens, UnwantedTokens } from "./types.js";

/** How long the server may delay a token, in ms. */
const MAX_DELAY = 150;
/** How long the exchanges of other members are waited for in all, in ms. Their network may be broken, and not this one's. */
const MAX_WAIT = 3_000;
/** How often the lock is extended during an exchange, in ms. */
const HEARTBEAT = 300;
/** Between two looks at the lock of another member, in ms: the first, and the longest, each up to half longer or shorter. */
const POLL = { first: 100, longest: 270 };
/** How long others do not try after an exchange that failed on the server, in ms: at least, and at most. */
const FAILURE_MEMORY = 1_000;
const MAX_FAILURE_MEMORY = 5_000;

/** The parts of {@link FleetTokens}. */
export interface FleetTokensParts {
  readonly redis: Redis;
  readonly prefix: string;
  /** What tokens are encrypted with in place of the secret; may be empty. */
  readonly encryptionKeys: readonly string[];
  /** Base URL of the identity service. */
  readonly identity: string;
  readonly clock?: Clock;
  /** How long the server may delay a token, in ms. @default 150 */
  readonly maxDelay?: number;
}

/**
 * The access token of a fleet, encrypted on its server.
 *
 * - A member that needs a token takes the stored one, or the lock of who makes the next one. Others wait for it.
 * - The lock ends without a heartbeat.
 * - An exchange that failed on the server (5xx, 429) leaves a mark in place of the lock. In an outage, the fleet then makes
 *   about one exchange a second.
 * - After any other failure the next member tries at once: it may be of one member alone, such as a broken network.
 * - If the server is away, or the holder of the lock takes too long, the member makes a token by itself.
 */
export class FleetTokens implements SharedTokens {
  readonly #parts: FleetTokensParts;
  readonly #clock: Clock;
  /** The keys of the secret that was used last, under a hash of it. */
  #keys: { readonly digest: string; readonly keys: Promise<TokenKeys> } | undefined;

  constructor(parts: FleetTokensParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  async get<Token extends IssuedToken>(
    request: SessionRequest,
    { current, rejected }: UnwantedTokens,
    exchange: () => Promise<Token>,
  ): Promise<SharedToken | Token> {
    const { redis, prefix, maxDelay = MAX_DELAY } = this.#parts;
    const keys = await this.#keysOf(request);
    const store = new TokenStore(redis, `${prefix}:{${keys.name}}`);
    const unwanted = {
      rejected: rejected === undefined ? "" : await keys.tag(rejected),
      tags: current ? [await keys.tag(current.value)] : [],
      left: current?.left ?? 0,
    };
    const id = crypto.randomUUID();
    const giveUpAt = this.#clock.monotonic() + MAX_WAIT;
    let budget = maxDelay;
    for (let poll = POLL.first; ; poll = Math.min(POLL.longest, poll * 1.3)) {
      const sent = now(this.#clock);
      const taken = budget > 0 ? await store.take(id, unwanted, budget).catch(() => undefined) : undefined;
      if (!taken) return exchange();
      budget -= this.#clock.monotonic() - sent.monotonic;
      if (taken.is === "token") {
        const value = await openToken(keys, taken);
        const life = Number(taken.life);
        const age = life - taken.left;
        if (value !== undefined && age >= 0) {
          return { value, life, start: { wall: sent.wall - age, monotonic: sent.monotonic - age } };
        }
        unwanted.tags.push(taken.tag);
      } else if (taken.is === "locked") {
        return exchangeForAll(store, keys, { id, start: taken.start }, exchange);
      } else {
        const failure = parseFailure(taken);
        if (failure) throw failure;
        const left = giveUpAt - this.#clock.monotonic();
        if (left <= 0) return exchange();
        await delay(Math.min(left, poll * (0.5 + Math.random())));
        budget = maxDelay;
      }
    }
  }

  async #keysOf(request: SessionRequest): Promise<TokenKeys> {
    const { identity, encryptionKeys } = this.#parts;
    const bytes = new TextEncoder().encode(JSON.stringify(request.body));
    const digest = String(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    if (this.#keys?.digest !== digest) {
      this.#keys = { digest, keys: deriveTokenKeys(request, new URL(identity).origin, encryptionKeys) };
    }
    return this.#keys.keys;
  }
}

/** Exchanges while holding the lock, and tells the others how that ended. They are not waited for. */
async function exchangeForAll<Token extends IssuedToken>(
  store: TokenStore,
  keys: TokenKeys,
  { id, start }: { readonly id: string; readonly start: string },
  exchange: () => Promise<Token>,
): Promise<Token> {
  let timer = setTimeout(extend, HEARTBEAT);
  function extend(): void {
    void store.replaceLock(id, id, LEASE);
    timer = setTimeout(extend, HEARTBEAT);
  }
  try {
    const token = await exchange();
    void publish(store, keys, { id, start, token });
    return token;
  } catch (error) {
    const [mark, ms] = failureMark(error);
    void store.replaceLock(id, mark, ms);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function publish(
  store: TokenStore,
  keys: TokenKeys,
  { id, start, token }: { readonly id: string; readonly start: string; readonly token: IssuedToken },
): Promise<void> {
  const life = String(Math.floor(token.life));
  try {
    const tag = await keys.tag(token.value);
    await store.publish(id, { start, tag, life, sealed: await keys.seal(token.value, labelOf({ tag, life, start })) });
  } catch {
    // Encryption failed: the lock ends by itself, and another member makes a token.
  }
}

function openToken(keys: TokenKeys, stored: StoredToken): Promise<string | undefined> {
  return keys.open(stored.sealed, labelOf(stored));
}

/** What a sealed token is bound to, so that nobody without the key can relabel it. */
function labelOf({ tag, life, start }: Omit<StoredToken, "sealed">): string {
  return JSON.stringify([tag, life, start]);
}

/** Returns what is put in place of the lock after a failed exchange, and for how many ms; 0 if it is released. */
function failureMark(error: unknown): [mark: string, ms: number] {
  if (!(error instanceof SessionError && error.reason === "unavailable" && error.status)) return ["", 0];
  const memory = Math.max(FAILURE_MEMORY, Math.ceil(error.retryAfter ?? 0));
  return [`failed ${error.status}`, Math.min(memory, MAX_FAILURE_MEMORY)];
}

/** Returns the error for a failure mark; undefined if the lock is held. */
function parseFailure({ by, ms }: Extract<Taken, { is: "held" }>): SessionError | undefined {
  const [, status] = /^failed (\d{3})$/.exec(by) ?? [];
  if (status === undefined) return undefined;
  const message = `The session exchange of another member of the fleet failed on the server (${status})`;
  // Retries wait until the mark has ended.
  return new SessionError("unavailable", message, { attempts: 0, status: Number(status), retryAfter: ms });
}
