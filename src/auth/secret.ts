import { ConfigurationError } from "../errors/configuration-error.js";

/**
 * A secret: its text, or a function that gives it, which is called at every exchange so that a rotated secret is
 * picked up without a restart.
 */
export type Secret = string | (() => string | Promise<string>);

/** What a header can carry. The platform's own error for anything else would echo it. */
export const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** How long a function may take to give a secret, in ms. */
const READ_TIMEOUT = 10_000;

/** Where a value may come from, for messages. */
export interface SecretSource {
  /** The option that holds it, such as `clientSecret`. */
  readonly option: string;
  /** The environment variable that may hold it. */
  readonly variable: string;
  /** Whether it goes into a header as it is. */
  readonly isHeader?: boolean;
}

/**
 * Refuses a secret that cannot be right, as far as that can be told without reading it.
 *
 * @param secret the secret as given
 * @param source where it comes from
 * @throws a ConfigurationError that names the option and the variable, never the value
 */
export function checkSecret(secret: unknown, source: SecretSource): asserts secret is Secret {
  if (typeof secret === "function") return;
  checkText(secret, source, "is");
}

/**
 * Reads a secret.
 *
 * @param secret the secret
 * @param source where it comes from
 * @throws a ConfigurationError where its function throws or gives no usable text
 */
export async function readSecret(secret: Secret, source: SecretSource): Promise<string> {
  if (typeof secret === "string") return secret;
  const text: unknown = await call(secret, source);
  checkText(text, source, "is a function that gave");
  return text;
}

async function call(secret: () => string | Promise<string>, { option }: SecretSource): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${READ_TIMEOUT} ms`)), READ_TIMEOUT);
  });
  try {
    return await Promise.race([secret(), tooLong]);
  } catch (cause) {
    throw new ConfigurationError(`\`${option}\` is a function that failed: its error is the \`cause\``, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function checkText(text: unknown, source: SecretSource, verb: string): asserts text is string {
  const { option, variable } = source;
  const fault = faultOf(text, source);
  if (fault === undefined) return;
  throw new ConfigurationError(
    `\`${option}\` ${verb} ${fault}: pass the text itself; or pass no \`auth\`, and set ${variable}`,
  );
}

function faultOf(text: unknown, { isHeader }: SecretSource): string | undefined {
  if (text === undefined || text === null) return "missing";
  if (typeof text !== "string") return `a ${typeof text} instead of a string`;
  if (text.trim() === "") return "blank";
  if (/[\r\n]/.test(text)) return "a text with a line break in it (from a file or a variable? trim it)";
  if (isHeader && !HEADER_SAFE.test(text)) return "a text with a character that no header can carry";
  return undefined;
}
