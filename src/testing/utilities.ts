/** Returns a copy of an object without the members that are `undefined`. */
export function withoutUndefined<T extends object>(members: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const kept: Partial<T> = { ...members };
  for (const key of Object.keys(kept) as (keyof T)[]) if (kept[key] === undefined) delete kept[key];
  return kept as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

/** Returns whether a value is an object, and neither `null` nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes a number from 0 to 99 with two digits. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Encodes a text as base64url, without padding. */
export function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decodes a text from base64url. @throws if it is not base64url. */
export function fromBase64Url(encoded: string): string {
  const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

/** What ends each wait under way, with a reason. */
export type Waiters = Set<(reason: unknown) => void>;

/**
 * Waits for a time, or forever.
 *
 * @param ms how long, in milliseconds; 0 does not wait, `Infinity` waits for the signal
 * @param signal ends the wait
 * @param waiters gets what ends the wait, for as long as it lasts
 * @throws the reason for which it was ended
 */
export async function wait(ms: number, signal: AbortSignal, waiters: Waiters): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end: (reason: unknown) => void = () => {};
  const leave = () => end(signal.reason);
  await new Promise<void>((resolve, reject) => {
    end = reject;
    waiters.add(end);
    signal.addEventListener("abort", leave, { once: true });
    if (Number.isFinite(ms)) timer = setTimeout(resolve, ms);
  }).finally(() => {
    clearTimeout(timer);
    waiters.delete(end);
    signal.removeEventListener("abort", leave);
  });
}
