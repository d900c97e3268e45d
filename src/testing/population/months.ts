import { twoDigits } from "../utilities.js";

/** Months since January 1970. */
export type Month = number;

/** Converts a year and a month of the year (1 to 12). */
export function month(year: number, monthOfYear: number): Month {
  return (year - 1970) * 12 + monthOfYear - 1;
}

// A large population has millions of times, but only a few hundred distinct ones.
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

/**
 * The month in which the population was "collected". It is fixed, so that a seed creates the same people on any day.
 */
export const COLLECTED_IN: Month = month(2026, 3);
