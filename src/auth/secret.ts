import { ConfigurationError } from "../errors/classes.js";
import { startDeadline, untilAborted } from "../pipeline/abort.js";

/**
 * A secret: its text, or a function that returns it. The function is called for every exchange, so that a rotated secret
 * is picked up without a restart.
 */
export type Secret = string | (() => string | Promise<string>);

/** What a header can carry. The platform's own error for anything else would repeat the value. */
export const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Maximum time for a secret's function, in ms. */
const READ_TIMEOUT = 10_000;

/** Where a secret comes from, for messages. */
export interface SecretSource {
  /** The option that holds it, such as `clientSecret`. */
  readonly option: string;
  /** The environment variable that may hold it. */
  readonly variable: string;
  /** Whether it is put into a header as it is. */
  readonly isHeader?: boolean;
}

/**
 * Checks a secret as far as that is possible without calling its function.
 *
 * @throws ConfigurationError that names the option and the variable, never the value
 */
export function checkSecret(secret: Secret, source: SecretSource): Secret {
  if (typeof secret === "function") return secret;
  const { option, variable } = source;
  const value: unknown = secret;
  const fault = value === undefined || value === null ? "missing" : faultOf(value, source);
  if (fault === undefined) return secret;
  throw new ConfigurationError(`\`${option}\` is ${fault}: pass the text itself, or omit \`auth\` and set ${variable}`);
}

/**
 * Reads a secret.
 *
 * @throws ConfigurationError if its function throws, takes more than 10 s, or returns an unusable value
 */
export async function readSecret(secret: Secret, source: SecretSource): Promise<string> {
  if (typeof secret === "string") return secret;
  const { option } = source;
  const deadline = startDeadline(READ_TIMEOUT, () => new Error(`no result within ${READ_TIMEOUT} ms`));
  let text: unknown;
  try {
    text = await untilAborted(Promise.resolve(secret()), deadline.signal);
  } catch (cause) {
    throw new ConfigurationError(`\`${option}\` function failed; its error is the \`cause\``, { cause });
  } finally {
    deadline.release();
  }
  const fault = faultOf(text, source);
  if (fault === undefined) return String(text);
  throw new ConfigurationError(`\`${option}\` function returned ${fault}; it must return a non-empty string`);
}

function faultOf(text: unknown, { isHeader }: SecretSource): string | undefined {
  if (text === undefined || text === null) return String(text);
  if (typeof text !== "string") return `${typeof text === "object" ? "an" : "a"} ${typeof text}, not a string`;
  if (text.trim() === "") return "a blank string";
  if (/[\r\n]/.test(text)) return "a string with a line break (trim it if it comes from a file or a variable)";
  if (isHeader && !HEADER_SAFE.test(text)) return "a string with a character that a header cannot carry";
  return undefined;
}
