import type { Service } from "../base-urls.js";
import type { RateLimitedError } from "../errors/classes.js";
import { delay, onAbort, throwIfAborted } from "../pipeline/abort.js";
import { type Call, countWait } from "../pipeline/call.js";
import { Pace, type Pacer, type RateLimitOptions, tooLong } from "../pipeline/pace.js";
import { keyBase } from "./keys.js";
import type { Redis, Script } from "./redis.js";
import type { FleetClient, SharedHolds } from "./types.js";

/** Requests travel for different times, so the API may see them closer together than they were sent. */
const MARGIN = 1.02;
/** How many slots have no distance to the one before, as a share of all. */
const BURST = 0.1;
/** How long a slot may be used: a share of the interval, between so many ms. A short one has a larger share. */
const WINDOW_SHARE = 0.02;
const SHORT_WINDOW_SHARE = 0.1;
const MIN_WINDOW = 20;
const SHORT_WINDOW = 100;
const MAX_WINDOW = 1_000;
/** How many later slots a member asks for at once, as a share of all: those of a killed one are lost. */
const BATCH = 0.02;
/** How often a member that makes calls asks for the holds of others, in ms. */
const HOLDS_EVERY = 250;
/** The longest hold that is believed, in ms. */
const MAX_HOLD = 300_000;
/** How often a member whose server is away asks again, in ms. */
const RETRY_EVERY = 500;
/**
 * How long a member whose server is back keeps to its share, in ms: until then all others have told the server what they
 * sent without it, even those that left it alone for a while.
 */
const SETTLING = 6_000;
/** How often a call looks for its slot while the server is asked, in ms, if it is not woken. */
const POLL = 50;
/** How long a request to the server may take, in ms, before another is sent: on Workers it may never end. */
const MAX_ASKING = 1_000;
/** How long a member counts as one after it last asked, in ms, at least. */
const MIN_MEMBER_LIFE = 30_000;
/** How many requests that were sent without the server are reported to it. */
const MAX_REPORTED = 1_000;

/**
 * Reports a hold, and assigns slots: times that follow each other, at which a member may send one request each. A slot is
 * `interval` after the one that is `requests` before it.
 *
 * KEYS: members, holds, pace, ring. ARGV: 1 member, 2 life of a member, 3 held service, 4 length of its hold, 5 requests and
 * 6 interval of the limit, 7 wanted slots, 8 how many of them may be later than now, 9 new epoch, 10 known epoch, 11 the number
 * of the member's first request that the ring does not have, and the ages of these requests.
 *
 * A ring that was lost, or is of a clock that was set back, gets a new epoch. A member that knows another epoch gets no slot
 * until it has reported what it sent. Values that no member wrote are deleted.
 */
const SYNC: Script = {
  isReply: (reply) => /^[\w-]+ [1-9]\d*(?:\.0)?(?: \d{1,10})+;/.test(String(reply)),
  text: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function fixed(number) return string.format('%.0f', number) end
local function keep(key, ms) redis.call('PEXPIRE', key, fixed(math.max(ms, redis.call('PTTL', key)))) end
for i, type in ipairs({ 'zset', 'hash', 'hash', 'zset' }) do
  local found = redis.call('TYPE', KEYS[i])
  found = found.ok or found
  if found ~= type and found ~= 'none' then redis.call('DEL', KEYS[i]) end
end

local holds = redis.call('HGETALL', KEYS[2])
for i = 2, #holds, 2 do
  local left = (tonumber(holds[i]) or 0) - now
  if not (left <= ${MAX_HOLD}) then redis.call('HDEL', KEYS[2], holds[i - 1]) end
end
local held = tonumber(ARGV[4])
if held > 0 and now + held > (tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or 0) or 0) then
  redis.call('HSET', KEYS[2], ARGV[3], fixed(now + held))
  keep(KEYS[2], held)
end
holds = redis.call('HGETALL', KEYS[2])
for i = 2, #holds, 2 do
  holds[i] = fixed(math.max(0, (tonumber(holds[i]) or 0) - now))
end
local suffix = ';' .. table.concat(holds, ' ')

local life, last = tonumber(ARGV[2]), now
local requests, interval = tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', fixed(now - life))
redis.call('ZREMRANGEBYSCORE', KEYS[1], fixed(now + 1e10), '+inf')
-- A member that waits for a late slot has a time to come.
local counts = math.max(now, tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) or 0)
redis.call('ZADD', KEYS[1], fixed(counts), ARGV[1])
keep(KEYS[1], life)
local members = redis.call('ZCARD', KEYS[1])
if requests == 0 then return '- ' .. members .. ' 0' .. suffix end

