import type { Service } from "../base-urls.js";
import { checkSignal, checkTimeout } from "../checks.js";
import { AbortedError } from "../errors/classes.js";
import { ClientClosed, delay, onAbort, startDeadline, untilAborted } from "../pipeline/abort.js";

/** Options of `close`. */
export interface CloseOptions {
  /**
   * Maximum time for the calls under way, in ms. Then they are aborted. `0` aborts them at once, `Infinity` never does.
   * @default 10_000
   */
  readonly timeout?: number | undefined;
}

/** A call under way. */
export interface OpenCall {
  /** Aborts with the reason of the caller's signal, or once the client is closed. */
  readonly signal: AbortSignal;
  /** Says that the call has ended. */
  readonly release: () => void;
}

/** What the helpers know of a service's client. */
interface ClientFacts {
  readonly service: Service;
  readonly openCalls: OpenCalls;
}

const clients = new WeakMap<object, ClientFacts>();

/** Remembers which service a client calls, and which calls are closed with it. */
export function rememberClient(client: object, facts: ClientFacts): void {
  clients.set(client, facts);
}

/** Returns what is known of a service's client; undefined for one that the SDK did not create. */
export function factsOf(client: object): ClientFacts | undefined {
  return clients.get(client);
}

/** The calls under way of a client, and of those derived from it. */
export class OpenCalls {
  /** This client and those it is derived from. */
  readonly #clients: readonly OpenCalls[];
  readonly #controller = new AbortController();
  readonly #closing = new AbortController();
  readonly #calls = new Set<OpenCall>();
  #whenIdle: (() => void)[] = [];

  constructor(parent?: OpenCalls) {
    this.#clients = parent ? [this, ...parent.#clients] : [this];
    // Keeps the listener on the signal that most calls share. Otherwise each call adds and removes it.
    if (!parent) onAbort(this.#controller.signal, () => {});
  }

  /** Signals of which one aborts as soon as no new call may begin. For waits that a call follows. */
  get closing(): readonly AbortSignal[] {
    return this.#clients.map((client) => client.#closing.signal);
  }

  /**
   * Registers a call.
   *
   * @param callerSignal ends the call with its own reason
   * @param operation method and path, for the error
   * @param isStream whether the response goes on after the call has ended, and after the client was closed
   * @throws AbortedError if the client is closed; ConfigurationError if `callerSignal` is not a signal
   */
  open(callerSignal: AbortSignal | null | undefined, operation?: string, isStream = false): OpenCall {
    if (this.#clients.some((client) => client.#closing.signal.aborted)) {
      throw new AbortedError("not sent: the client is closed", { operation, attempts: 0 });
    }
    const end = this.#endOf(callerSignal, isStream);
    const call: OpenCall = {
      signal: end.signal,
      release: () => {
        end.release();
        for (const client of this.#clients) client.#remove(call);
      },
    };
    for (const client of this.#clients) client.#calls.add(call);
    return call;
  }

  /**
   * Refuses new calls, waits for those under way, and aborts those that remain after the timeout.
   *
   * @throws ConfigurationError if the timeout is invalid; the client then stays open
   */
  async close(options?: CloseOptions): Promise<void> {
    const timeout = checkTimeout(options?.timeout ?? 10_000, "timeout", 0);
    this.#closing.abort();
    if (this.#calls.size === 0) return;
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    const deadline = startDeadline(
      timeout,
      () => new ClientClosed("the client was closed before the response was complete"),
    );
    await untilAborted(idle, deadline.signal).catch((reason) => this.#controller.abort(reason));
    deadline.release();
    // Whoever waits for a call takes its result before the process may end.
    await delay(0);
  }

  #endOf(callerSignal: AbortSignal | null | undefined, isStream: boolean): OpenCall {
    checkSignal(callerSignal);
    if (callerSignal?.aborted) return { signal: callerSignal, release() {} };
    // Most calls have no signal, and share that of their client.
    if (!callerSignal && !isStream && this.#clients.length === 1)
      return { signal: this.#controller.signal, release() {} };
    return startDeadline(Infinity, () => {}, callerSignal, ...this.#clients.map((client) => client.#controller.signal));
  }

  #remove(call: OpenCall): void {
    this.#calls.delete(call);
    if (this.#calls.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
