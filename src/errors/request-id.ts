/** Where servers and the proxies before them commonly say it; which of them the API uses, if any, is not known. */
const NAMES = ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid"];

/**
 * The id that a server gave a request; undefined where it gave none.
 *
 * @param headers the response's headers
 */
export function requestId(headers: Headers): string | undefined {
  for (const name of NAMES) {
    const id = headers.get(name);
    if (id) return id;
  }
  return undefined;
}
