// Checks and conversions of values. None quotes a value: it may be a person's data.

/** A day: `YYYY-MM-DD`, or a `Date`, of which the day in UTC counts. For a `string` variable, see {@link day}. */
export type DayLike = `${number}-${number}-${number}` | Date;

/** A period; both ends are part of it. One end alone is enough. */
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
export function other(value: string): Other {
  return { other: textOf(value, "other") };
}

/**
 * Converts to a day, `YYYY-MM-DD`. Use it for a `string` that is only known at run time.
 *
 * @param value a text of this form, or a `Date`, of which the day in UTC counts
 * @throws {TypeError} if there is no such day
 */
export function day(value: string | Date): `${number}-${number}-${number}` {
  return dayOf(value, "day");
}

/** Throws an error that names the function. It is no `ConfigurationError`, which would add half to the entry point. */
export function fail(where: string, fix: string): never {
  throw new TypeError(`q.${where}: pass ${fix}`);
}

/** Checks one text, and trims it. */
export function textOf(value: unknown, where: string): string {
  return (typeof value === "string" && value.trim()) || fail(where, "a non-empty string");
}

/** Checks one value or several. */
export function valuesOf<T>(
  values: readonly unknown[],
  where: string,
  check: (value: unknown, where: string) => T,
): T[] {
  const all = values.flat().map((value) => check(value, where));
  return all.length > 0 ? all : fail(where, "at least one value");
}

/** Checks that values are among the known ones, or marked by `other`. */
export function choicesOf(values: readonly unknown[], where: string, known: readonly string[]): string[] {
  return valuesOf(values, where, (value) =>
    known.includes(value as string)
      ? (value as string)
      : ((value as Other | undefined)?.other ?? fail(where, `${known.join(", ")} or q.other("…")`)),
  );
}

/** Converts to a day. A text must be a day that exists. */
export function dayOf(value: unknown, where: string): `${number}-${number}-${number}` {
  let iso = "";
  const isText = typeof value === "string";
  try {
    iso = (isText ? new Date(value) : (value as Date)).toISOString().slice(0, 10);
  } catch {
    // Not a date.
  }
  // Years above 9999 have a sign.
  if (!/^\d{4}-/.test(iso) || (isText && value !== iso)) fail(where, "days that exist, as YYYY-MM-DD or Date");
  return iso as `${number}-${number}-${number}`;
}

/** Converts a period to the members of a clause or a report. */
export function periodOf(period: Period, where: string): { date_from?: string; date_to?: string } {
  const { from, to } = period ?? {};
  const days = {
    ...(from && { date_from: dayOf(from, where) }),
    ...(to && { date_to: dayOf(to, where) }),
  };
  const { date_from = "", date_to = date_from } = days;
  if (!(from || to) || date_from > date_to) fail(where, "{ from }, { to } or both, in order");
  return days;
}

/**
 * Converts a LinkedIn URL to its slug. A slug passes. The slug is decoded and in lower case; that the API has it in this
 * form is inferred.
 *
 * @param kind what stands before the slug in a URL, such as `in`; several are separated by `|`
 */
export function slugOf(value: unknown, where: string, kind: string): string {
  const url = new RegExp(`^(https?:)?(//)?([\\w-]+\\.)*linkedin\\.com/(${kind})/([^/?#]+).*`, "i");
  let slug = "";
  try {
    slug = decodeURIComponent(textOf(value, where).replace(url, "$5")).toLowerCase();
  } catch {
    // Malformed percent encoding, or no text.
  }
  // Any other URL is left. LinkedIn numbers companies, too, but the API knows slugs alone.
  if (/[\s/?#@]|linkedin\.com|^\d*$/.test(slug)) fail(where, `a slug or a URL linkedin.com/${kind}/…`);
  return slug;
}
