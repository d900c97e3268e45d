import { isRecord } from "./checks.js";
import { type AnyLiveDataError, ConfigurationError, isLiveDataError } from "./errors/classes.js";
import { readMember, readString } from "./errors/read-error.js";
import type { CallFinished, LiveDataEvent } from "./events.js";

/** Receives lines of text, as `console`, pino and winston do. */
export interface Logger {
  /** Receives what happens within calls, and session exchanges. */
  debug(line: string): unknown;
  /** Receives a line for each call. */
  info(line: string): unknown;
  /** Receives what no call reports. */
  warn(line: string): unknown;
  /** Not called by this version. */
  error(line: string): unknown;
}

/** The least severe lines that are logged; `off` for none. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "off";

/** Where lines go, and which. */
export interface LogOptions {
  /**
   * Receives the SDK's log lines: `console`, or a logger of pino, winston and the like. What it throws is ignored.
   * @default console
   */
  readonly logger?: Logger | undefined;
  /**
   * `info`: one line for each call. `debug`: also retries, waits and session exchanges. `warn`: only what no call reports, as
   * a failed background refresh, an error of a plugin, or that the server of a fleet is away. No line has a secret, a token,
   * a body or a person's data. The messages of errors that are not the SDK's are only written at `debug`. Environment
   * variable: `LIVEDATA_LOG`.
   * @default "warn"
   */
  readonly logLevel?: LogLevel | undefined;
}

/** A logger, and how much goes to it. Checked and complete. */
export interface Log {
  readonly logger: Logger;
  readonly level: LogLevel;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "off"];

/** How many nested causes of an error are written. */
const MAX_CAUSES = 5;

/**
 * Checks the options of the log.
 *
 * @param variable the value of LIVEDATA_LOG
 * @throws ConfigurationError that names the option
 */
export function resolveLog({ logger, logLevel }: LogOptions, variable: string | undefined): Log {
  const level = logLevel ?? variable ?? "warn";
  if (!LEVELS.some((known) => known === level)) {
    throw new ConfigurationError(`\`logLevel\` (LIVEDATA_LOG) must be one of ${LEVELS.join(", ")}`);
  }
  const complete: unknown = logger ?? console;
  if (!isRecord(complete) || LEVELS.some((name) => name !== "off" && typeof complete[name] !== "function")) {
    throw new ConfigurationError("`logger` must have the functions debug, info, warn and error, as `console` has");
  }
  return { logger: complete as unknown as Logger, level: level as LogLevel };
}

/** Whether lines of a level are logged. */
export function isLogged({ level }: Log, of: Exclude<LogLevel, "off">): boolean {
  return LEVELS.indexOf(of) >= LEVELS.indexOf(level);
}

/** Writes a line, if its level is logged. */
export function writeLine(log: Log, level: Exclude<LogLevel, "off">, line: () => string): void {
  if (!isLogged(log, level)) return;
  try {
    const outcome = log.logger[level](`livedata: ${line()}`) as Partial<PromiseLike<unknown>> | undefined;
    outcome?.then?.(undefined, () => {});
  } catch {
    // A failing logger must not fail the call.
  }
}

/**
 * Writes the line of an event.
 *
 * @param error what the call failed with
 */
export function logEvent(log: Log, event: LiveDataEvent, error?: unknown): void {
  const describe = (failure: unknown) => describeError(failure, isLogged(log, "debug"));
  if (event.type === "call_finished") {
    writeLine(log, "info", () => finishedLine(event, error === undefined ? undefined : describe(error)));
  } else if (event.type === "exchange_failed") {
    const level = event.background ? "warn" : "debug";
    const what = event.background ? "the background refresh of the access token" : "the session exchange";
    writeLine(log, level, () => `${what} failed, next attempt in ${ms(event.nextAttemptIn)}: ${describe(event.error)}`);
  } else if (event.type === "fleet_away") {
    writeLine(
      log,
      "warn",
      () => `no usable reply of the fleet's server, so this process goes on alone: ${describe(event.error)}`,
    );
  } else {
    writeLine(log, "debug", () => debugLine(event));
  }
}

function finishedLine(event: CallFinished, error: string | undefined): string {
  const { service, operation, name = `${service} ${operation}`, status, code, attempts, duration, waited } = event;
  const { used, remaining, cost } = event.credits;
  const parts = [
    `${name} ${code === undefined ? status : `failed: ${error ?? `${status} (${code})`}`}`,
    ms(duration),
    attempts !== 1 && `${attempts} attempts`,
    ...(["token", "hold", "pace", "retry"] as const).map(
      (part) => waited[part] >= 1 && `${part} wait ${ms(waited[part])}`,
    ),
    used !== undefined && `credits used ${used}`,
    cost !== undefined && `credits cost ${cost}`,
    remaining !== undefined && `credits left ${remaining}`,
    event.requestId !== undefined && `request ${event.requestId}`,
    `call ${event.callId}`,
    event.parentId !== undefined && `preview for call ${event.parentId}`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

function debugLine(event: Exclude<LiveDataEvent, CallFinished>): string {
  const { type, ...fields } = event;
  const members = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [
    type,
    ...members.map(([name, value]) => `${name} ${typeof value === "number" ? Math.round(value) : value}`),
  ].join(", ");
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}

/**
 * Describes an error and its causes by name and code.
 *
 * @param isVerbose whether to write the messages of errors that are not the SDK's, which may say anything
 */
export function describeError(error: unknown, isVerbose: boolean, depth = 0): string {
  const isOwn = isLiveDataError(error);
  const name = matching(error, "name", /^\w{0,40}(?:Error|Exception)$/) ?? typeof error;
  const code = matching(error, "code", isOwn ? /^\w+$/ : /^[A-Z][A-Z0-9_]{0,40}$/);
  const message = isOwn ? ownMessage(error) : isVerbose ? readString(error, "message") : undefined;
  // An error of one caller may have that of all as its cause.
  const first = readMember(error, "cause");
  const isCopy = isOwn && readString(first, "message") === error.message;
  const cause = depth < MAX_CAUSES ? (isCopy ? readMember(first, "cause") : first) : undefined;
  return [
    name,
    code === undefined ? "" : ` (${code})`,
    message === undefined ? "" : `: ${message.replace(/\s+/g, " ")}`,
    cause === undefined || cause === null ? "" : `, caused by ${describeError(cause, isVerbose, depth + 1)}`,
  ].join("");
}

/** Returns a name or code that looks like one: it may be anything, such as a person's name. */
function matching(error: unknown, member: "code" | "name", pattern: RegExp): string | undefined {
  const text = readString(error, member);
  return text !== undefined && pattern.test(text) ? text : undefined;
}

/** Leaves out the operation, which the line has: a path that is not documented may name a person. */
function ownMessage({ message, operation }: AnyLiveDataError): string {
  return operation !== undefined && message.startsWith(`${operation}: `)
    ? message.slice(operation.length + 2)
    : message;
}
