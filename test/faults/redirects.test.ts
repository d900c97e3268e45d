import type { RequestListener } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { unwrap } from "../../src/calls/unwrap.js";
import type { CustomFetch } from "../../src/pipeline/network.js";
import { body, connect, errorOf, found, respond, serveRecorded } from "./support.js";

const contact = { name: "Jane Doe", company: "Example Corp" };

/** Redirects the first request, and responds to all others. */
function redirecting(status: number, location: (origin: string) => string): RequestListener {
  let isFirst = true;
  return (request, response) => {
    if (!isFirst) return respond(request, response);
    isFirst = false;
    response.writeHead(status, { location: location(`http://${request.headers.host}`) }).end();
  };
}

describe("a redirect", () => {
  test.each([301, 302, 303])(
    "[34] of status %i, which would turn a POST into a GET, is not followed",
    async (status) => {
      const { origin, received } = await serveRecorded(redirecting(status, () => "/people/jane-doe"));
      const error = await errorOf(unwrap(connect(origin).people.POST("/search", { body })));
      expect(error).toMatchObject({ code: "unexpected_status", status, attempts: 1, retryable: false });
      expect(error.message).toContain(`a redirect to ${origin}, not followed`);
      expect(error.message).not.toContain("jane");
      expect(received).toHaveLength(1);
    },
  );

  test("[24] [34] to another origin is not followed either if a middleware has replaced the Request", async () => {
    const elsewhere = await serveRecorded(respond);
    const { origin } = await serveRecorded(redirecting(307, () => elsewhere.origin));
    const { people } = connect(origin);
    people.use({
      onRequest: async ({ request: { url, method, headers, body } }) =>
        new Request(url, { method, headers, body: await new Response(body).text() }),
    });
    const error = await errorOf(unwrap(people.POST("/search", { body })));
    expect(error).toMatchObject({ code: "unexpected_status", status: 307 });
    expect(elsewhere.received).toEqual([]);
  });

  test.each([307, 308])("[34] of status %i is followed with the same method, headers and body", async (status) => {
    const { origin, received } = await serveRecorded(redirecting(status, (from) => `${from}/moved?to=1`));
    const call = connect(origin).people.POST("/search", { body, headers: { "x-own": "1" } });
    expect(await unwrap(call)).toEqual(found);
    const [first, second] = received;
    expect(second).toEqual({ ...first, url: "/moved?to=1" });
    expect(second).toMatchObject({ method: "POST", body: JSON.stringify(body) });
    expect(second?.headers).toMatchObject({ authorization: "Bearer key-1", "x-own": "1" });
    const { response } = await call;
    expect(response.url).toBe(`${origin}/moved?to=1`);
  });

  test.each([301, 302, 303, 307, 308])(
    "[34] of status %i that a custom `fetch` followed is refused",
    async (status) => {
      const { origin } = await serveRecorded(redirecting(status, () => "/other"));
      // Drops the Request's `redirect`, as many gateways do.
      const fetch: CustomFetch = ({ url, method, headers }) =>
        globalThis.fetch(url, { method, headers, body: JSON.stringify(body) });
      const error = await errorOf(connect(origin, { fetch }).people.POST("/search", { body }));
      expect(error).toMatchObject({ code: "unexpected_status", attempts: 1, retryable: false });
      expect(error.message).toContain("`fetch` followed a redirect");
    },
  );

  test.each([301, 302, 303, 307, 308])("[34] of status %i is followed by a GET", async (status) => {
    const { origin, received } = await serveRecorded(redirecting(status, () => "moved"));
    const { response } = await connect(origin).ledgers.GET("/contacts");
    expect(response.status).toBe(200);
    expect(received.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });

  test("[34] is followed to another origin of the API", async () => {
    const other = await serveRecorded(respond);
    const { origin } = await serveRecorded(redirecting(307, () => `${other.origin}/search`));
    const baseUrls = { companies: `${other.origin}/api` };
    expect(await unwrap(connect(origin, { baseUrls }).people.POST("/search", { body }))).toEqual(found);
    expect(other.received).toMatchObject([{ body: JSON.stringify(body) }]);
  });

  test("[34] is followed by a call that must not happen twice", async () => {
    const { origin, received } = await serveRecorded(redirecting(307, () => "/moved"));
    const { response } = await connect(origin).ledgers.POST("/contacts", { body: contact });
    expect(response.status).toBe(200);
    expect(received.map(({ body }) => body)).toEqual([JSON.stringify(contact), JSON.stringify(contact)]);
  });

  test.each([301, 302, 303, 307, 308])("[24] of status %i carries nothing to another origin", async (status) => {
    const elsewhere = await serveRecorded(respond);
    for (const call of ["GET", "POST"] as const) {
      const { origin } = await serveRecorded(redirecting(status, () => `${elsewhere.origin}/people/jane-doe`));
      const options = { headers: { "x-own": "s3cret" } };
      const livedata = connect(origin);
      const { response } =
        call === "GET"
          ? await livedata.ledgers.GET("/contacts", options)
          : await livedata.people.POST("/search", { ...options, body });
      expect(response.status).toBe(status);
    }
    expect(elsewhere.received).toEqual([]);
  });

  test("[24] is not followed to a URL with a password, or to a host in a custom scheme", async () => {
    for (const location of ["http://user:pass@HOST/x", "ftp://HOST/x", "//", "http://"]) {
      const { origin, received } = await serveRecorded(
        redirecting(307, (from) => location.replace("HOST", new URL(from).host)),
      );
      const error = await errorOf(unwrap(connect(origin).people.POST("/search", { body })));
      expect(error).toMatchObject({ code: "unexpected_status", status: 307 });
      expect(error.message).not.toContain("pass@");
      expect(received).toHaveLength(1);
    }
  });

  test("[34] that leads back is an UnexpectedStatusError, and is not retried", async () => {
    const { origin, received } = await serveRecorded((request, response) => {
      const location = request.url?.startsWith("/a") ? "/b" : "/a";
      response.writeHead(307, { location }).end();
    });
    const error = await errorOf(unwrap(connect(origin).people.POST("/search", { body })));
    expect(error).toMatchObject({ code: "unexpected_status", status: 307, retryable: false });
    expect(received.length).toBeLessThanOrEqual(4);
  });

  test("[34] without an end stops after 20", async () => {
    let number = 0;
    const { origin, received } = await serveRecorded((_request, response) => {
      response.writeHead(308, { location: `/${number++}` }).end();
    });
    const error = await errorOf(unwrap(connect(origin).people.POST("/search", { body })));
    expect(error).toMatchObject({ code: "unexpected_status", status: 308, retryable: false });
    expect(received).toHaveLength(21);
  });

  test("[34] is returned as it is with `redirect: manual`", async () => {
    const { origin, received } = await serveRecorded(redirecting(307, () => "/moved"));
    const { response } = await connect(origin).people.POST("/search", { body, redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([307, "/moved"]);
    expect(received).toHaveLength(1);
  });

  test("[34] fails the call with `redirect: error`", async () => {
    const { origin, received } = await serveRecorded(redirecting(307, () => "/moved"));
    const error = await errorOf(connect(origin).people.POST("/search", { body, redirect: "error" }));
    expect(error).toMatchObject({ code: "unexpected_status", status: 307, attempts: 1, operation: "POST /search" });
    expect(received).toHaveLength(1);
  });

  test("[34] that the platform hides is named", async () => {
    const hidden = new Response();
    Object.defineProperties(hidden, { status: { value: 0 }, ok: { value: false }, type: { value: "opaqueredirect" } });
    const fetch = vi.fn<CustomFetch>(async () => hidden);
    const error = await errorOf(unwrap(connect("https://api.test", { fetch }).people.POST("/search", { body })));
    expect(error).toMatchObject({ code: "unexpected_status", status: 0, attempts: 1 });
    expect(error.message).toContain("a redirect whose target this platform hides");
  });

  test("[34] is followed if a middleware replaced the request", async () => {
    const { origin, received } = await serveRecorded(redirecting(307, () => "/moved"));
    const livedata = connect(origin);
    livedata.people.use({
      onRequest: ({ request }) => new Request(request, { headers: request.headers }),
    });
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(found);
    expect(received.map(({ body }) => body)).toEqual([JSON.stringify(body), JSON.stringify(body)]);
  });
});
