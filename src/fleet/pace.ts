import type { Service } from "../base-urls.js";
import type { RateLimitedError } from "../errors/classes.js";
import { delay } from "../pipeline/abort.js";
import { type Call, countWait } from "../pipeline/call.js";
import { Pace, type Pacer, type RateLimitOptions, tooLong } from "../pipeline/pace.js";
import { keyBase } from "./keys.js";
import type { Redis, Script } from "./redis.js";
import type { FleetClient, SharedHolds } from "./types.js";

/** Requests travel for different times, so the API may see them closer together than they were sent. */
const MARGIN = 1.02;
/** How many slots have no distance to the one before, as a share of all. */
const BURST = 0.1;
/** How long a slot may be used, as a share of the interval, and in ms. */
const WINDOW_SHARE = 0.02;
const MIN_WINDOW = 20;
const MAX_WINDOW = 1_000;
/** How many slots a member asks for at once, as a share of all: those of a killed one are lost. */
const BATCH = 0.02;
/** How often a member that makes calls asks for the holds of others, in ms. */
const HOLDS_EVERY = 250;
/** How often a member whose server is away asks again, in ms. */
const RETRY_EVERY = 500;
/**
 * How long a member whose server is back keeps to its share, in ms: until then all others have told the server what they
 * sent without it, even those that left it alone for a while.
 */
const SETTLING = 6_000;
/** How often a call looks for its slot while the server is asked, in ms. */
const POLL = 50;
/** How long a member counts as one after it last asked, in ms, at least. */
const MIN_MEMBER_LIFE = 30_000;

/** How many requests that were sent without the server are reported to it. */
const MAX_REPORTED = 1_000;

/**
 * Reports a hold, and assigns slots: times that follow each other, at which a member may send one request each. A slot is
 * `interval` after the one that is `requests` before it.
 *
 * KEYS: members, holds, pace, ring. ARGV: 1 member, 2 life of a member, 3 held service, 4 length of its hold, 5 requests and
 * 6 interval of the limit, 7 wanted slots, 8 new epoch, 9 known epoch, 10 how many of the rest the ring knows, and the ages of
 * the requests that the member sent within the last interval.
 *
 * A member knows from the epoch whether the server lost the ring. Then it does not assign a burst.
 */
const SYNC: Script = {
  isReply: (reply) => /^[\w-]+ [1-9]\d*(?:\.0)?(?: \d{1,10})+;/.test(String(reply)),
  text: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - life)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], life)

local held = tonumber(ARGV[4])
if held > 0 and now + held > (tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or 0) or 0) then
  redis.call('HSET', KEYS[2], ARGV[3], string.format('%.0f', now + held))
  redis.call('PEXPIRE', KEYS[2], math.max(held, redis.call('PTTL', KEYS[2])))
end
local holds = redis.call('HGETALL', KEYS[2])
for i = 2, #holds, 2 do
  holds[i] = string.format('%.0f', math.max(0, (tonumber(holds[i]) or 0) - now))
end
local members = redis.call('ZCARD', KEYS[1])

local requests = tonumber(ARGV[5])
if requests == 0 then return '- ' .. members .. ' 0;' .. table.concat(holds, ' ') end
local interval = tonumber(ARGV[6])
local burst = math.max(1, math.floor(requests * ${BURST}))
local distance = interval / requests
local epoch = redis.call('HGET', KEYS[3], 'epoch')
local even = tonumber(redis.call('HGET', KEYS[3], 'even') or 0) or 0
local sequence = tonumber(redis.call('HGET', KEYS[3], 'sequence') or 0) or 0
-- Nonsense, also one that is not a number, must not stop the fleet.
local latest = now + (members + 1) * interval
if not (even <= latest) then even = now end

-- What the ring does not know: requests sent without the server, or all of them if the server lost the ring.
local first = 11
if epoch == ARGV[9] then first = first + tonumber(ARGV[10]) end
if not epoch then
  epoch = ARGV[8]
  if ARGV[9] ~= '' then even = now + burst * distance end
