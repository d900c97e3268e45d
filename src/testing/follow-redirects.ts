import type { Handler } from "./handler.js";

const REDIRECTS = [301, 302, 303, 307, 308];
/** The limit of the Fetch standard. */
const MAX_REDIRECTS = 20;
/** Headers that describe a body. They are removed together with it. */
const BODY_HEADERS = ["Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Type"];

/**
 * Wraps a handler so that it follows redirects as the platform's `fetch` does: it respects the request's `redirect`
 * mode and never sends the access token to another origin. The response has a `url`.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function followRedirects(handle: Handler): Handler {
  return async (first) => {
    let request = first;
    for (let followed = 0; followed <= MAX_REDIRECTS; followed++) {
      // The redirected request needs a copy, since the handler reads the body.
      const next = request.clone();
      const response = await handle(request);
      const location = response.headers.get("Location");
      if (!REDIRECTS.includes(response.status) || location === null || first.redirect === "manual") {
        return withUrl(response, request.url, followed > 0);
      }
      if (first.redirect === "error") throw failure("unexpected redirect");
      request = redirected(next, response.status, targetOf(location, request.url));
    }
    throw failure("redirect count exceeded");
  };
}

/** A `Response` made by its constructor has no URL, and there is no other way to give it one. */
function withUrl(response: Response, url: string, redirected: boolean): Response {
  if (response.url !== "") return response;
  return Object.defineProperties(response, {
    url: { value: url.replace(/#.*$/s, ""), configurable: true },
    redirected: { value: redirected, configurable: true },
  });
}

/** Creates a network error as the platform's `fetch` reports it. */
function failure(reason: string): TypeError {
  return new TypeError("fetch failed", { cause: new Error(reason) });
}

function targetOf(location: string, from: string): URL {
  if (!URL.canParse(location, from)) throw failure("invalid redirect URL");
  const url = new URL(location, from);
  if (!["http:", "https:"].includes(url.protocol)) throw failure("URL scheme must be a HTTP(S) scheme");
  return url;
}

function redirected(request: Request, status: number, url: URL): Request {
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) headers.delete("Authorization");
  if (!becomesGet(request.method, status)) return new Request(url, new Request(request, { headers }));
  for (const name of BODY_HEADERS) headers.delete(name);
  return new Request(url, { method: "GET", headers, signal: request.signal });
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return status < 303 && method === "POST";
}
