import { factsOf } from "../calls/open-calls.js";
import type { CallOptions, LedgersCalls } from "../calls/types.js";
import { checkFunction, checkNames, checkSignal, isRecord, kindOf, MAX_DELAY } from "../checks.js";
import { type AnyLiveDataError, ConfigurationError, isLiveDataError } from "../errors/classes.js";
import { abortedError, delay, startDeadline } from "../pipeline/abort.js";
import { CALL_OPTIONS, DEFAULT_LIMITS, resolveLimits } from "../pipeline/options.js";
import type { Contact } from "../types.js";
import {
  type Change,
  type ContactChange,
  changesSince,
  PARAMETERS,
  type Position,
  sortKey,
} from "./changed-contacts.js";

/**
 * How far a watch has come. Plain JSON data: store it, and pass it as `since` to go on. A contact that has its time still
 * counts as new if it is not in `seen`, or no longer looks the same.
 */
export interface ContactsCheckpoint {
  /** Which changes were watched. */
  readonly change: ContactChange;
  /** The last change time, as the API wrote it. */
  readonly time: string;
  /**
   * The contacts seen with this time, by id, each with a short digest of its JSON. Many if an import gave many contacts the
   * same time. Copied each time it is read.
   */
  readonly seen: Readonly<Record<string, string>>;
}

/** A contact that changed. */
export interface ChangedContact {
  /** The contact, as it is now. */
  readonly contact: Contact;
  /** Where to go on after this contact. */
  readonly checkpoint: ContactsCheckpoint;
}

/** A transient failure, after which {@link watchContacts} goes on. */
export interface WatchFailure {
  /** Why the list could not be read. */
  readonly error: AnyLiveDataError;
  /** How many times in a row it could not be read. */
  readonly failures: number;
  /** Time until it is read again, in ms. */
  readonly delay: number;
}

/** Options of {@link watchContacts}. */
export interface WatchContactsOptions
  extends Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * Where to start: the checkpoint of the last contact that you are done with, a `Date`, or an ISO time or day, which is in
   * UTC unless it has an offset. Contacts that changed at this very time are included.
   */
  readonly since: ContactsCheckpoint | Date | string;
  /**
   * Time from one list to the next, in ms, at least 1_000. If your work on a list takes longer, the next is requested as
   * soon as you are done.
   * @default 60_000
   */
  readonly every?: number | undefined;
  /**
   * Which changes to watch for: `job` reads `lastJobChangedAt`, `info` reads `lastInfoChangedAt`.
   * @default "job"
   */
  readonly change?: ContactChange | undefined;
  /** Called with each transient failure, and awaited. Throw from it to end the loop. */
  readonly onFailure?: ((failure: WatchFailure) => void) | undefined;
}

/** Time and chance, injected so that tests control them. */
export interface Timing {
  /** Ms since some fixed point. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Waits for some ms, or rejects once the signal aborts. */
  readonly delay: (ms: number, signal?: AbortSignal | null) => Promise<void>;
}

/** The options with all defaults. */
interface Settings extends Omit<WatchContactsOptions, "since"> {
  readonly since: Position;
  readonly every: number;
  readonly change: ContactChange;
}

const operation = "GET /contacts";
/** The shortest `every`, in ms. A smaller one is probably meant as seconds. */
const MIN_INTERVAL = 1_000;
/** The longest wait after the first failure, in ms. It doubles with each failure in a row. */
const BASE_COOLDOWN = 1_000;
/** Upper bound of that wait, and of a server's Retry-After, in ms. */
const MAX_COOLDOWN = 300_000;

/**
 * Watches a ledger for contacts that changed. Lists those that changed since the last one, again and again, and yields
 * them in the order of their change times. The list is held in memory.
 *
 * To miss none across a restart, store the `checkpoint` once you are done with its contact, and pass the last one stored
 * as `since`. The loop yields a contact again after it changed again, also within the same time, or if its checkpoint was
 * not stored. It skips a contact without a change time.
 *
 * A transient failure does not end the loop. It waits 0.5 to 1 s, twice as long after each further one, up to 5 minutes,
 * and at least as long as `Retry-After` says, up to the same. `livedata.close()` ends the loop, also while it waits. Only
 * times of the API are compared, never the local clock.
 *
 * The query, its bound and its pages are inferred; the guide lists what is assumed of them.
 *
 * @param ledgers `livedata.ledgers`
 * @param options where to start, how often to ask, and a signal to end it
 * @returns an endless async iterable; each loop starts at `since`
 * @throws ConfigurationError at once for an invalid option; the loop throws the LiveDataError of a request that would fail
 *   again, an AbortedError once its signal aborts or the client is closed, and a ProtocolError for a list that may be
 *   incomplete
 * @example
 * for await (const { contact, checkpoint } of watchContacts(livedata.ledgers, { since: await load(), signal })) {
 *   await update(contact);
 *   await save(checkpoint);
 * }
 */
export function watchContacts(ledgers: LedgersCalls, options: WatchContactsOptions): AsyncIterable<ChangedContact> {
  const settings = settingsOf(ledgers, options);
  const timing: Timing = { now: () => performance.now(), random: Math.random, delay };
  return { [Symbol.asyncIterator]: () => changes(ledgers, settings, timing) };
}

