/** Months since January 1970: what careers are counted in. */
export type Month = number;

/** Converts a year and a month (1 to 12) to a count of months. */
export function month(year: number, monthOfYear: number): Month {
  return (year - 1970) * 12 + monthOfYear - 1;
}

// A large population has millions of times, and but a few hundred different ones.
const times = new Map<number, string>();

/** Writes a month as the API writes times, `2020-09-01T00:00:00Z`, on the given day (1 to 28). */
export function monthToTime(value: Month, day = 1): string {
  const key = value * 32 + day;
  const time = times.get(key) ?? writeTime(value, day);
  times.set(key, time);
  return time;
}

function writeTime(value: Month, day: number): string {
  const year = 1970 + Math.floor(value / 12);
  const monthOfYear = (value % 12) + 1;
  return `${year}-${twoDigits(monthOfYear)}-${twoDigits(day)}T00:00:00Z`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** The month in which the made-up population was "collected": fixed, so that the same seed gives the same people on any day. */
export const COLLECTED_IN: Month = month(2026, 3);
