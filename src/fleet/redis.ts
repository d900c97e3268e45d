import type { FleetEvent, Observer } from "../events.js";
import type { Command } from "./types.js";

/** How long a command may take, in ms. */
const TIMEOUT = 100;
/** After so many time-outs in a row, the server is left alone for `PAUSE` ms. */
const MAX_TIMEOUTS = 3;
const PAUSE = 5_000;
/** How long a reply is still waited for if this process was too busy to read it in time, in ms. */
const GRACE = 20;

/** A Lua script. */
export interface Script {
  readonly text: string;
  /** Whether a reply makes sense. The server may hold anything. */
  readonly isReply?: (reply: unknown) => boolean;
  /** Its SHA-1, once it is known. */
  hash?: string;
}

/** The server gave no usable reply in time. What the command did is unknown. */
export class FleetUnavailableError extends Error {
  override readonly name = "FleetUnavailableError";
}

/** The command was not sent: the server is left alone for a while. */
export class FleetPausedError extends FleetUnavailableError {
  /** For how long, in ms. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super("the server is left alone after time-outs");
    this.retryAfter = retryAfter;
  }
}

/** Runs scripts on the server of a fleet, each within a time limit. Never waits for a server that does not reply. */
export class Redis {
  readonly #command: Command;
  readonly #observe: Observer<FleetEvent>;
  readonly #timeout: number;
  #timeouts = 0;
  /** When the last of them was counted. The next one is of a command that was sent later. */
  #countedAt = -Infinity;
  #pausedUntil = 0;
  #isAway = false;

  /** @param timeout how long a command may take, in ms; tests on a busy machine wait longer */
  constructor(command: Command, observe: Observer<FleetEvent> = () => {}, timeout = TIMEOUT) {
    this.#command = command;
    this.#observe = observe;
    this.#timeout = timeout;
  }

  /**
   * Runs a script.
   *
   * @param keys the names of its keys, all in one hash slot
   * @param timeout how long it may take, in ms; at most 100
   * @param onLate receives a reply that came too late
   * @throws FleetUnavailableError if there is no reply in time, or one that makes no sense, or an error
   */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    timeout = this.#timeout,
    onLate: (reply: unknown) => void = () => {},
  ): Promise<unknown> {
    const now = performance.now();
    if (now < this.#pausedUntil) throw new FleetPausedError(this.#pausedUntil - now);
    // Not part of the time limit: it says nothing of the server.
    script.hash ??= await sha1(script.text);
    const sentAt = performance.now();
    const evaluation = this.#evaluate(script, keys, args);
    const deadline = startDeadline(Math.min(timeout, this.#timeout));
    try {
      const reply = await Promise.race([evaluation, deadline.late]);
      if (reply === undefined) throw new Error("`command` returned nothing: it must return the reply of the server");
      if (script.isReply?.(reply) === false) throw new Error("the reply makes no sense");
      this.#timeouts = 0;
      if (this.#isAway) this.#observe({ type: "fleet_back" });
      this.#isAway = false;
      return reply;
    } catch (error) {
      if (error instanceof FleetUnavailableError) evaluation.then(onLate).catch(() => {});
      throw this.#away(error, timeout < this.#timeout ? undefined : sentAt);
    } finally {
      deadline.release();
    }
  }

  /** Runs a script without waiting for it, even while the server is left alone. */
  send(script: Script, keys: readonly string[], args: readonly string[]): void {
    this.#evaluate(script, keys, args).catch(() => {});
  }

  async #evaluate(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    script.hash ??= await sha1(script.text);
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.#command(["EVALSHA", script.hash, ...rest]);
    } catch (error) {
      // valkey-glide writes `NoScriptError`.
      if (!/noscript/i.test(String(error))) throw error;
      return await this.#command(["EVAL", script.text, ...rest]);
    }
  }

  #away(error: unknown, sentAt: number | undefined): FleetUnavailableError {
    const isTimeout = error instanceof FleetUnavailableError;
    if (!isTimeout) this.#timeouts = 0;
    // A shorter time limit says nothing about the server.
    else if (sentAt !== undefined) this.#countTimeout(sentAt);
    const failure = isTimeout ? error : new FleetUnavailableError("the server refused a command", { cause: error });
    if (!this.#isAway) this.#observe({ type: "fleet_away", error: failure });
    this.#isAway = true;
    return failure;
  }

  #countTimeout(sentAt: number): void {
    // All commands that wait for one stall count once.
    if (sentAt < this.#countedAt) return;
    this.#countedAt = performance.now();
    // Not reset: after the pause, one more time-out is enough for the next one.
    if (++this.#timeouts >= MAX_TIMEOUTS) this.#pausedUntil = this.#countedAt + PAUSE;
  }
}

/** Starts a time limit. A process that was busy reads the replies that have arrived before it counts as reached. */
function startDeadline(timeout: number) {
  const start = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new FleetUnavailableError(`no reply within ${timeout} ms`));
    timer = setTimeout(() => {
      if (performance.now() - start < timeout + GRACE) end();
      else timer = setTimeout(end, GRACE);
    }, timeout);
  });
  return { late, release: () => clearTimeout(timer) };
}

async function sha1(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
