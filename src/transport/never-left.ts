/**
 * What a platform calls the failure to make a connection, over which nothing can have been sent. Node's are those of
 * the operating system and of undici, Bun's the last.
 */
const CODES = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
]);

/**
 * Whether a request certainly never left. Where a platform does not say so in a way that is known, it may have.
 *
 * @param error what the attempt failed with
 */
export function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause, errors }: Error & { code?: unknown; errors?: unknown } = error;
  // Where a host has several addresses, each was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverLeft);
  return CODES.has(String(code)) || neverLeft(cause);
}
