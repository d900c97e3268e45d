import type { CreditBudget, CreditRequest, CreditReservation } from "../calls/credit-budget.js";
import { checkNames, isRecord } from "../checks.js";
import { ConfigurationError, CreditLimitError } from "../errors/classes.js";
import { keyBase } from "./keys.js";
import { FleetPausedError, type Redis, type Script } from "./redis.js";
import type { FleetBudgetOptions } from "./types.js";

// The hash of a budget: `spent`, reserved credits included; `epoch`, the id of this filling; `r:<id>`, the credits of each
// reservation that is not settled. It expires as a whole, and the budget is then full again.

/**
 * Reserves credits, unless the hash is not the one that the caller saw before.
 *
 * ARGV: limit, most, least, id of the reservation, id of a new filling, its time in ms, the filling that the caller saw.
 * Returns its verdict, the filling, how long that still lasts, and the credits.
 */
const RESERVE: Script = {
  text: `
local limit, most, least = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local field, fresh, seen = 'r:' .. ARGV[4], ARGV[5], ARGV[7]
if redis.call('EXISTS', KEYS[1]) == 0 then
  if seen ~= '' then return {'lost', '', 0, 0} end
  redis.call('HSET', KEYS[1], 'epoch', fresh, 'spent', '0')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local spent = redis.call('HGET', KEYS[1], 'spent')
local held = redis.call('HGET', KEYS[1], field)
local left = redis.call('PTTL', KEYS[1])
if not epoch or epoch == '' or not spent or not string.match(spent, '^%d+$') or #spent > 15 or left < 0 then
  return {'nonsense', '', 0, 0}
end
if seen ~= '' and seen ~= epoch then return {'lost', '', 0, 0} end
if held then return {'reserved', epoch, left, held} end
local credits = math.min(most, math.max(0, limit - tonumber(spent)))
if credits < least then return {'spent', epoch, left, 0} end
local reserved = string.format('%.0f', credits)
redis.call('HSET', KEYS[1], field, reserved)
redis.call('HINCRBY', KEYS[1], 'spent', reserved)
return {'reserved', epoch, left, reserved}`,
};

/** Ends a reservation. ARGV: its id, the credits used. Changes nothing if it has ended, or its filling has. */
const SETTLE: Script = {
  text: `
local field = 'r:' .. ARGV[1]
local held = redis.call('HGET', KEYS[1], field)
if not held then return 'settled' end
local spent = redis.call('HGET', KEYS[1], 'spent')
if not spent or not string.match(held .. spent, '^%d+$') or #spent > 15 or tonumber(held) > tonumber(spent) then
  return 'nonsense'
end
redis.call('HDEL', KEYS[1], field)
redis.call('HINCRBY', KEYS[1], 'spent', string.format('%.0f', tonumber(ARGV[2]) - tonumber(held)))
return 'settled'`,
};

/** How long the server may take to be asked a second time for the same credits, in ms. */
const SECOND_TIMEOUT = 40;

/** The delay before reservations are settled that could not be, in ms, and its upper bound. */
const RETRY_DELAY = 1_000;
const MAX_RETRY_DELAY = 30_000;
/** How late a retry may be, in ms, before another one is started. On Workers a timer may die with the request that set it. */
const MAX_RETRY_LATENESS = 10_000;
/** How many reservations may wait to be settled. The credits of further ones stay spent. */
const MAX_UNSETTLED = 10_000;

/** The filling of a budget that this process saw last. */
export interface SeenFilling {
  readonly epoch: string;
  /** When it ends at the earliest, by the monotonic clock. */
  readonly until: number;
}

/** What the budgets of a fleet in this process share. */
export interface BudgetMembers {
  readonly redis: Pick<Redis, "run">;
  readonly prefix: string;
  /** By the name of the key. */
  readonly seen: Map<string, SeenFilling>;
}

/**
 * Credits that the members of a fleet spend together.
 *
 * A reservation counts as spent until it is settled, so that nothing is forgotten with a process that ends. Without a
 * usable reply of the server nothing is reserved.
 */
export class FleetBudget implements CreditBudget {
  readonly name: string;
  readonly limit: number;
  readonly #expiresIn: number;
  readonly #members: BudgetMembers;
  #keyName: string | undefined;
  /** What to settle again, in the background: the server may not have done it. */
  readonly #unsettled = new Map<string, number>();
  #retryDelay = RETRY_DELAY;
  /** When they are settled again, by the monotonic clock; undefined if that is not planned. */
  #retryDueAt: number | undefined;

  /** @throws ConfigurationError that names the option */
  constructor(members: BudgetMembers, name: string, options: FleetBudgetOptions) {
    const { limit, expiresIn } = checkBudget(name, options);
    this.name = name;
    this.limit = limit;
    this.#expiresIn = expiresIn;
    this.#members = members;
  }