end
for i = first, #ARGV do
  sequence = sequence + 1
  redis.call('ZADD', KEYS[4], string.format('%.0f', now - tonumber(ARGV[i])), string.format('%.0f', sequence))
end

local last = now
local slots = ''
for _ = 1, tonumber(ARGV[7]) do
  local at = math.max(now, even + (1 - burst) * distance)
  local before = redis.call('ZREVRANGE', KEYS[4], requests - 1, requests - 1, 'WITHSCORES')
  local free = (tonumber(before[2] or 0) or 0) + interval
  if free <= latest then at = math.max(at, free) end
  last = math.ceil(at)
  even = math.max(even, last) + distance
  sequence = sequence + 1
  redis.call('ZADD', KEYS[4], string.format('%.0f', last), string.format('%.0f', sequence))
  slots = slots .. string.format(' %.0f', last - now)
end
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -requests - 1)
local next = string.format(' %.0f', math.max(0, even + (1 - burst) * distance - now))
redis.call('HSET', KEYS[3], 'epoch', epoch, 'even', string.format('%.3f', even), 'sequence', string.format('%.0f', sequence))
local kept = math.ceil(math.max(life, last - now + 2 * interval))
redis.call('PEXPIRE', KEYS[3], kept)
redis.call('PEXPIRE', KEYS[4], kept)
return epoch .. ' ' .. members .. next .. slots .. ';' .. table.concat(holds, ' ')
`,
};

/** What a member asks of the server. */
interface Request {
  /** How many slots. */
  readonly wanted?: number;
  /** How long ago it sent each request of the last interval, in ms, the oldest first. */
  readonly recent?: readonly number[];
  /** How many of these, the latest, while the server was away. */
  readonly alone?: number;
  /** A service that is held, and for how long, in ms. */
  readonly hold?: readonly [Service, number] | undefined;
}

/** What a member learned from the server. */
interface Synced {
  readonly epoch: string;
  readonly members: number;
  /** How long each service is held, in ms. */
  readonly holds: ReadonlyMap<string, number>;
  /** Time until the slot after those that were assigned, in ms. */
  readonly next: number;
  /** Time until each slot, in ms. */
  readonly slots: readonly number[];
}

/** A time at which one request may be sent, by the clock of this process. */
interface Slot {
  readonly from: number;
  readonly until: number;
}

/** Asks the server of a fleet for slots, and tells it of holds. */
export class Sync {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #organization: string;
  readonly #member = crypto.randomUUID();
  readonly #rateLimit: RateLimitOptions | undefined;
  #base: Promise<string> | undefined;
  #epoch = "";
  members = 1;

  constructor(redis: Redis, prefix: string, { organization, rateLimit }: FleetClient) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#organization = organization;
    this.#rateLimit = rateLimit;
  }

  /** @throws FleetUnavailableError */
  async run({ wanted = 0, recent = [], alone = 0, hold }: Request): Promise<Synced> {
    const { requests, interval } = this.#rateLimit ?? { requests: 0, interval: 0 };
    this.#base ??= keyBase(this.#prefix, this.#organization);
    const base = await this.#base;
    const [service = "", ms = 0] = hold ?? [];
    const reply = await this.#redis.run(
      SYNC,
      ["members", "holds", "pace", "ring"].map((name) => `${base}:${name}`),
      [
        this.#member,
        Math.max(MIN_MEMBER_LIFE, interval),
        service,
        Math.ceil(ms),
        requests,
        interval * MARGIN + windowOf(interval),
        wanted,
        crypto.randomUUID(),
        this.#epoch,
        recent.length - alone,
        ...recent,
      ].map(String),
    );
    const synced = parse(String(reply));
    this.#epoch = synced.epoch;
    this.members = synced.members;
    return synced;
  }
}

function windowOf(interval: number): number {
  return Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, interval * WINDOW_SHARE));
}

/** Reads a reply, such as `epoch 4 1200 0 500;people 2000`: members, time until the next slot, slots; holds. */
function parse(reply: string): Synced {
  const [paced = "", holds = ""] = reply.split(";");
  const [epoch = "", ...numbers] = paced.split(" ");
  const [members = 1, next = 0, ...slots] = numbers.map(Number);
  const pairs = holds.split(" ");
  const lengths = pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, Number(pairs[index + 1])] as const] : []));
  return { epoch, members, next, slots, holds: new Map(lengths) };
}

/** What the members of a fleet tell each other of holds. */
export class FleetHolds {
  readonly #sync: Sync;
  readonly #receivers = new Map<Service, (ms: number) => void>();
  #askedAt = -Infinity;

  constructor(sync: Sync) {
    this.#sync = sync;
  }

  /** Returns the holds of one service. */
  of(service: Service): SharedHolds {
    return {
      report: (ms) => void this.#ask([service, ms]),
      onHold: (hold) => void this.#receivers.set(service, hold),
      refresh: () => {
        if (performance.now() - this.#askedAt >= HOLDS_EVERY) void this.#ask();
      },
    };
  }

  /** Tells each service of its hold. */
  receive({ holds }: Synced): void {
    this.#askedAt = performance.now();
    for (const [service, hold] of this.#receivers) {
      const ms = holds.get(service) ?? 0;
      if (ms > 0) hold(ms);
    }
  }

  async #ask(hold?: readonly [Service, number]): Promise<void> {
    this.#askedAt = performance.now();
    try {
      this.receive(await this.#sync.run({ hold }));
    } catch {
      // The server is away, which an event says.
    }
  }
}

/**
 * Keeps to a rate limit together with the other members of a fleet, by slots that the server assigns in the order in which
 * members ask. If the server is away, it keeps to this member's share of the limit.
 */
export class FleetPace implements Pacer {
  readonly #sync: Sync;
  readonly #holds: FleetHolds;
  readonly #requests: number;
  readonly #interval: number;
  readonly #batch: number;
  readonly #queues: { readonly notify: () => void; readonly waiting: () => number }[] = [];
  /** The slots that are left, in order. */
  readonly #slots: Slot[] = [];
  /** The calls that took a slot and were not sent. */
  readonly #taken = new Map<Call, Pace | Slot>();
  /** When this member sent its latest requests. */
  #sent: number[] = [];
  /** When the slot after the last one may come. */
  #next = 0;
  #isAsking = false;
  #askedAt = 0;
  /** The pace of this member alone while the server is away, and since when. */
  #local: Pace | undefined;
  #localSince = Infinity;
  #backSince = Infinity;

  constructor(sync: Sync, holds: FleetHolds, { requests, interval }: RateLimitOptions) {
    this.#sync = sync;
    this.#holds = holds;
    this.#requests = requests;
    this.#interval = interval;
    this.#batch = Math.ceil(requests * BATCH);
  }

  take(call: Call): boolean {
    if (call.hasSlot) return true;
    this.#dropLate();
    const now = performance.now();
    const local = this.#local;
    if (local) {
      if (local.take(call)) this.#taken.set(call, local);
      if (now - this.#askedAt >= RETRY_EVERY) this.#ask(1);
      return call.hasSlot ?? false;
    }
    const [slot] = this.#slots;
    if (slot && slot.from <= now) {
      this.#slots.shift();
      this.#taken.set(call, slot);
      call.hasSlot = true;
    }
    if (this.#slots.length <= this.#batch / 2) this.#ask(call.hasSlot ? 0 : 1);
    return call.hasSlot ?? false;
  }

  async send(call: Call, signal: AbortSignal | null | undefined): Promise<void> {
    for (;;) {
      if (this.take(call)) {
        const slot = this.#taken.get(call);
        this.#taken.delete(call);
        if (slot instanceof Pace) {
          await slot.send(call, signal);
          break;
        }
        call.hasSlot = false;
        // It may have waited for a token until its slot was over.
        if (slot && slot.until >= performance.now()) break;
      } else {
        const wait = Math.max(1, this.delay());
        if (wait >= call.deadline - performance.now()) throw this.tooLong(call, 0);
        await countWait(call, "pace", delay(wait, signal));
      }
    }
    this.#sent.push(performance.now());
    if (this.#sent.length > 2 * this.#requests) this.#sent = this.#sent.slice(-this.#requests);
  }

  giveBack(call: Call): void {
    const slot = this.#taken.get(call);
    this.#taken.delete(call);
    if (slot instanceof Pace) slot.giveBack(call);
    else if (slot) this.#slots.unshift(slot);
    call.hasSlot = false;
    if (slot) this.#notify();
  }

  register(notify: () => void, waiting: () => number): void {
    this.#queues.push({ notify, waiting });
  }

  delay(ahead = 0): number {
    if (this.#local) return this.#local.delay(ahead);
    this.#dropLate();
    const slot = this.#slots[ahead];
    const now = performance.now();
    if (slot) return Math.max(0, slot.from - now);
    // Others may get slots in between: this is the least.
    const beyond = (ahead - this.#slots.length) * (this.#interval / this.#requests);
    return Math.max(this.#isAsking ? POLL : 0, this.#next - now + beyond);
  }

  tooLong(call: Call, ahead: number): RateLimitedError {
    return tooLong(call, this.delay(ahead), ahead);
  }

  /** Drops slots that can no longer be used, and forgets calls that have one, as on Workers. */
  #dropLate(): void {
    const now = performance.now();
    while (this.#slots[0] && this.#slots[0].until < now) this.#slots.shift();
    for (const [call, slot] of this.#taken) {
      if (slot instanceof Pace || slot.until >= now) break;
      this.#taken.delete(call);
    }
  }

  /** Asks for slots, for the calls that wait and as many as were lately used. */
  #ask(least: number): void {
    if (this.#isAsking) return;
    const waiting = this.#queues.reduce((sum, queue) => sum + queue.waiting(), 0);
    const used = this.#sentSince(performance.now() - windowOf(this.#interval));
    const wanted = Math.min(this.#batch, Math.max(least, waiting, used) - this.#slots.length);
    if (wanted > 0) void this.#askFor(wanted);
  }

  async #askFor(wanted: number): Promise<void> {
    const askedAt = performance.now();
    this.#isAsking = true;
    this.#askedAt = askedAt;
    try {
      const alone = Math.min(MAX_REPORTED, this.#sentSince(Math.max(this.#localSince, askedAt - this.#interval)));
      const count = Math.min(MAX_REPORTED, this.#sentSince(askedAt - this.#interval));
      const recent = count === 0 ? [] : this.#sent.slice(-count).map((at) => Math.floor(askedAt - at));
      const isSettled = askedAt - this.#backSince >= SETTLING;
      const synced = await this.#sync.run({ wanted: this.#local && !isSettled ? 0 : wanted, recent, alone });
      const now = performance.now();
      const length = windowOf(this.#interval);
      // The server read its clock at some time in between.
      const slots = synced.slots.map((ms) => ({ from: now + ms, until: askedAt + ms + length }));
      this.#slots.push(...slots);
      this.#next = now + synced.next;
      if (!this.#local || isSettled) {
        this.#local = undefined;
        this.#localSince = Infinity;
        this.#backSince = Infinity;
      } else {
        this.#localSince = askedAt;
        this.#backSince = Math.min(this.#backSince, now);
      }
      this.#holds.receive(synced);
    } catch {
      this.#goOnAlone();
    } finally {
      this.#isAsking = false;
      this.#notify();
    }
  }

  #goOnAlone(): void {
    this.#backSince = Infinity;
    if (this.#local) return;
    this.#slots.length = 0;
    this.#localSince = performance.now();
    const share = this.#requests / this.#sync.members;
    const limit =
      share < 1
        ? { requests: 1, interval: this.#interval / share }
        : { requests: Math.floor(share), interval: this.#interval };
    this.#local = new Pace(limit, this.#sent);
    for (const { notify } of this.#queues) this.#local.register(notify);
  }

  #notify(): void {
    for (const { notify } of this.#queues) notify();
  }

  #sentSince(time: number): number {
    let index = this.#sent.length;
    while (index > 0 && (this.#sent[index - 1] as number) >= time) index--;
    return Math.min(this.#requests, this.#sent.length - index);
  }
}
