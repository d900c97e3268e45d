import fc from "fast-check";
import { expect, it } from "vitest";
import * as q from "../../src/query/index.js";

const slug = fc.stringMatching(/^[a-z0-9éü][a-z0-9éü.-]{0,20}[a-z]$/);
const scheme = fc.constantFrom("", "//", "http://", "https://", "HTTPS://");
const host = fc.constantFrom("linkedin.com", "www.linkedin.com", "de.linkedin.com", "WWW.LinkedIn.com");
const end = fc.constantFrom("", "/", "/about/", "?trk=nav", "/?trk=nav", "#top", "/people/?a=b#c");
const companyPath = fc.constantFrom("company", "school", "showcase", "Company");

const companySlug = (linkedin: string) => q.job.company({ linkedin }).string_values?.[0];
const personSlug = (linkedin: string) => q.person({ linkedin }).fields[0]?.search_term;

it("converts every form of a LinkedIn URL to its slug", () => {
  fc.assert(
    fc.property(slug, scheme, host, companyPath, end, fc.boolean(), (text, start, domain, path, rest, isEncoded) => {
      const shown = isEncoded ? encodeURIComponent(text) : text;
      expect(companySlug(`${start}${domain}/${path}/${shown}${rest}`)).toBe(text);
      expect(personSlug(` ${start}${domain}/in/${shown}${rest} `)).toBe(text);
      expect(companySlug(text.toUpperCase())).toBe(text);
      expect(personSlug(text)).toBe(text);
      expect(() => personSlug(`${start}${domain}/${path}/${shown}${rest}`)).toThrow("q.person: pass a slug");
      expect(() => companySlug(`${start}${domain}/in/${shown}${rest}`)).toThrow("jobs.company.linkedin: pass a slug");
    }),
  );
});

it.each([
  "https://linkedin.com.example.com/company/nvidia",
  "https://evil-linkedin.com/company/nvidia",
  "https://example.com/company/nvidia",
  "https://www.linkedin.com/company/",
  "https://www.linkedin.com/compan/nvidia",
  "https://www.linkedin.com/company/1441/",
  "https://www.linkedin.com/company/%zz",
  "https://www.linkedin.com/company/a%2Fb",
  "www.linkedin.com",
  "1441",
  "NVIDIA Corporation",
  "jane@example.com",
  "https://www.linkedin.com/company/nvidia,",
  "(linkedin.com/company/nvidia)",
  "https://www.linkedin.com/company/nvidia&x=1",
  "https://www.linkedin.com/company/nvidia\u200b",
])("refuses %j as a company", (text) => {
  expect(() => companySlug(text)).toThrow(TypeError);
});

it.each(["in/jane-doe", "/in/Jane-Doe/", "jane-doe/"])("converts %s, a part of a URL", (text) => {
  expect(personSlug(text)).toBe("jane-doe");
  expect(companySlug(text.replace("in/", "company/"))).toBe("jane-doe");
});

it("takes a number as the slug of a person", () => {
  expect(personSlug("https://www.linkedin.com/in/12345")).toBe("12345");
});

it("refuses the id of a profile, which is no slug and would lose its capitals", () => {
  expect(() => personSlug("https://www.linkedin.com/in/ACoAAAxyzABC")).toThrow("q.person: pass a slug");
});

it("converts each Date to its day in UTC, and passes that day", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
      const expected = date.toISOString().slice(0, 10);
      expect(q.day(date)).toBe(expected);
      expect(q.day(expected)).toBe(expected);
    }),
  );
});

it("accepts exactly the days that exist", () => {
  const digits = (min: number, max: number, width: number) =>
    fc.integer({ min, max }).map((number) => String(number).padStart(width, "0"));
  fc.assert(
    fc.property(digits(1, 9999, 4), digits(0, 13, 2), digits(0, 32, 2), (year, month, dayOfMonth) => {
      const text = `${year}-${month}-${dayOfMonth}`;
      const lengths = [31, Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0) ? 29 : 28];
      const days = [...lengths, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1] ?? 0;
      if (Number(dayOfMonth) >= 1 && Number(dayOfMonth) <= days) expect(q.day(text)).toBe(text);
      else expect(() => q.day(text)).toThrow("q.day: pass days that exist");
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => q.day(text)).toThrow("q.day: pass days that exist");
    }),
  );
});

it.each(["2026-1-1", "2026-02-30", "20260101", "+010000-01", "2026-01-01T00:00:00Z", "1/1/2026", ""])(
  "refuses the day %j",
  (text) => {
    expect(() => q.day(text)).toThrow(TypeError);
  },
);

it("refuses a year that has no four digits, and what is no date", () => {
  for (const value of [new Date(8.64e15), null, undefined, 0, {}, []]) {
    expect(() => q.day(value as Date)).toThrow("q.day: pass days that exist");
  }
});