local burst = math.max(1, math.floor(requests * ${BURST}))
local distance = interval / requests
local epoch = redis.call('HGET', KEYS[3], 'epoch')
local even = tonumber(redis.call('HGET', KEYS[3], 'even') or 0) or 0
local sequence = tonumber(redis.call('HGET', KEYS[3], 'sequence') or 0) or 0
local written = tonumber(redis.call('HGET', KEYS[3], 'time') or 0) or 0
-- Members may have different limits while one is deployed: the longest interval decides what is kept.
local longest = tonumber(redis.call('HGET', KEYS[3], 'interval') or 0) or 0
if not (longest <= 1e10) then longest = 0 end
longest = math.max(longest, interval)
local latest = now + (members + 1) * longest
local isSound = epoch and string.match(epoch, '^[%w-]+$') and written <= now + 1000 and even <= latest
  and sequence >= 0 and sequence < 1e15
if not isSound then
  -- After a loss there is no burst.
  even = (ARGV[10] == '' and not epoch) and 0 or now + burst * distance
  epoch = ARGV[9]
  sequence = 0
  longest = interval
  redis.call('DEL', KEYS[3], KEYS[4])
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '(' .. fixed(latest), '+inf')
-- A request that is reported twice counts once.
for i = 12, #ARGV do
  local name = ARGV[1] .. ':' .. fixed(tonumber(ARGV[11]) + i)
  redis.call('ZADD', KEYS[4], fixed(now - tonumber(ARGV[i])), name)
end

local slots = ''
if ARGV[10] == '' or ARGV[10] == epoch then
  for i = 1, tonumber(ARGV[7]) do
    local at = math.max(now, even + (1 - burst) * distance)
    local before = redis.call('ZREVRANGE', KEYS[4], requests - 1, requests - 1, 'WITHSCORES')
    at = math.ceil(math.max(at, (tonumber(before[2] or 0) or 0) + interval))
    if at > now and i > tonumber(ARGV[8]) then break end
    last = at
    even = math.max(even, last) + distance
    sequence = sequence + 1
    redis.call('ZADD', KEYS[4], fixed(last), fixed(sequence))
    slots = slots .. ' ' .. fixed(last - now)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', fixed(now - 2 * longest))
redis.call('HSET', KEYS[3], 'epoch', epoch, 'even', string.format('%.3f', even), 'sequence', fixed(sequence), 'time', fixed(now),
  'interval', fixed(longest))
for i = 3, 4 do keep(KEYS[i], math.max(life, last - now + 2 * longest)) end
if last > now then
  -- A member that waits for a late slot asks for nothing meanwhile.
  redis.call('ZADD', KEYS[1], fixed(last), ARGV[1])
  keep(KEYS[1], last - now + life)
