import { ConfigurationError } from "../errors/classes.js";
import { startDeadline, untilAborted } from "../pipeline/abort.js";

/**
 * A secret: a string, or a function that returns it. The function is called for every exchange, so that a rotated secret
 * is picked up without a restart.
 */
export type Secret = string | (() => string | Promise<string>);

/** Characters allowed in a header value. The platform's own error for anything else would repeat the value. */
export const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Maximum time for a secret's function, in ms. */
const READ_TIMEOUT = 10_000;

/** Names of a secret, for messages. */
export interface SecretNames {
  /** The option that holds it, such as `clientSecret`. */
  readonly option: string;
  /** The environment variable that may hold it. */
  readonly variable: string;
  /** Whether it is put into a header as it is. */
  readonly isHeader?: boolean;
}

/**
 * Checks a secret, as far as that is possible without calling its function.
 *
 * @returns a function that reads the secret; it throws a ConfigurationError if the secret's function throws, takes more
 *   than 10 s, or returns an unusable value
 * @throws ConfigurationError that names the option and the variable, never the value
 */
export function secretReader(secret: Secret, names: SecretNames): () => Promise<string> {
  const { option, variable } = names;
  if (typeof secret === "function") return () => callFunction(secret, names);
  const value: unknown = secret;
  const fault = value === undefined || value === null ? "missing" : faultOf(value, names);
  if (fault === undefined) return async () => secret;
  throw new ConfigurationError(
    `\`${option}\` is ${fault}: pass a non-empty string, or omit \`auth\` and set ${variable}`,
  );
}

async function callFunction(secret: () => string | Promise<string>, names: SecretNames): Promise<string> {
  const { option } = names;
  const deadline = startDeadline(READ_TIMEOUT, () => new Error(`no result within ${READ_TIMEOUT} ms`));
  let text: unknown;
  try {
    text = await untilAborted(Promise.resolve(secret()), deadline.signal);
  } catch (cause) {
    throw new ConfigurationError(`\`${option}\` function failed; its error is the \`cause\``, { cause });
  } finally {
    deadline.release();
  }
  const fault = faultOf(text, names);
  if (fault === undefined) return String(text);
  throw new ConfigurationError(`\`${option}\` function returned ${fault}; it must return a non-empty string`);
}

function faultOf(text: unknown, { isHeader }: SecretNames): string | undefined {
  if (text === undefined || text === null) return String(text);
  if (typeof text !== "string") return `${typeof text === "object" ? "an" : "a"} ${typeof text}, not a string`;
  if (text.trim() === "") return "a blank string";
  if (/[\r\n]/.test(text)) return "a string with a line break (trim it if it comes from a file or a variable)";
  if (isHeader && !HEADER_SAFE.test(text)) return "a string with a character that a header cannot carry";
  return undefined;
}
