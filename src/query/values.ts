// Checks and conversions of values. None quotes a value: it may be a person's data.

/** A day: `YYYY-MM-DD`, or a `Date`, of which the day in UTC counts. For a `string` variable, see {@link day}. */
export type DayLike = `${number}-${number}-${number}` | Date;

/** A period. One end alone is enough. Both ends are part of it (inferred). */
export type Period =
  | { readonly from: DayLike; readonly to?: DayLike | undefined }
  | { readonly from?: DayLike | undefined; readonly to: DayLike };

/** One text, or several of which any may match. */
export type Texts = string | readonly string[];

/** A value that the API's documents do not list. See {@link other}. */
export interface Other {
  readonly other: string;
}

/**
 * Marks a level, a function or a field of a report that is not among the known ones, so that a misspelt one does not
 * compile. The API does not refuse an unknown value: it finds nobody (probed).
 *
 * @example q.job.level("VP", q.other("Fellow"))
 */
export function other(value: string): Other;
export function other(value: string, second?: unknown): Other {
  return { other: textOf(isExtra(second) || value, "q.other") };
}

/**
 * Converts to a day, `YYYY-MM-DD`. Use it for a `string` that is only known at run time.
 *
 * @param value a text of this form, or a `Date`, of which the day in UTC counts
 * @throws {TypeError} if there is no such day
 */
export function day(value: string | Date): `${number}-${number}-${number}` {
  return dayOf(value, "q.day");
}

/**
 * Throws an error that names the function or the field. It is no `ConfigurationError`, which would add half to the
 * entry point.
 */
export function fail(where: string, fix: string): never {
  throw new TypeError(`${where}: pass ${fix}`);
}

/**
 * Says whether something would be dropped: a second argument, unless it is the index that `array.map` passes, or a
 * key.
 */
export function isExtra(second: unknown, unknown: object = {}): unknown {
  return typeof (second ?? 0) !== "number" || Object.keys(unknown)[0];
}

/** The members that are set. */
export function entriesOf(members: object): [key: string, value: unknown][] {
  return Object.entries(members).filter(([, value]) => value !== undefined);
}

/** Checks one value, and converts it. */
export type Check = (value: unknown, where: string) => string;

/** Checks one text, and trims it. */
export function textOf(value: unknown, where: string, fix = "a non-empty string"): string {
  return (typeof value === "string" && value.trim()) || fail(where, fix);
}

/** Checks one value or several. */
export function valuesOf(values: readonly unknown[], where: string, check: Check): string[] {
  const all = values.flat().map((value) => check(value, where));
  textOf(all[0], where);
  return all;
}

/** One of the values in a list, which are separated by `|`: no value contains one, and such a list is small. */
export type OneOf<List extends string> = List extends `${infer First}|${infer More}` ? First | OneOf<More> : List;

/** Says whether a list has the value. */
export function isOneOf(list: string, value: unknown): boolean {
  return list.split("|").includes(value as string);
}

/** Makes the check that a value is in the list, or marked by `other`. */
export function choiceOf(list: string): Check {
  return (value, where) =>
    isOneOf(list, value)
      ? (value as string)
      : textOf((value as Other | undefined)?.other, where, `one of ${list} or q.other("…")`);
}

/** Converts to a day. A text must be a day that exists. */
export function dayOf(value: unknown, where: string): `${number}-${number}-${number}` {
  const isText = typeof value === "string";
  const iso = (isText ? new Date(value) : (value as Date | undefined))?.toJSON?.()?.slice(0, 10) as string;
  // Years above 9999 have a sign.
  if (!/^\d{4}-/.test(iso) || (isText && value !== iso)) fail(where, "days that exist, YYYY-MM-DD or Date");
  return iso as `${number}-${number}-${number}`;
}

/** Converts a period to the members of a clause or a report. */
export function periodOf(period: Period, where: string, isWrong: unknown): { date_from?: string; date_to?: string } {
  const { from, to, ...unknown } = period ?? {};
  const days = entriesOf({ date_from: from, date_to: to }).map(([key, value]) => [key, dayOf(value, where)] as const);
  const [first = "", last = first] = days.map(([, iso]) => iso);
  if (!first || first > last || isWrong || isExtra(0, unknown)) fail(where, "{ from, to }, in order");
  return Object.fromEntries(days);
}

/**
 * Converts a LinkedIn URL to its slug. A slug passes. The slug is decoded and in lower case. It is inferred that the API
 * has it in this form, and that slugs of schools and showcase pages are slugs of companies.
 *
 * @param kind what stands before the slug in a URL
 * @param more further kinds, each after a `|`
 */
export function slugOf(value: unknown, where: string, kind = "in", more = ""): string {
  const url = new RegExp(`^((https?:)?/*([\\w-]+\\.)*linkedin\\.com)?/*(${kind}${more})/([^/?#]+).*`, "i");
  let slug = "";
  try {
    slug = decodeURIComponent(textOf(value, where).replace(url, "$5").replace(/\/$/, "")).toLowerCase();
  } catch {
    // Malformed percent encoding, or no text.
  }
  // Refuses other URLs, what was copied from the text around one, and ids of profiles (`ACoAA…`), which are no slugs.
  if (/[\s\p{C}/?#@=]|[,)]$|linkedin\.com|^(acoaa.*)?$/u.test(slug))
    fail(where, `a slug or URL linkedin.com/${kind}/…`);
  return slug;
}
