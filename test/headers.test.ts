import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHttpDate, readQuota, retryAfter } from "../src/headers.js";

const INSTANT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("parseHttpDate", () => {
  test.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
    "reads %j as GMT",
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
    "Thu, 31 Feb 1994 08:49:37 GMT",
    "Thursday, 31-Feb-94 08:49:37 GMT",
    "Thu Feb 31 08:49:37 1994",
    "06 Nov 1994 08:49:37 GMT",
  ])("returns undefined for %j", (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  test("reads any second in all three formats", () => {
    // The second format has a two-digit year, which is read as 2000 to 2049 here.
    const seconds = fc.integer({ min: Date.UTC(2000) / 1000, max: Date.UTC(2050) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, (second) => {
        for (const text of formatsOf(second * 1000)) expect(parseHttpDate(text)).toBe(second * 1000);
      }),
    );
  });

  test("does not throw for a date with one changed character", () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2050) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (second, place, other) => {
        for (const text of formatsOf(second * 1000)) {
          const at = place % text.length;
          const time = parseHttpDate(text.slice(0, at) + other + text.slice(at + 1));
          expect(time === undefined || Number.isInteger(time)).toBe(true);
        }
      }),
    );
  });
});

/** Formats a time in the three formats of RFC 9110, section 5.6.7. */
function formatsOf(time: number): string[] {
  const date = new Date(time);
  const fixed = date.toUTCString();
  const [, day = "", month = "", year = "", clock = ""] = fixed.split(" ");
  const weekday = date.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  return [
    fixed,
    `${weekday}, ${day}-${month}-${year.slice(-2)} ${clock} GMT`,
    `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${clock} ${year}`,
  ];
}

describe("retryAfter", () => {
  const now = { date: "Sun, 06 Nov 1994 08:49:37 GMT" };

  test.each<[Record<string, string>, number]>([
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "120" }, 120_000],
    [{ "retry-after": "1.5" }, 1_500],
    [{ ...now, "retry-after": "Sun, 06 Nov 1994 08:50:37 GMT" }, 60_000],
    [{ ...now, "retry-after": "Sun, 06 Nov 1994 08:00:00 GMT" }, 0],
  ])("reads %j as %i ms", (headers, ms) => {
    expect(retryAfter(new Headers(headers))).toBe(ms);
  });

  test.each<Record<string, string>>([
    {},
    { "retry-after": "-1" },
    { "retry-after": "1e3" },
    { "retry-after": "120s" },
    { "retry-after": "tomorrow" },
  ])("returns undefined for %j", (headers) => {
    expect(retryAfter(new Headers(headers))).toBeUndefined();
  });
});

test("retryAfter reads a random value only if its first element is a decimal number", () => {
  const values = fc.oneof(
    fc.nat().map(String),
    fc.string(),
    fc.float().map(String),
    fc.string({ unit: fc.constantFrom(..."0123456789 -+.e,") }),
  );
  fc.assert(
    fc.property(values, (value) => {
      const headers = new Headers();
      try {
        headers.set("retry-after", value);
      } catch {
        return;
      }
      const [first = ""] = (headers.get("retry-after") ?? "").split(",");
      const isNumber = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(first.trim());
      expect(retryAfter(headers)).toBe(isNumber ? Math.round(Number(first) * 1000) : undefined);
    }),
    { numRuns: 1_000 },
  );
});

describe("readQuota", () => {
  test.each<[Record<string, string>, { remaining: number; reset: number } | undefined]>([
    [{}, undefined],
    [{ RateLimit: '"default";r=50;t=30' }, { remaining: 50, reset: 30_000 }],
    [{ RateLimit: '"minute";r=50;t=30, "five";r=3;t=300' }, { remaining: 3, reset: 300_000 }],
    [{ RateLimit: '"minute";r=50;t=30, "day";r=0;t=7200' }, { remaining: 50, reset: 30_000 }],
    [{ RateLimit: '"a";t=30;r=0, "b";r=0;t=60' }, { remaining: 0, reset: 60_000 }],
    [{ RateLimit: '"partition";pk=:cjA9NTA7dD0x:;r=50;t=30' }, { remaining: 50, reset: 30_000 }],
    [{ RateLimit: '"default";r=50' }, undefined],
    [{ RateLimit: "limit=100, remaining=5, reset=7" }, { remaining: 5, reset: 7_000 }],
    [{ RateLimit: "?1" }, undefined],
    [
      { "RateLimit-Remaining": "5", "RateLimit-Reset": "7" },
      { remaining: 5, reset: 7_000 },
    ],
    [
      { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0.5" },
      { remaining: 0, reset: 500 },
    ],
    [{ "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0" }, undefined],
    [{ "X-RateLimit-Remaining": "0" }, undefined],
    [{ "X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "7" }, undefined],
    [
      { "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1735689630", Date: "Wed, 01 Jan 2025 00:00:00 GMT" },
      { remaining: 5, reset: 30_000 },
    ],
    [
      { "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1735689630000", Date: "Wed, 01 Jan 2025 00:00:00 GMT" },
      { remaining: 5, reset: 30_000 },
    ],
    [
      { "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1735689600", Date: "Wed, 01 Jan 2025 00:00:00 GMT" },
      undefined,
    ],
  ])("%o is %o", (headers, quota) => {
    expect(readQuota(new Headers(headers))).toEqual(quota);
  });

  test("never throws, and returns positive numbers or nothing", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]*$/), fc.stringMatching(/^[0-9.,;=rt"]*$/), (text, value) => {
        for (const field of [text, value, `"a";r=${value};t=${value}`]) {
          const headers = new Headers({ ratelimit: field, "x-ratelimit-remaining": value, "x-ratelimit-reset": value });
          const { remaining, reset } = readQuota(headers) ?? { remaining: 0, reset: 1 };
          expect(remaining >= 0 && reset > 0).toBe(true);
        }
      }),
    );
  });
});
