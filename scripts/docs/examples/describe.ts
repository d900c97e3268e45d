import { format, inspect } from "node-inspect-extracted";

/** A longer text would make the page slow. */
const MAX_TEXT = 20_000;

/** Lines of a stack in the bundle, or in modules made from text. The last one may have the fields of the error behind it. */
const FRAMES = /\n\s*(at [^\n]*|[^\n]*@)\(?blob:[^\s)]*\)?/g;

/** An error without a stack, such as of code that does not parse. */
const BRACKETS = /^\[(\w*Error: .*)\]$/s;

/** Returns what `console.log` prints on Node. */
export function describeValues(values: readonly unknown[]): string {
  return tidy(format(...values));
}

/** Returns how Node shows an error that nobody caught: with its name, message and fields. */
export function describeThrown(error: unknown): string {
  return `Uncaught ${tidy(inspect(error))}`;
}

/** Removes stack frames of the page itself, and what is too long. */
function tidy(text: string): string {
  const tidied = text.replace(FRAMES, "").replace(BRACKETS, "$1");
  const more = tidied.length - MAX_TEXT;
  return more > 0 ? `${tidied.slice(0, MAX_TEXT)}… (${more} more characters)` : tidied;
}