  async reserve(request: CreditRequest): Promise<CreditReservation | undefined> {
    if (this.#unsettled.size > 0) this.#retryLater();
    const reservation = await this.#reserve(request);
    if (reservation || this.#unsettled.size === 0) return reservation;
    // What this process could not give back may be all it needs.
    await this.#settleAgain();
    if (this.#unsettled.size > 0)
      throw this.#away(request, "what earlier requests did not use could not be given back");
    return this.#reserve(request);
  }

  async #reserve(request: CreditRequest): Promise<CreditReservation | undefined> {
    const { limit } = this;
    const { least } = request;
    if (least > limit) return undefined;
    const most = Math.min(request.most, limit);
    const key = await this.#key();
    const id = crypto.randomUUID();
    const sentAt = performance.now();
    const seen = this.#seen(key, sentAt);
    const args = [limit, most, least, id, crypto.randomUUID(), this.#expiresIn, seen?.epoch ?? ""];
    const ask = (timeout?: number) => this.#members.redis.run(RESERVE, [key], args.map(String), timeout);
    let reply: unknown;
    let wasSent = false;
    try {
      reply = await ask().catch((error) => {
        wasSent = !(error instanceof FleetPausedError);
        // A job should not end because its process was busy for 100 ms. To ask again with the same id reserves nothing more.
        return ask(SECOND_TIMEOUT);
      });
    } catch (cause) {
      // The server may have reserved them, or may do so yet.
      if (wasSent) this.#settleLater(id, 0);
      throw this.#away(request, cause instanceof Error ? cause.message : "no reply", cause);
    }
    const [verdict, epoch, left, credits] = readReply(reply);
    if (verdict === "lost") {
      throw this.#refusal(
        request,
        "was lost before its time: the server was emptied, or restarted without its data",
        "enable persistence and `noeviction` on the server; to start over now, give the budget another name",
      );
    }
    const isReserved = verdict === "reserved" && credits >= least && credits <= most;
    if (!isReserved && verdict !== "spent") {
      this.#settleLater(id, 0);
      throw this.#refusal(request, "holds values that no member wrote", "give the budget another name");
    }
    this.#members.seen.set(key, { epoch, until: sentAt + left });
    return isReserved ? { credits, settle: (used) => this.#settle(id, used) } : undefined;
  }

  async #key(): Promise<string> {
    this.#keyName ??= `${await keyBase(this.#members.prefix, `budget ${this.name}`)}:budget`;
    return this.#keyName;
  }

  /** Returns the filling that this process saw, unless it has ended. */
  #seen(key: string, now: number): SeenFilling | undefined {
    const { seen } = this.#members;
    const own = seen.get(key);
    if (own && now < own.until) return own;
    for (const [key, { until }] of seen) if (now >= until) seen.delete(key);
    return undefined;
  }

  async #settle(id: string, used: number): Promise<void> {
    try {
      await this.#members.redis.run(SETTLE, [await this.#key()], [id, String(used)]);
      this.#unsettled.delete(id);
    } catch {
      this.#settleLater(id, used);
    }
  }

  async #settleAgain(): Promise<void> {
    await Promise.all([...this.#unsettled].map(([id, used]) => this.#settle(id, used)));
  }

  #settleLater(id: string, used: number): void {
    if (this.#unsettled.size < MAX_UNSETTLED) this.#unsettled.set(id, used);
    this.#retryLater();
  }

  #retryLater(): void {
    const now = performance.now();
    const planned = this.#retryDueAt;
    if (planned !== undefined && now < planned + MAX_RETRY_LATENESS) return;
    const delay = planned === undefined ? this.#retryDelay : 0;
    const dueAt = now + delay;
    this.#retryDueAt = dueAt;
    const timer: unknown = setTimeout(async () => {
      // So late that another one was started.
      if (this.#retryDueAt !== dueAt) return;
      await this.#settleAgain();
      this.#retryDueAt = undefined;
      this.#retryDelay = Math.min(this.#retryDelay * 2, MAX_RETRY_DELAY);
      if (this.#unsettled.size > 0) this.#retryLater();
      else this.#retryDelay = RETRY_DELAY;
    }, delay);
    // The process may end before: what is not settled stays spent.
    (timer as { unref?: () => void }).unref?.();
  }

  #away(request: CreditRequest, reason: string, cause?: unknown): CreditLimitError {
    const retryAfter = cause instanceof FleetPausedError ? cause.retryAfter : undefined;
    const details = { cause, retryable: true, retryAfter };
    return this.#refusal(request, `cannot be asked: ${reason}`, "check the fleet's server", details);
  }

  #refusal({ operation, least }: CreditRequest, fault: string, fix: string, details = {}): CreditLimitError {
    const { name, limit } = this;
    const message = `the budget \`${name}\` ${fault}. Nothing was sent, and nothing was charged: ${fix}`;
    return new CreditLimitError(message, { operation, attempts: 0, cost: least, limit, ...details });
  }
}

function readReply(reply: unknown): readonly [verdict: string, epoch: string, left: number, credits: number] {
  const [verdict, epoch, left, credits]: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const isWhole = Number.isSafeInteger(Number(left)) && /^\d+$/.test(String(credits));
  return isWhole ? [String(verdict), String(epoch), Number(left), Number(credits)] : ["", "", 0, 0];
}

function checkBudget(name: unknown, options: FleetBudgetOptions): FleetBudgetOptions {
  if (typeof name !== "string" || name.trim() === "")
    throw new ConfigurationError("`name` of a budget must be a text that is not blank");
  if (!isRecord(options))
    throw new ConfigurationError(`the budget \`${name}\` needs options: \`{ limit, expiresIn }\``);
  const names: Record<keyof FleetBudgetOptions, true> = { expiresIn: true, limit: true };
  checkNames(options, names, "fleet.budget");
  const { limit, expiresIn } = options;
  checkWhole(limit, name, "limit", 0, "of credits");
  checkWhole(expiresIn, name, "expiresIn", 1, "of ms");
  return { limit, expiresIn };
}

/** The most that a budget counts, which the scripts and every clock can hold. */
const MAX = 1e14;

function checkWhole(value: number, name: string, option: string, min: number, unit: string): void {
  if (Number.isInteger(value) && value >= min && value <= MAX) return;
  throw new ConfigurationError(
    `\`${option}\` of the budget \`${name}\` must be a whole number ${unit}, from ${min} to ${MAX.toLocaleString("en")}`,
  );
}
