/**
 * The URL on the simulated server that stands in for an https one. Some clients know https alone and take a transport
 * of one's own: theirs goes through here, which is all that is changed of what they send.
 *
 * @param url where a client would send a request
 * @param origin the simulated server
 */
export function onServer(url: string | URL, origin: string): string {
  const { pathname, search } = new URL(url);
  return origin + pathname + search;
}
