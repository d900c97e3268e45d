import { isRecord } from "./utilities.js";

/**
 * The most that one request may ask for. Without these limits, a request could fill the memory of a test, or keep it busy
 * for minutes. They are the fake's own: those of the real API are not known.
 */
const LIMITS = {
  /** Characters of a body. */
  body: 10_000_000,
  /** Levels of objects and arrays in each other. */
  depth: 200,
  /** Items of an array. */
  items: 10_000,
  /** Characters of a string. */
  string: 100_000,
  /** Characters of a key. */
  key: 1_000,
  /** Names in a dotted path, such as `jobs.company.name`. */
  path: 20,
  /** Items of a list whose items each take time for everyone: fields of a match, or what a report groups by. */
  shortList: 20,
  /** Clauses and groups of a search, at all levels. */
  filters: 1_000,
  /** Values of all fuzzy clauses of a search. */
  fuzzy: 10_000,
  /** Reports of a search. */
  reports: 20,
  /** Months that a report covers. */
  months: 1_200,
} as const;

/** Bytes of a body that are worth keeping: a longer one has too many characters in any case. */
export const MAX_BODY_BYTES = 4 * LIMITS.body;

/** Keys whose strings are dotted paths. */
const PATHS = ["field", "field_name", "group_by", "return_fields", "sort_by"];
const SHORT_LISTS = ["fields", "group_by"];

/** Returns what is too much about the text of a body; `undefined` if nothing is. */
export function findExcessInText(text: string): string | undefined {
  return text.length > LIMITS.body ? `The body must have at most ${LIMITS.body} characters` : undefined;
}

/**
 * Returns what is too much in a parsed body, such as `return_fields[0] must have at most 20 names`; `undefined` if
 * nothing is. It does not recurse, so the body may be nested to any depth.
 */
export function findExcess(body: unknown): string | undefined {
  const totals: Totals = { filters: 0, fuzzy: 0, reports: 0 };
  const pending: Part[] = [{ value: body, key: "", place: "", depth: 0 }];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const problem = excessOf(part, totals);
    if (problem !== undefined) return problem;
    // Not spread: an object may have more keys than a call may have arguments.
    for (const inner of partsOf(part)) pending.push(inner);
  }
  return undefined;
}

/** A value in a body. */
interface Part {
  readonly value: unknown;
  /** The key that it has, or that the array has whose item it is. */
  readonly key: string;
  readonly place: string;
  readonly depth: number;
}

/** Counts for the whole body. */
type Totals = Record<"filters" | "fuzzy" | "reports", number>;

function partsOf({ value, key, place, depth }: Part): Part[] {
  if (Array.isArray(value)) {
    return value.map((item, index) => ({ value: item, key, place: `${place}[${index}]`, depth: depth + 1 }));
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([name, inner]) => {
    return { value: inner, key: name, place: place === "" ? name : `${place}.${name}`, depth: depth + 1 };
  });
}

function excessOf({ value, key, place, depth }: Part, totals: Totals): string | undefined {
  const atMost = (limit: number, what: string) => `${place || "The body"} must have at most ${limit} ${what}`;
  if (key.length > LIMITS.key) return `A key of the body has more than ${LIMITS.key} characters`;
  if (typeof value === "string") {
    if (value.length > LIMITS.string) return atMost(LIMITS.string, "characters");
    const isLong = PATHS.includes(key) && value.split(".", LIMITS.path + 1).length > LIMITS.path;
    return isLong ? atMost(LIMITS.path, "names separated by dots") : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= LIMITS.depth) return `The body must not be nested more than ${LIMITS.depth} levels deep, as in ${place}`;
  if (Array.isArray(value)) {
    const limit = SHORT_LISTS.includes(key) ? LIMITS.shortList : LIMITS.items;
    if (value.length > limit) return atMost(limit, "items");
    if (key === "filters") totals.filters += value.length;
    return totals.filters > LIMITS.filters
      ? `filters must have at most ${LIMITS.filters} clauses and groups in all; ${place} exceeds that`
      : undefined;
  }
  return excessOfRecord(value as Readonly<Record<string, unknown>>, { key, place, totals });
}

function excessOfRecord(
  record: Readonly<Record<string, unknown>>,
  { key, place, totals }: { readonly key: string; readonly place: string; readonly totals: Totals },
): string | undefined {
  const { match_type, string_values } = record;
  if (match_type === "fuzzy" && Array.isArray(string_values)) totals.fuzzy += string_values.length;
  if (totals.fuzzy > LIMITS.fuzzy) {
    return `filters must have at most ${LIMITS.fuzzy} fuzzy string_values in all; ${place} exceeds that`;
  }
  if (key === "report") totals.reports += 1;
  if (totals.reports > LIMITS.reports) {
    return `filters must have at most ${LIMITS.reports} reports in all; ${place} exceeds that`;
  }
  const isLong = key === "params" && monthOf(record["date_to"]) - monthOf(record["date_from"]) >= LIMITS.months;
  return isLong ? `${place} must have at most ${LIMITS.months} months from date_from to date_to` : undefined;
}

/** Returns the months since the year 0; NaN if it is not a date. */
function monthOf(day: unknown): number {
  const [year, month] = typeof day === "string" ? day.split("-", 2).map(Number) : [];
  return (year ?? Number.NaN) * 12 + (month ?? Number.NaN);
}