/** The same for tests, which inject time and chance. */
export function watchWithTiming(
  ledgers: LedgersCalls,
  options: WatchContactsOptions,
  timing: Timing,
): AsyncGenerator<ChangedContact, void, undefined> {
  return changes(ledgers, settingsOf(ledgers, options), timing);
}

function settingsOf(ledgers: LedgersCalls, options: WatchContactsOptions): Settings {
  if (typeof ledgers?.GET !== "function" || (factsOf(ledgers)?.service ?? "ledgers") !== "ledgers") {
    throw new ConfigurationError("the first argument must be the ledgers service: pass `livedata.ledgers`");
  }
  const names: Record<keyof WatchContactsOptions, true> = {
    ...CALL_OPTIONS,
    change: true,
    every: true,
    onFailure: true,
    since: true,
  };
  checkNames(options ?? {}, names, "watchContacts");
  const { change = "job", every = 60_000, onFailure } = options ?? {};
  if (!Object.hasOwn(PARAMETERS, change)) throw new ConfigurationError('`change` must be "job" or "info"');
  if (!(typeof every === "number" && every >= MIN_INTERVAL && every <= MAX_DELAY)) {
    throw new ConfigurationError(`\`every\` must be a number of ms from ${MIN_INTERVAL} to ${MAX_DELAY}`);
  }
  checkFunction(onFailure, "onFailure");
  checkSignal(options?.signal);
  resolveLimits(options ?? {}, DEFAULT_LIMITS);
  return { ...options, change, every, since: positionOf(options?.since, change) };
}

function positionOf(since: unknown, change: ContactChange): Position {
  const checkpoint = isRecord(since) && "time" in since ? since : { change, time: since, seen: {} };
  const { time, seen } = checkpoint;
  const key = sortKey(isDate(time) ? time.toISOString() : time);
  const isKnown = typeof checkpoint["change"] === "string" && Object.hasOwn(PARAMETERS, checkpoint["change"]);
  if (key === undefined || !isKnown || !isDigests(seen)) {
    throw new ConfigurationError(
      '`since` must be a Date, an ISO time such as "2026-01-31T00:00:00Z", or a checkpoint as it was yielded (an object, not JSON text)',
    );
  }
  if (checkpoint["change"] !== change) {
    throw new ConfigurationError(`\`since\` is a checkpoint of another \`change\`: pass the one that it was made with`);
  }
  return { key, seen: new Map(Object.entries(seen)) };
}

function isDigests(value: unknown): value is Record<string, string> {
  return isRecord(value) && !Array.isArray(value) && Object.values(value).every((digest) => typeof digest === "string");
}

function isDate(value: unknown): value is Date {
  return kindOf(value) === "Date" && !Number.isNaN(Number(value));
}

async function* changes(
  ledgers: LedgersCalls,
  settings: Settings,
  { now, random, delay }: Timing,
): AsyncGenerator<ChangedContact, void, undefined> {
  const { change, every, signal, onFailure } = settings;
  const throwIfAborted = () => {
    if (signal?.aborted) throw abortedError(signal, { operation });
  };
  let { key } = settings.since;
  let seen = [...settings.since.seen];
  let failures = 0;
  for (;;) {
    throwIfAborted();
    const startedAt = now();
    let cooldown: number | undefined;
    let list: readonly Change[] = [];
    try {
      const latest = new Map(seen);
      list = await changesSince(ledgers, settings, { key, seen: latest });
      // Only the latest digest of each contact: this time may stay the last one for long.
      seen = [...latest];
      failures = 0;
    } catch (error) {
      if (!isLiveDataError(error) || !error.retryable) throw error;
      cooldown = cooldownAfter(failures++, random, error.retryAfter);
      await onFailure?.({ error, failures, delay: cooldown });
    }
    for (const { contact, time, digest, ...found } of list) {
      throwIfAborted();
      if (found.key !== key) seen = [];
      key = found.key;
      const all = seen;
      const count = all.push([contact.id, digest]);
      const checkpoint: ContactsCheckpoint = {
        change,
        time,
        // A copy is only made if it is read: many contacts may have the same time.
        get seen() {
          return Object.fromEntries(all.slice(0, count));
        },
      };
      yield { contact, checkpoint };
    }
    const { closing } = factsOf(ledgers)?.openCalls ?? { closing: [] };
    if (closing.some(({ aborted }) => aborted)) continue;
    throwIfAborted();
    const end = startDeadline(Infinity, () => {}, signal, ...closing);
    try {
      await delay(cooldown ?? Math.max(0, every - (now() - startedAt)), end.signal);
    } catch (error) {
      // The next request says that the client is closed.
      if (!end.signal.aborted) throw error;
    } finally {
      end.release();
    }
  }
}

function cooldownAfter(failures: number, random: () => number, requested = 0): number {
  const cooldown = Math.min(MAX_COOLDOWN, BASE_COOLDOWN * 2 ** failures) * (1 - random() / 2);
  return Math.max(cooldown, Math.min(MAX_COOLDOWN, requested));
}
