import { ConfigurationError } from "./errors/classes.js";
import { readMember } from "./errors/read-error.js";

// Each check returns the value, or throws a ConfigurationError that names the option.

/** The longest delay, in ms, that a platform timer can hold. A longer one would fire at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/** Refuses options that do not exist: a misspelt limit would not limit anything. Undefined ones are ignored. */
export function checkNames(options: object, known: object, where: string): void {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !Object.hasOwn(known, name));
  if (!unknown) return;
  const names = Object.keys(known).sort().join(", ");
  throw new ConfigurationError(`\`${unknown[0]}\` is not an option of \`${where}\`, which takes ${names}`);
}

/** Requires the people service. */
export function checkPeople(people: object): void {
  if (isRecord(people) && typeof people["POST"] === "function") return;
  throw new ConfigurationError("the first argument must be the people service: pass `livedata.people`");
}

/** Requires a whole number of at least `min`. */
export function checkCount(value: number, option: string, min: number): number {
  if (Number.isInteger(value) && value >= min) return value;
  throw new ConfigurationError(`\`${option}\` must be an integer of at least ${min}`);
}

/** Requires a count, or `Infinity` for no limit. */
export function checkLimit(value: number, option: string): number {
  return value === Infinity ? value : checkCount(value, option, 0);
}

/** Requires a size in bytes, or `Infinity` for no limit. */
export function checkSize(value: number, option: string): number {
  return value === Infinity ? value : checkCount(value, option, 1);
}

/** Requires a time in ms that a timer can hold, or `Infinity` for no limit. Without a `min`, it must be more than 0. */
export function checkTimeout(value: unknown, option: "maxWait" | "timeout" | "totalTimeout", min?: 0): number {
  if (value === Infinity || (value === 0 && min === 0)) return value;
  if (typeof value === "number" && value > 0 && value <= MAX_DELAY) return value;
  const range = min === 0 ? "0 or more" : "more than 0";
  throw new ConfigurationError(`\`${option}\` must be a number of ms, ${range} and at most ${MAX_DELAY}, or Infinity`);
}

/** Requires a signal, of whichever realm or polyfill, if there is a value. */
export function checkSignal(value: unknown): void {
  if (!value || (isRecord(value) && "aborted" in value)) return;
  throw new ConfigurationError("`signal` must be an AbortSignal");
}

/** Requires a function, if there is a value. */
export function checkFunction<T>(value: T, option: string): T {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigurationError(`\`${option}\` must be a function`);
}

/** Creates headers, which must be possible to send. The platform's own error quotes the value. */
export function checkHeaders(create: () => Headers): Headers {
  try {
    return create();
  } catch {
    throw new ConfigurationError(
      "A header has a name or value that cannot be sent: remove line breaks and characters beyond Latin-1",
    );
  }
}

/** Reads a member of an object, unless it is only there because `Object.prototype` was polluted. */
export function member<Of extends object, Name extends keyof Of>(of: Of, name: Name): Of[Name] | undefined {
  return name in Object.prototype && !Object.hasOwn(of, name) ? undefined : of[name];
}

/** Whether a value is an error of this name. `instanceof` would miss those of another realm. */
export function hasName(error: unknown, name: string): boolean {
  return readMember(error, "name") === name;
}

/** Whether a value is an array of objects. */
export function isRecords(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRecord);
}

/** Whether a value is an object whose members may be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Returns the name of a value's class, whichever realm or polyfill the value is from. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
