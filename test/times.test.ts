import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTime } from "../src/times.js";

test("the tests run in the time zone of their project", () => {
  const { TZ = "" } = process.env;
  const offsets = { UTC: 0, "America/Los_Angeles": 420, "Asia/Kolkata": -330 };
  expect(offsets).toHaveProperty([TZ], new Date("2026-07-01T00:00:00Z").getTimezoneOffset());
});

describe("parseTime reads a time without a zone as UTC", () => {
  test.each([
    ["in the vendor's sample", "2021-11-19T23:36:09.092720", "2021-11-19T23:36:09.092Z"],
    ["without a fraction, which Python omits if it is zero", "2021-11-19T23:36:09", "2021-11-19T23:36:09.000Z"],
    ["with 1 fraction digit", "2021-11-19T23:36:09.5", "2021-11-19T23:36:09.500Z"],
    ["with 9 fraction digits", "2021-11-19T23:36:09.123456789", "2021-11-19T23:36:09.123Z"],
    ["in an hour that Los Angeles skips in spring", "2026-03-08T02:30:00", "2026-03-08T02:30:00.000Z"],
    ["in an hour that Los Angeles repeats in autumn", "2026-11-01T01:30:00", "2026-11-01T01:30:00.000Z"],
    ["on 29 February", "2024-02-29T00:00:00", "2024-02-29T00:00:00.000Z"],
  ])("%s", (_name, text, instant) => {
    expect(parseTime(text)).toBe(Date.parse(instant));
  });
});

test.each([
  ["Z", "2021-11-19T23:36:09Z", "2021-11-19T23:36:09Z"],
  ["Z after a fraction", "2021-11-19T23:36:09.092720Z", "2021-11-19T23:36:09.092Z"],
  ["an offset east of UTC", "2021-11-20T05:06:09+05:30", "2021-11-19T23:36:09Z"],
  ["an offset west of UTC", "2021-11-19T16:36:09-07:00", "2021-11-19T23:36:09Z"],
  ["an offset without a colon", "2021-11-19T16:36:09-0700", "2021-11-19T23:36:09Z"],
])("parseTime reads a time with %s", (_name, text, instant) => {
  expect(parseTime(text)).toBe(Date.parse(instant));
});

test.each([
  "",
  "soon",
  "3600",
  "2021-11-19",
  "2021-11-19 23:36:09",
  "2021-11-19T23:36",
  "2021-11-19T24:00:00",
  "2021-11-19T23:60:00",
  "2021-11-19T23:36:60",
  "2021-02-29T00:00:00",
  "2021-13-01T00:00:00",
  "2021-00-10T00:00:00",
  "2021-11-19T23:36:09.",
  "2021-11-19T23:36:09.1234567890",
  "2021-11-19T23:36:09+24:00",
  "2021-11-19T23:36:09+05:60",
  "2021-11-19T23:36:09 UTC",
  " 2021-11-19T23:36:09",
  "2021-11-19T23:36:09Z\n",
  "Fri, 19 Nov 2021 23:36:09 GMT",
])("parseTime returns undefined for %j", (text) => {
  expect(parseTime(text)).toBeUndefined();
});

const instants = fc.date({
  min: new Date("1970-01-01T00:00:00Z"),
  max: new Date("9999-12-30T00:00:00Z"),
  noInvalidDate: true,
});

test("parseTime reads any time, with or without a zone", () => {
  fc.assert(
    fc.property(instants, fc.constantFrom("", "Z", "+00:00", "-0000"), (instant, zone) => {
      expect(parseTime(instant.toISOString().replace("Z", zone))).toBe(instant.getTime());
    }),
  );
});

test("parseTime applies any offset", () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (instant, minutes) => {
      const sign = minutes < 0 ? "-" : "+";
      const hh = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
      const mm = String(Math.abs(minutes) % 60).padStart(2, "0");
      const text = instant.toISOString().replace("Z", `${sign}${hh}:${mm}`);
      expect(parseTime(text)).toBe(instant.getTime() - minutes * 60_000);
    }),
  );
});

test("parseTime ignores fraction digits after the third", () => {
  fc.assert(
    fc.property(instants, fc.stringMatching(/^\d{1,6}$/), (instant, digits) => {
      expect(parseTime(instant.toISOString().replace("Z", digits))).toBe(instant.getTime());
    }),
  );
});

test("parseTime does not throw for any string", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const time = parseTime(text);
      expect(time === undefined || Number.isInteger(time)).toBe(true);
    }),
  );
});
