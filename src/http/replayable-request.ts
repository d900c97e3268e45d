const inits = new WeakMap<Request, RequestInit>();

/**
 * A `Request` class that remembers what its instances were made from, for openapi-fetch's `Request` option. The
 * body can then be sent again without `clone()`, which costs time on every call and holds the body twice.
 *
 * What `new` gives is a plain `Request`, so `instanceof` holds both ways. The caller's signal is kept out of it:
 * a platform leaves its own listener on a signal until the Request is collected, and a long-lived signal that is
 * shared by many calls would gather them.
 */
export function replayableRequest(): typeof Request {
  return new Proxy(globalThis.Request, {
    construct(Request, [input, init = {}]: [string | URL | Request, RequestInit?]) {
      const { signal: _signal, ...rest } = init;
      const request = new Request(input, rest);
      if (typeof input === "string") inits.set(request, init);
      return request;
    },
  });
}

/**
 * What a Request of a replayable class was made from; undefined for any other.
 *
 * @param request the Request
 */
export function rememberedInit(request: Request): RequestInit | undefined {
  return inits.get(request);
}
