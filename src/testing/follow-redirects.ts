import type { Handler } from "./handler.js";

const REDIRECTS = [301, 302, 303, 307, 308];
/** As many as the Fetch standard follows. */
const MOST_REDIRECTS = 20;

/**
 * Makes a handler's answers what a platform's `fetch` gives: it follows redirects as the request says, and takes the
 * access token to no other origin.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function followRedirects(handle: Handler): Handler {
  return async (first) => {
    let request = first;
    for (let followed = 0; followed <= MOST_REDIRECTS; followed++) {
      // A copy is sent, since a body that was read cannot be sent on.
      const next = request.clone();
      const response = await handle(request);
      const location = response.headers.get("Location");
      if (!REDIRECTS.includes(response.status) || location === null || first.redirect === "manual") return response;
      if (first.redirect === "error") throw new TypeError("fetch failed", { cause: new Error("unexpected redirect") });
      request = redirected(next, response.status, new URL(location, request.url));
    }
    throw new TypeError("fetch failed", { cause: new Error("redirect count exceeded") });
  };
}

function redirected(request: Request, status: number, url: URL): Request {
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) headers.delete("Authorization");
  const { method, signal } = request;
  const becomesGet = status === 303 || (status < 303 && method === "POST");
  if (!becomesGet) return new Request(url, new Request(request, { headers }));
  headers.delete("Content-Type");
  headers.delete("Content-Length");
  return new Request(url, { method: method === "HEAD" ? method : "GET", headers, signal });
}
