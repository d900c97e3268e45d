import { checkFunction, isRecord } from "./checks.js";
import { readCredits } from "./credits.js";
import { ConfigurationError, isLiveDataError } from "./errors/classes.js";
import { type ResponseHead, responseError } from "./errors/response-error.js";
import {
  type CallDescription,
  type CallFinished,
  type CallStarted,
  type LiveDataEvent,
  type LiveDataObserver,
  type Observer,
  safeObserver,
} from "./events.js";
import { requestId } from "./headers.js";
import { describeError, isLogged, type Log, logEvent, writeLine } from "./logger.js";
import type { Call } from "./pipeline/call.js";
import { bodyOf } from "./pipeline/response.js";

/** Sees every call, such as `otel()` of `@livedata/sdk/otel`. What it throws is ignored, and logged once at `warn`. */
export interface Plugin {
  /** Receives all events, as the option `observe` does. */
  readonly observe?: LiveDataObserver | undefined;
  /**
   * Runs a call within a context, such as one of `AsyncLocalStorage`.
   *
   * @param call what is known of the call
   * @param next runs the call, and resolves with its end. It never rejects, and has no part of the response. `around` must
   *   call it before it returns or first awaits; otherwise the call runs without it
   */
  readonly around?: ((call: CallStarted, next: () => Promise<CallFinished>) => unknown) | undefined;
  /**
   * Receives the response of each call, such as `drift()` of `@livedata/sdk/drift`. It runs as the call ends, before the
   * caller goes on, so it must leave what takes time for later.
   */
  readonly inspect?: ((exchange: Exchange) => void) | undefined;
}

/**
 * The latest response of a call, and its request. They have personal data, and those of a path call of `POST /session` the
 * credentials and the access token.
 */
export interface Exchange {
  readonly call: CallFinished;
  readonly status: number;
  readonly headers: Headers;
  /** The body as it was received, which must not be changed. Undefined if there is none, or it was not read, as that of a stream. */
  readonly bytes: Uint8Array | undefined;
  readonly request: ExchangeRequest;
}

/** The request of an {@link Exchange}. */
export interface ExchangeRequest {
  readonly baseUrl: string;
  /** The body as it was sent. */
  readonly body: unknown;
  /** The option `params.query`. */
  readonly query: unknown;
}

const HOOKS = ["observe", "around", "inspect"] as const;

/** What receives events. */
export interface TelemetryOptions {
  readonly observe: LiveDataObserver | undefined;
  readonly plugins: readonly Plugin[];
  readonly log: Log;
}

/** What is known of a call while it runs. */
export interface Progress {
  readonly callId?: number;
  /** Receives its events; undefined if the call is not observed. */
  readonly observe?: Call["observe"];
  /** Its record, once its options are checked. */
  call?: Pick<Call, "attempts" | "response" | "waited">;
  /** Its request, once its inputs are checked. */
  request?: ExchangeRequest;
  /** The response that it ends with. */
  response?: ResponseHead | undefined;
}

/**
 * Checks the plugins.
 *
 * @throws ConfigurationError that names the one that is not a plugin
 */
export function checkPlugins(plugins: readonly Plugin[] | undefined): readonly Plugin[] {
  if (plugins === undefined) return [];
  if (!Array.isArray(plugins)) throw new ConfigurationError("`plugins` must be an array, such as `[otel()]`");
  plugins.forEach((plugin, index) => {
    const name = `plugins[${index}]`;
    if (!isRecord(plugin) || !HOOKS.some((hook) => plugin[hook])) {
      throw new ConfigurationError(`\`${name}\` must be an object with \`observe\`, \`around\` or \`inspect\``);
    }
    for (const hook of HOOKS) checkFunction(plugin[hook], `${name}.${hook}`);
  });
  return [...plugins];
}

/** Tells the observer, the plugins and the log what happens, in this order. Nothing that they do changes a call. */
export class Telemetry {
  /** Whether anything receives the events of calls. If not, a call makes none. */
  readonly hasCalls: boolean;
  readonly #receivers: readonly LiveDataObserver[];
  readonly #inspectors: readonly Observer<Exchange>[];
  readonly #plugins: readonly Plugin[];
  readonly #log: Log;
  readonly #reported: Set<string>;

