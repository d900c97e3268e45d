import nock from "nock";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import { HOST, ORG, SEARCH } from "../support/mock-api.js";

/** A client of its own for each test: a 503 with `Retry-After` holds its calls. */
function connect() {
  return createLiveData({
    orgId: ORG,
    auth: apiKey("key-1"),
    baseUrl: HOST,
    retry: { baseDelay: 0, maxRetryAfter: 5 },
  });
}
const body = { size: 25, sort_by: "-company_change_detected_at" };

/** Responds to all searches with a status; returns the bodies received and what `unwrap` throws. */
async function search(status: number, headers: Record<string, string> = {}) {
  const bodies: string[] = [];
  nock(HOST)
    .persist()
    .post(SEARCH, (received) => bodies.push(JSON.stringify(received)) > 0)
    .reply(status, { message: "no" }, headers);
  const error: unknown = await unwrap(connect().people.POST("/search", { body })).catch((reason) => reason);
  return { bodies, error };
}

describe("a search", () => {
  test.each<[status: number, code: string, attempts: number]>([
    [400, "bad_request", 1],
    [401, "authentication", 1],
    [402, "credits_exhausted", 1],
    [403, "permission_denied", 1],
    [404, "not_found", 1],
    [405, "unexpected_status", 1],
    [408, "server", 3],
    [409, "unexpected_status", 1],
    [410, "unexpected_status", 1],
    [413, "unexpected_status", 1],
    [422, "bad_request", 1],
    [425, "unexpected_status", 1],
    [500, "server", 3],
    [501, "server", 1],
    [502, "server", 3],
    [503, "server", 3],
    [504, "server", 3],
    [520, "server", 3],
    [599, "server", 3],
  ])("that always gets a %i fails with code %s after %i attempt(s)", async (status, code, attempts) => {
    const { bodies, error } = await search(status);
    expect(error).toMatchObject({ code, status, attempts, retryable: attempts > 1, operation: "POST /search" });
    expect(bodies).toEqual(Array(attempts).fill(JSON.stringify(body)));
  });
});

describe("a search that always gets a 503", () => {
  test.each<[headers: Record<string, string>, attempts: number, retryAfter: number | undefined]>([
    [{}, 3, undefined],
    [{ "retry-after": "0" }, 3, 0],
    [{ "retry-after": "1" }, 1, 1_000],
    [{ "retry-after": "3600" }, 1, 3_600_000],
    [{ "retry-after": "soon" }, 3, undefined],
    [{ "retry-after": "-5" }, 3, undefined],
    [{ "retry-after": "1.5" }, 1, 1_500],
    [{ "retry-after": "Thu, 15 Jan 2026 12:00:07 GMT", date: "Thu, 15 Jan 2026 12:00:00 GMT" }, 1, 7_000],
    [{ "retry-after": "Thursday, 15-Jan-26 12:00:07 GMT", date: "Thu, 15 Jan 2026 12:00:00 GMT" }, 1, 7_000],
    [{ "retry-after": "Thu Jan 15 12:00:07 2026", date: "Thu, 15 Jan 2026 12:00:00 GMT" }, 1, 7_000],
    [{ "retry-after": "Thu, 15 Jan 2026 11:00:00 GMT", date: "Thu, 15 Jan 2026 12:00:00 GMT" }, 3, 0],
  ])("with headers %j fails after %i attempt(s) with retryAfter %s", async (headers, attempts, retryAfter) => {
    const { bodies, error } = await search(503, headers);
    expect(error).toMatchObject({ code: "server", attempts, retryAfter });
    expect(bodies).toEqual(Array(attempts).fill(JSON.stringify(body)));
  });
});
