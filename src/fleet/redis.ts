import type { FleetEvent, Observer } from "../events.js";
import type { Command } from "./types.js";

/** How long a command may take, in ms. */
const TIMEOUT = 100;
/** After so many time-outs in a row, the server is left alone for `PAUSE` ms. */
const MAX_TIMEOUTS = 3;
const PAUSE = 5_000;

/** A Lua script. */
export interface Script {
  readonly text: string;
  /** Its SHA-1, once it is known. */
  hash?: string;
}

/** The server gave no usable reply in time. What the command did is unknown. */
export class FleetUnavailableError extends Error {
  override readonly name = "FleetUnavailableError";
}

/** Runs scripts on the server of a fleet, each within a time limit. Never waits for a server that does not reply. */
export class Redis {
  readonly #command: Command;
  readonly #observe: Observer<FleetEvent>;
  #timeouts = 0;
  #pausedUntil = 0;
  #isAway = false;

  constructor(command: Command, observe: Observer<FleetEvent> = () => {}) {
    this.#command = command;
    this.#observe = observe;
  }

  /**
   * Runs a script.
   *
   * @param keys the names of its keys, all in one hash slot
   * @param read checks the reply; throws if it makes no sense
   * @param timeout how long it may take, in ms; at most 100
   * @throws FleetUnavailableError if there is no reply in time, or an error
   */
  async run<T>(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    read: (reply: unknown) => T,
    timeout = TIMEOUT,
  ): Promise<T> {
    if (performance.now() < this.#pausedUntil)
      throw new FleetUnavailableError("the server is left alone after time-outs");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new FleetUnavailableError(`no reply within ${timeout} ms`)), timeout);
    });
    try {
      const reply = read(await Promise.race([this.#evaluate(script, [String(keys.length), ...keys, ...args]), late]));
      this.#timeouts = 0;
      if (this.#isAway) this.#observe({ type: "fleet_back" });
      this.#isAway = false;
      return reply;
    } catch (error) {
      throw this.#away(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #evaluate(script: Script, args: readonly string[]): Promise<unknown> {
    script.hash ??= await sha1(script.text);
    try {
      return await this.#command(["EVALSHA", script.hash, ...args]);
    } catch (error) {
      if (!String(error instanceof Error ? error.message : error).includes("NOSCRIPT")) throw error;
      return await this.#command(["EVAL", script.text, ...args]);
    }
  }

  #away(error: unknown): FleetUnavailableError {
    const isTimeout = error instanceof FleetUnavailableError;
    this.#timeouts = isTimeout ? this.#timeouts + 1 : 0;
    if (this.#timeouts >= MAX_TIMEOUTS) {
      this.#timeouts = 0;
      this.#pausedUntil = performance.now() + PAUSE;
    }
    const failure = isTimeout ? error : new FleetUnavailableError("the server refused a command", { cause: error });
    if (!this.#isAway) this.#observe({ type: "fleet_away", error: failure });
    this.#isAway = true;
    return failure;
  }
}

async function sha1(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