end
local next = fixed(math.max(0, even + (1 - burst) * distance - now))
return epoch .. ' ' .. members .. ' ' .. next .. slots .. suffix
`,
};

/** What a member asks of the server. */
interface Request {
  /** How many slots; undefined to ask for holds alone. */
  readonly wanted?: number;
  /** How many of them may be later than now. */
  readonly later?: number;
  /** How long ago it sent requests that the ring does not have, in ms, and how many it sent before. */
  readonly ages?: readonly number[];
  readonly before?: number;
  /** A service that is held, and for how long, in ms. */
  readonly hold?: readonly [Service, number] | undefined;
}

/** What a member learned from the server. */
interface Synced {
  /** Whether the server lost what this member sent: it then must be reported. */
  readonly isLost: boolean;
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
  async run({ wanted, later = wanted, ages = [], before = 0, hold }: Request): Promise<Synced> {
    const { requests, interval } = this.#rateLimit ?? { requests: 0, interval: 0 };
    this.#base ??= keyBase(this.#prefix, this.#organization);
    const base = await this.#base;
    const [service = "", ms = 0] = hold ?? [];
    const known = this.#epoch;
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
        wanted ?? 0,
        later ?? 0,
        crypto.randomUUID(),
        known,
        before,
        ...ages,
      ].map(String),
      // A later reply would have no slot that could still be used.
      wanted ? windowOf(interval) : undefined,
      (reply) => {
        if (SYNC.isReply?.(reply)) this.members = parse(String(reply)).members;
      },
    );
    const { epoch, ...synced } = parse(String(reply));
    this.members = synced.members;
    // Only a member that asks for slots reports what the server lost.
    if (wanted === undefined) return { ...synced, isLost: false };
    this.#epoch = epoch;
    return { ...synced, isLost: known !== "" && epoch !== known };
  }
}

function windowOf(interval: number): number {
  const short = Math.min(SHORT_WINDOW, interval * SHORT_WINDOW_SHARE);
  return Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, short, interval * WINDOW_SHARE));
}

/** Reads a reply, such as `epoch 4 1200 0 500;people 2000`: members, time until the next slot, slots; holds. */
function parse(reply: string): Omit<Synced, "isLost"> & { readonly epoch: string } {
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
  readonly #burst: number;
  readonly #batch: number;
  readonly #queues: { readonly notify: () => void; readonly waiting: () => number }[] = [];
  /** Wake the calls that need another slot: their own is over, or was used. */
  readonly #senders = new Set<() => void>();
  /** The slots that are left, in order. */
  readonly #slots: Slot[] = [];
  /** The calls that took a slot and were not sent. */
  readonly #taken = new Map<Call, Pace | Slot>();
  /** When this member sent its latest requests. */
  #sent: number[] = [];
  #total = 0;
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
    this.#burst = Math.max(1, Math.floor(requests * BURST));
    this.#batch = Math.ceil(requests * BATCH);
  }

  get poll(): number {
    return this.#isWaiting() && !this.#local ? POLL : 1;
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
    this.#ask(call.hasSlot ? 0 : 1);
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
        // Not for long at once: while the server is away, somebody must look whether it is back.
        const wait = this.delay();
        if (wait >= call.deadline - performance.now()) throw this.tooLong(call, 0);
        await countWait(call, "pace", this.#untilNotified(Math.min(RETRY_EVERY, Math.max(wait, this.poll)), signal));
      }
    }
    this.#sent.push(performance.now());
    this.#total++;
    if (this.#sent.length > 2 * this.#requests) this.#sent = this.#sent.slice(-this.#requests);
  }

  async #untilNotified(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
    const stop = new AbortController();
    const wake = () => stop.abort();
    this.#senders.add(wake);
    const stopListening = signal && onAbort(signal, wake);
    try {
      await delay(ms, stop.signal).catch(() => {});
      throwIfAborted(signal);
    } finally {
      stopListening?.();
      this.#senders.delete(wake);
    }
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
    return Math.max(0, this.#next - now + beyond);
  }

  tooLong(call: Call, ahead: number): RateLimitedError {
    return tooLong(call, this.delay(ahead), ahead);
  }

  /** Drops slots that can no longer be used, and forgets calls that have one, as on Workers. */
  #dropLate(): void {
    const now = performance.now();
    while (this.#slots[0] && this.#slots[0].until < now) this.#slots.shift();
    for (const [call, slot] of this.#taken) {
      if (slot instanceof Pace) continue;
      if (slot.until >= now) break;
      this.#taken.delete(call);
    }
  }

  #isWaiting(): boolean {
    return this.#isAsking && performance.now() - this.#askedAt < MAX_ASKING;
  }

  /** Asks for slots, for the calls that wait and as many as were lately used, if half of these are gone. */
  #ask(least: number): void {
    if (this.#isWaiting()) return;
    const waiting = this.#senders.size + this.#queues.reduce((sum, queue) => sum + queue.waiting(), 0);
    const used = this.#sentSince(performance.now() - windowOf(this.#interval));
    const wanted = Math.max(least, waiting, used);
    const later = Math.min(this.#batch, wanted) - this.#slots.length;
    if (this.#slots.length > Math.min(this.#batch, wanted) / 2 || wanted === 0) return;
    void this.#askFor(Math.max(later, Math.min(waiting, this.#burst)), later);
  }

  async #askFor(wanted: number, later: number): Promise<void> {
    const askedAt = performance.now();
    this.#isAsking = true;
    this.#askedAt = askedAt;
    try {
      const isSettled = !this.#local || askedAt - this.#backSince >= SETTLING;
      const request = isSettled ? { wanted, later } : { wanted: 0 };
      // Of a command that gets no reply, it is not known whether the server has it, and when: the first one reports nothing.
      const isKnown = !this.#local || this.#backSince < Infinity;
      const since = Math.max(this.#localSince, askedAt - this.#interval);
      let synced = await this.#sync.run({ ...request, ...(isKnown && this.#sentAfter(since)) });
      if (synced.isLost) {
        this.#slots.length = 0;
        synced = await this.#sync.run({ ...request, ...this.#sentAfter(askedAt - this.#interval) });
      }
      const now = performance.now();
      if (synced.isLost) throw new Error("the server lost its data again at once");
      if (now - askedAt > windowOf(this.#interval)) throw new Error("the slots are over before they could be used");
      if (isSettled) {
        this.#local = undefined;
        this.#localSince = Infinity;
        this.#backSince = Infinity;
        // The server read its clock at some time in between.
        const until = askedAt + windowOf(this.#interval);
        this.#slots.push(...synced.slots.map((ms) => ({ from: now + ms, until: until + ms })));
      } else {
        if (isKnown) this.#localSince = askedAt;
        this.#backSince = Math.min(this.#backSince, now);
      }
      this.#next = now + synced.next;
      this.#holds.receive(synced);
    } catch {
      this.#goOnAlone();
    } finally {
      if (this.#askedAt === askedAt) this.#isAsking = false;
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
    for (const wake of this.#senders) wake();
  }

  #sentSince(time: number): number {
    let index = this.#sent.length;
    while (index > 0 && (this.#sent[index - 1] as number) >= time) index--;
    return this.#sent.length - index;
  }

  /** Returns how long ago this member sent requests since a time, in ms, and how many before. */
  #sentAfter(time: number): { readonly ages: number[]; readonly before: number } {
    const now = performance.now();
    const count = Math.min(MAX_REPORTED, this.#sentSince(time));
    const ages = count === 0 ? [] : this.#sent.slice(-count).map((at) => Math.floor(now - at));
    return { ages, before: this.#total - count };
  }
}
