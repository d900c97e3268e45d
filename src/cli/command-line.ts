import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs, parseEnv } from "node:util";
import { createLiveData, type LiveData, type LiveDataEvent } from "../index.js";
import { ArgumentsError, UsageError } from "./errors.js";
import { counted, note, number, styled } from "./terminal.js";

/** A command. */
export interface Command {
  /** What it does, in one line. */
  readonly summary: string;
  /** Its `--help`. Fits a screen of 80 by 24. */
  readonly help: string;
  /**
   * Runs it.
   *
   * @param args what follows its name
   * @param signal aborts on ctrl-C
   * @returns the exit code
   * @throws UsageError for wrong arguments; whatever a call throws
   */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Options of every command that calls the API. */
export const API_OPTIONS = { dotenv: { type: "string" } } as const satisfies Options;

/**
 * Parses arguments.
 *
 * @param names names of the positional arguments, all required
 * @throws ArgumentsError if one is unknown, missing or too many
 */
export function parse<const T extends Options>(args: string[], options: T, names: readonly string[] = []) {
  const parsed = parsedOrThrow({ args, options, allowPositionals: true, strict: true });
  const { positionals } = parsed;
  const missing = names[positionals.length];
  if (missing !== undefined) throw new ArgumentsError(`${missing} is missing`);
  if (positionals.length > names.length) {
    const expected = names.length === 0 ? "none" : names.join(" ");
    throw new ArgumentsError(`${counted(positionals.length, "argument")} given, but expected ${expected}`);
  }
  return parsed;
}

function parsedOrThrow<const T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs(config);
  } catch (error) {
    // Its own messages name the option, and quote no value.
    if (error instanceof TypeError) throw new ArgumentsError(firstSentence(error.message));
    throw error;
  }
}

function firstSentence(message: string): string {
  return message.split(/\. |\.?\n/)[0] ?? message;
}

/**
 * Reads the value of an option that is a whole number.
 *
 * @throws ArgumentsError if it is not, or is less than `min`
 */
export function wholeNumber(value: string | undefined, option: string, min: number): number | undefined {
  if (value === undefined) return undefined;
  const result = Number(value.replaceAll(/[,_]/g, ""));
  if (/^(\d+|\d{1,3}([,_]\d{3})+)$/.test(value) && Number.isSafeInteger(result) && result >= min) return result;
  throw new ArgumentsError(`--${option} must be a whole number of at least ${min}`);
}

/** Where a variable comes from. */
export type Sources = ReadonlyMap<string, string>;

const VARIABLE = /^LIVEDATA_/;

/**
 * Reads the variables of a file into the environment. One that is set already takes precedence, as with `node --env-file`, which Node 20 would take from the arguments of a script.
 *
 * @returns for each variable of the SDK that is set, where it comes from
 * @throws UsageError if the file cannot be read
 */
export function loadEnvironment(file: string | undefined): Sources {
  const set = Object.keys(process.env).filter((name) => VARIABLE.test(name) && process.env[name] !== "");
  const sources = new Map(set.map((name) => [name, "environment"]));
  if (file === undefined) return sources;
  for (const [name, value] of Object.entries(parseEnv(readText(file)))) {
    if (!VARIABLE.test(name) || sources.has(name)) continue;
    process.env[name] = value;
    sources.set(name, file);
  }
  return sources;
}

/** Credits that the calls of a command used. */
export class Cost {
  #used: number | undefined;
  #remaining: number | undefined;

  /** Sums up the events of calls. */
  readonly observe = (event: LiveDataEvent): void => {
    if (event.type !== "call_finished") return;
    const { used, remaining } = event.credits;
    if (used !== undefined) this.#used = (this.#used ?? 0) + used;
    this.#remaining = remaining ?? this.#remaining;
  };

  /** Writes one line to standard error, if a call was made. */
  report(): void {
    if (this.#used === undefined) return;
    const left = this.#remaining === undefined ? "" : `, ${number(this.#remaining)} left`;
    note(styled("dim", `${counted(this.#used, "credit")} used${left}`, process.stderr));
  }
}

/** Creates a client from the environment. @throws ConfigurationError that names the variable */
export function connect(envFile: string | undefined, observe?: (event: LiveDataEvent) => void): LiveData {
  loadEnvironment(envFile);
  return createLiveData({ observe });
}

/** Reads a text file. @throws UsageError if it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error && "code" in error ? error.code : error}`);
  }
}
