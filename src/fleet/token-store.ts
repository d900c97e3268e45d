import { isRecord } from "../checks.js";
import type { Redis, Script } from "./redis.js";

/** How long a lock lasts without a heartbeat, in ms. If its holder was killed, others have time for an exchange while they wait. */
export const LEASE = 1_000;
/** How long a rejected token is remembered, in ms: members that were idle still use it. */
const MEMORY = 3_600_000;
/** A token whose exchange began longer ago is not published, in ms. */
const MAX_EXCHANGE = 15_000;

/** What all scripts begin with: the server's time in ms, and a way to read a key that may hold nonsense. */
const PRELUDE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function read(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) == 'table' and reply.err then
    redis.call('DEL', key)
    return false
  end
  return reply
end
local function stored()
  local fields = read('HMGET', KEYS[1], 'tag', 'life', 'start', 'sealed')
  if not fields then return nil end
  local tag, life, start, sealed = fields[1], fields[2], fields[3], fields[4]
  if type(tag) ~= 'string' or type(sealed) ~= 'string' then return nil end
  local total, began = tonumber(life), tonumber(start)
  if not total or total ~= total or not began or not (began <= now) then return nil end
  local left = math.min(redis.call('PTTL', KEYS[1]), math.floor(total - (now - began)))
  if left <= 0 then return nil end
  return { tag = tag, life = life, start = start, sealed = sealed, left = left, total = total, began = began }
end
`;

/**
 * Keys: token, lock, rejected tokens. Arguments: lock id, lease, tag of the rejected token or "", least life left, and the
 * tags of tokens that do not serve.
 */
const TAKE: Script = {
  text: `${PRELUDE}
local id, lease, rejected = ARGV[1], ARGV[2], ARGV[3]
local since = 0
if rejected ~= '' then
  since = tonumber(read('ZSCORE', KEYS[3], rejected))
  if not since or since > now then
    since = now
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now - ${MEMORY}))
    redis.call('ZADD', KEYS[3], string.format('%.0f', now), rejected)
    redis.call('PEXPIRE', KEYS[3], '${MEMORY}')
  end
end
local token = stored()
if token and token.tag == rejected then
  redis.call('DEL', KEYS[1])
  token = nil
end
if token then
  local serves = token.began >= since and token.left > tonumber(ARGV[4])
    and token.left > math.min(10000, token.total / 20)
  for i = 5, #ARGV do
    if ARGV[i] == token.tag then serves = false end
  end
  if serves then return { 'token', token.left, token.tag, token.life, token.start, token.sealed } end
end
local held = read('GET', KEYS[2])
local ends = redis.call('PTTL', KEYS[2])
if type(held) == 'string' and held ~= id and ends > 0 and ends <= 5000 then return { 'held', held, ends } end
redis.call('SET', KEYS[2], id, 'PX', lease)
return { 'locked', string.format('%.0f', now) }
`,
  isReply: (reply) => parseTaken(reply) !== undefined,
};

/** Keys: token, lock, rejected tokens. Arguments: lock id, when the exchange began, tag, life, sealed token. */
const PUBLISH: Script = {
  text: `${PRELUDE}
local id, start, tag, life, sealed = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local isHolder = read('GET', KEYS[2]) == id
if isHolder then redis.call('DEL', KEYS[2]) end
local began = tonumber(start)
local left = math.floor(tonumber(life) - (now - began))
if began > now or now - began > ${MAX_EXCHANGE} or left <= 0 then return 0 end
local last = read('ZREVRANGEBYSCORE', KEYS[3], string.format('%.0f', now), '-inf', 'WITHSCORES', 'LIMIT', '0', '1')
if last and tonumber(last[2] or 0) > began then return 0 end
local token = stored()
if token and (token.began > began or (token.began == began and not isHolder)) then return 0 end
redis.call('HSET', KEYS[1], 'tag', tag, 'life', life, 'start', start, 'sealed', sealed)
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
return 1
`,
};

/** Key: lock. Arguments: lock id, what to put in its place, and for how many ms; 0 for nothing. */
const REPLACE_LOCK: Script = {
  text: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`,
};