  /** @param parent that of the client that this one is derived from */
  constructor({ observe, plugins, log }: TelemetryOptions, parent?: Telemetry) {
    this.#reported = parent ? parent.#reported : new Set();
    this.hasCalls = observe !== undefined || plugins.length > 0 || isLogged(log, "info");
    this.#plugins = plugins;
    this.#log = log;
    const receiver = <Event>(name: string, receive: Observer<Event> | undefined) =>
      receive ? [safeObserver(receive, (error) => this.#report(name, error))] : [];
    this.#receivers = [
      ...receiver("observe", observe),
      ...plugins.flatMap((plugin, index) => receiver(`plugins[${index}].observe`, plugin.observe?.bind(plugin))),
    ];
    this.#inspectors = plugins.flatMap((plugin, index) =>
      receiver(`plugins[${index}].inspect`, plugin.inspect?.bind(plugin)),
    );
  }

  /**
   * Sends an event.
   *
   * @param error what the call failed with, for the log alone
   */
  readonly emit = (event: LiveDataEvent, error?: unknown): void => {
    for (const receive of this.#receivers) receive(event);
    logEvent(this.#log, event, error);
  };

  /** Runs a call within the plugins, between its two events. */
  call<T>(description: CallDescription, run: (progress: Progress) => Promise<T>): Promise<T> {
    const progress: Progress = { callId: description.callId, observe: this.#observeCall(description) };
    const start = performance.now();
    const started: CallStarted = { type: "call_started", ...description };
    let tellEnd = (_event: CallFinished) => {};
    const ended = new Promise<CallFinished>((resolve) => {
      tellEnd = resolve;
    });
    const finish = (failure?: { readonly error: unknown }) => {
      const event = finishedEvent(description, progress, performance.now() - start, failure);
      this.emit(event, failure?.error);
      tellEnd(event);
      const { call, request } = progress;
      if (!call?.response || !request) return;
      const { status, headers } = call.response;
      for (const inspect of this.#inspectors)
        inspect({ call: event, status, headers, bytes: bodyOf(call.response), request });
    };
    const runAndFinish = async () => {
      let result: T;
      try {
        result = await run(progress);
      } catch (error) {
        finish({ error });
        throw error;
      }
      finish();
      return result;
    };
    let outcome: Promise<T> | undefined;
    const runOnce = () => {
      outcome ??= runAndFinish();
    };
    this.emit(started);
    this.#within(0, started, ended, runOnce);
    // Every plugin runs the next one, or it is run in its place.
    return outcome ?? runAndFinish();
  }

  /**
   * Adds the call to its events. If `call` made this function, it would keep the call's data in memory for as long as the
   * Response: that leads to the record of the call, which has this function.
   */
  #observeCall({ callId, operation }: CallDescription): Call["observe"] {
    return (event) => this.emit({ ...event, callId, operation });
  }

  #within(index: number, started: CallStarted, ended: Promise<CallFinished>, run: () => void): void {
    const plugin = this.#plugins[index];
    if (!plugin) {
      run();
      return;
    }
    let hasRun = false;
    const next = () => {
      if (!hasRun) {
        hasRun = true;
        this.#within(index + 1, started, ended, run);
      }
      return ended;
    };
    const around = async () => plugin.around?.(started, next);
    around().catch((error) => this.#report(`plugins[${index}].around`, error));
    void next();
  }

  /** Logs the first error of each function: one that fails on every call would fill the log. */
  #report(name: string, error: unknown): void {
    if (this.#reported.has(name)) return;
    this.#reported.add(name);
    writeLine(
      this.#log,
      "warn",
      () => `\`${name}\` failed, which changes no call: ${describeError(error, isLogged(this.#log, "debug"))}`,
    );
  }
}

function finishedEvent(
  description: CallDescription,
  { call, response }: Progress,
  duration: number,
  failure: { readonly error: unknown } | undefined,
): CallFinished {
  const own = failure && isLiveDataError(failure.error) ? failure.error : undefined;
  const status = failure ? own?.status : response?.status;
  const failedStatus = !failure && response && !response.ok ? responseError(response, undefined).code : undefined;
  // A response whose body cannot be read may have been charged for.
  const charged = response ?? call?.response;
  return {
    // First, because V8 takes a microsecond for each new member after a spread that begins an object.
    type: "call_finished",
    ...description,
    status,
    code: failure ? (own?.code ?? "unknown") : failedStatus,
    attempts: call?.attempts ?? 0,
    duration,
    waited: call ? { ...call.waited } : NO_WAITS,
    credits: charged ? readCredits(charged.headers) : NO_CREDITS,
    requestId: own?.requestId ?? (response && requestId(response.headers)),
  };
}

const NO_WAITS = { token: 0, hold: 0, pace: 0, retry: 0 };
const NO_CREDITS = { used: undefined, remaining: undefined, cost: undefined };
