/**
 * Maps a URL to the simulated server. Some clients support only https but accept a custom transport, which uses this
 * function. Nothing else of their requests is changed.
 *
 * @param url the URL that a client requests
 * @param origin origin of the simulated server
 */
export function onServer(url: string | URL, origin: string): string {
  const { pathname, search } = new URL(url);
  return origin + pathname + search;
}