/** A token as it is stored. All but the sealed token is readable, and authenticated by it. */
export interface StoredToken {
  /** Tells the token from others, without saying what it is. */
  readonly tag: string;
  /** Time from issue to expiry, in ms. */
  readonly life: string;
  /** When its exchange began, by the server's clock, in ms. */
  readonly start: string;
  readonly sealed: string;
}

/** What a member that needs a token found. */
export type Taken =
  /** A token that serves, with the life it has left, in ms. */
  | (StoredToken & { readonly is: "token"; readonly left: number })
  /** Nobody makes one: the member holds the lock now. `start` is the server's time. */
  | { readonly is: "locked"; readonly start: string }
  /** Another member makes one, or failed to: `by` is its lock id, or its failure mark. Both end by themselves after some ms. */
  | { readonly is: "held"; readonly by: string; readonly ms: number };

/** What does not serve. */
export interface Unwanted {
  /** Tag of the token that the API rejected; "" for none. */
  readonly rejected: string;
  /** Tags of other tokens. */
  readonly tags: readonly string[];
  /** A token must have more life left, in ms. */
  readonly left: number;
}

/**
 * The token of one account on the server, and the lock of who makes the next one.
 *
 * Every token has the server's time at which its exchange began. A token is only replaced by one that began later, and
 * none is stored that began before the latest rejection: it might be as revoked as the rejected one.
 */
export class TokenStore {
  readonly #redis: Redis;
  readonly #keys: readonly string[];
  readonly #lock: readonly string[];

  /** @param name how its keys begin; has the hash tag of Redis Cluster */
  constructor(redis: Redis, name: string) {
    const lock = `${name}:lock`;
    this.#redis = redis;
    this.#lock = [lock];
    this.#keys = [`${name}:token`, lock, `${name}:rejected`];
  }

  /**
   * Returns the token of the fleet, or takes the lock.
   *
   * @param id names the lock; unique
   * @throws FleetUnavailableError
   */
  async take(id: string, { rejected, tags, left }: Unwanted, timeout?: number): Promise<Taken> {
    const args = [id, String(LEASE), rejected, String(Math.max(0, Math.floor(left))), ...tags];
    // Nobody would make use of a lock that was taken too late.
    const onLate = (reply: unknown) => {
      if (parseTaken(reply)?.is === "locked") this.#redis.send(REPLACE_LOCK, this.#lock, [id, "", "0"]);
    };
    const reply = await this.#redis.run(TAKE, this.#keys, args, timeout, onLate);
    return parseTaken(reply) as Taken;
  }

  /**
   * Stores a token unless it is too old, and releases the lock if this member holds it. Never rejects.
   *
   * @returns whether it was stored
   */
  async publish(id: string, { start, tag, life, sealed }: StoredToken): Promise<boolean> {
    const args = [id, start, tag, life, sealed];
    return (await this.#redis.run(PUBLISH, this.#keys, args).catch(() => 0)) === 1;
  }

  /** Puts a text in place of the lock, for some ms; 0 to release it. Does nothing if another member holds it by now. */
  async replaceLock(id: string, text: string, ms: number): Promise<void> {
    await this.#redis.run(REPLACE_LOCK, this.#lock, [id, text, String(ms)]).catch(() => {});
  }
}

function parseTaken(reply: unknown): Taken | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [is, ...rest]: unknown[] = reply;
  if (is === "locked") return typeof rest[0] === "string" ? { is, start: rest[0] } : undefined;
  if (is === "held") {
    const [by, ms] = rest;
    return typeof by === "string" && isCount(ms) ? { is, by, ms: Number(ms) } : undefined;
  }
  const [left, ...texts] = rest;
  if (is !== "token" || !isCount(left) || !texts.every((text) => typeof text === "string")) return undefined;
  const [tag = "", life = "", start = "", sealed = ""] = texts;
  return { is, left: Number(left), tag, life, start, sealed };
}

function isCount(value: unknown): boolean {
  return !isRecord(value) && /^\d{1,15}$/.test(String(value));
}
