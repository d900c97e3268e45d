import { inspect } from "node:util";
import createClient from "openapi-fetch";
import { describe, expect, test } from "vitest";
import { type CallResult, unwrap } from "../../src/calls/unwrap.js";
import type { paths } from "../../src/generated/people.js";

function failed(status: number, error: unknown, headers: Record<string, string> = {}) {
  return { error, response: new Response(null, { status, headers }) };
}

function thrown(result: CallResult): unknown {
  try {
    return unwrap(result);
  } catch (error) {
    return error;
  }
}

test("unwrap returns the data of a success", () => {
  expect(unwrap({ data: { count: 3 }, response: new Response("{}") })).toEqual({ count: 3 });
});

test("unwrap accepts a pending call", async () => {
  const call = Promise.resolve({ data: { count: 3 }, response: new Response("{}") });
  expect(await unwrap(call)).toEqual({ count: 3 });
  await expect(unwrap(Promise.resolve(failed(404, "")))).rejects.toMatchObject({ code: "not_found" });
  await expect(unwrap(Promise.reject(new RangeError("mine")))).rejects.toThrow("mine");
});

test("unwrap throws a ProtocolError if a plain openapi-fetch client gets a body that is not JSON, without quoting it", async () => {
  const client = createClient<paths>({ baseUrl: "https://api.test", fetch: async () => new Response("Jane Doe") });
  const error: unknown = await unwrap(client.POST("/search", { body: {} })).catch((reason) => reason);
  expect(error).toMatchObject({ code: "protocol" });
  expect(inspect(error)).not.toContain("Jane");
});

describe("the error that unwrap throws", () => {
  test.each([
    [400, "BadRequestError", "bad_request", false],
    [401, "AuthenticationError", "authentication", false],
    [402, "CreditsExhaustedError", "credits_exhausted", false],
    [403, "PermissionDeniedError", "permission_denied", false],
    [404, "NotFoundError", "not_found", false],
    [408, "ServerError", "server", true],
    [409, "UnexpectedStatusError", "unexpected_status", false],
    [422, "BadRequestError", "bad_request", false],
    [429, "RateLimitedError", "rate_limited", true],
    [500, "ServerError", "server", true],
    [503, "ServerError", "server", true],
  ])("for status %i is %s", (status, name, code, retryable) => {
    expect(thrown(failed(status, { message: "why" }))).toMatchObject({ name, code, status, retryable });
  });

  test("does not depend on a body", () => {
    expect(thrown(failed(401, undefined))).toMatchObject({ code: "authentication" });
  });

  test("carries the Retry-After of a 429", () => {
    expect(thrown(failed(429, "", { "retry-after": "3" }))).toMatchObject({ retryAfter: 3_000 });
  });

  test("says what to do and does not quote the body", () => {
    const error = thrown(failed(404, { message: "No person Jane Doe" }));
    expect(error).toMatchObject({ body: { message: "No person Jane Doe" } });
    expect(inspect(error)).toContain("404: not found: check the id");
    expect(inspect(error)).not.toContain("Jane");
  });
});

test("unwrap throws a ProtocolError for a success without a body", () => {
  const result = { data: undefined, response: new Response(null, { status: 200 }) };
  expect(thrown(result)).toMatchObject({ name: "ProtocolError", code: "protocol", status: 200 });
});
