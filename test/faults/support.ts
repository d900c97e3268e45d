import type { IncomingMessage, RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { type AnyLiveDataError, isLiveDataError } from "../../src/errors/classes.js";
import { serve } from "../support/serve.js";

/** What every test posts, and the people that come back. */
export const body = { size: 1 };
export const found = { people: [], count: 0 };

/** A client with an API key, whose retries follow at once. */
export function connect(baseUrl: string, options: LiveDataOptions = {}) {
  const retry = options.retry ?? { baseDelay: 0 };
  return createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), baseUrl, ...options, retry });
}

/** A request as it was received. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that records each request, whole, before it passes it on. */
export async function serveRecorded(listener: RequestListener) {
  const received: Received[] = [];
  const { origin, server } = await serve(async (request, response) => {
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: (await buffer(request)).toString() });
    response.setHeader("content-type", "application/json");
    listener(request, response);
  });
  return { origin, server, received };
}

export const respond: RequestListener = (_request, response) => response.end(JSON.stringify(found));

/** Returns the error that a call fails with. */
export async function errorOf(call: Promise<unknown>): Promise<AnyLiveDataError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isLiveDataError(error)) return error;
  throw new Error("The call did not fail with an error of the SDK", { cause: error });
}
