import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHttpDate, retryAfter } from "../src/headers.js";

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
    "Thu, 31 Feb 1994 08:49:37 GMT",
    "Thursday, 31-Feb-94 08:49:37 GMT",
    "Thu Feb 31 08:49:37 1994",
    "06 Nov 1994 08:49:37 GMT",
  ])("%j is none", (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  test("any second comes back from each of its forms", () => {
    // The second form has two digits for the year, which stand for 2000 to 2049 here.
    const seconds = fc.integer({ min: Date.UTC(2000) / 1000, max: Date.UTC(2050) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, (second) => {
        for (const text of formsOf(second * 1000)) expect(parseHttpDate(text)).toBe(second * 1000);
      }),
    );
  });

  test("that is changed in one place is another date, or none, but nothing throws", () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2050) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (second, place, other) => {
        for (const text of formsOf(second * 1000)) {
          const at = place % text.length;
          const time = parseHttpDate(text.slice(0, at) + other + text.slice(at + 1));
          expect(time === undefined || Number.isInteger(time)).toBe(true);
        }
      }),
    );
  });
});

/** A moment in the three forms of RFC 9110, section 5.6.7. */
function formsOf(time: number): string[] {
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

test("whatever a server sends: seconds are taken, and nothing that is neither they nor a date", () => {
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
      const seconds = /^[0-9]+$/.test(headers.get("retry-after") ?? "")
        ? Number(headers.get("retry-after")) * 1000
        : undefined;
      expect(retryAfter(headers)).toBe(seconds);
    }),
    { numRuns: 1_000 },
  );
});
