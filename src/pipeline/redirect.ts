import { UnexpectedStatusError } from "../errors/classes.js";
import { redirectTarget } from "../headers.js";
import { errorDetails } from "./call.js";
import { isRepeatable } from "./request.js";
import type { Send, SendInit } from "./send.js";

/** The limit of the Fetch standard. */
const MAX_REDIRECTS = 20;

/**
 * Follows redirects. The platform would turn a POST into a GET, and carry the body and the headers to any origin.
 *
 * A redirect is followed within the API's origins, with the same method, headers and body. Any other is returned as the
 * response, and so is one that leads back to where the call has been.
 *
 * @param origins the API's
 * @returns a step that throws an UnexpectedStatusError for a redirect if the call's `redirect` is `error`, or if a custom
 *   `fetch` followed one, unless the method is GET, which every redirect keeps
 */
export function withRedirects(send: Send, origins: readonly string[]): Send {
  return async function redirect(url, init) {
    const visited = new Set<string>();
    for (let from: string = url; ; ) {
      // A middleware may have replaced the Request by one that the platform would redirect.
      const response = await send(from, { ...init, redirect: "manual" });
      if (response.redirected && init.method !== "GET") {
        throw new UnexpectedStatusError(
          "`fetch` followed a redirect, which may have changed the method: pass on the Request's `redirect`",
          errorDetails(init.call ?? {}),
        );
      }
      const target = redirectTarget(response, from);
      if (!target) return response;
      if (init.call?.redirect === "error") {
        throw new UnexpectedStatusError(
          `a redirect to ${target.origin}, which \`redirect\` forbids`,
          errorDetails(init.call),
        );
      }
      const { origin, href } = new URL(from);
      visited.add(href);
      const isFollowed =
        init.call?.redirect !== "manual" &&
        (target.origin === origin || origins.includes(target.origin)) &&
        !(target.username || target.password || visited.has(target.href)) &&
        keepsMethod(response.status, init) &&
        isRepeatable(init.body) &&
        visited.size <= MAX_REDIRECTS;
      if (!isFollowed) return response;
      from = target.href;
    }
  };
}

/** @see {@link https://fetch.spec.whatwg.org/#http-redirect-fetch Fetch, step 12} */
function keepsMethod(status: number, { method = "GET" }: SendInit): boolean {
  return status === 303 ? method === "GET" || method === "HEAD" : status > 303 || method !== "POST";
}
