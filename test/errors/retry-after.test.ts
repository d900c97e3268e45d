import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHttpDate, retryAfter } from "../../src/errors/retry-after.js";

const INSTANT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("an HTTP date", () => {
  test.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
    "%s is read as GMT",
    (text) => {
      expect(parseHttpDate(text)).toBe(INSTANT);
    },
  );

  test.each([
    null,
    "",
    "soon",
    "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 PST",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
  ])("%j is none", (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  test("any second comes back", () => {
    const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(parseHttpDate(new Date(second * 1000).toUTCString())).toBe(second * 1000);
      }),
    );
  });
});

describe("Retry-After", () => {
  const now = { date: "Sun, 06 Nov 1994 08:49:37 GMT" };

  test.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "120" }, 120_000],
    [{ ...now, "retry-after": "Sun, 06 Nov 1994 08:50:37 GMT" }, 60_000],
    [{ ...now, "retry-after": "Sun, 06 Nov 1994 08:00:00 GMT" }, 0],
    [{}, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "1.5" }, undefined],
    [{ "retry-after": "1e3" }, undefined],
    [{ "retry-after": "120s" }, undefined],
    [{ "retry-after": "tomorrow" }, undefined],
  ])("%j is %s ms", (headers, ms) => {
    expect(retryAfter(new Headers(headers))).toBe(ms);
  });
});
