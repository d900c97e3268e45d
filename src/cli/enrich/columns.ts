import type { Match } from "../../index.js";
import * as q from "../../query/index.js";
import { ArgumentsError, UsageError } from "../errors.js";
import type { Row } from "./input.js";

/** What a person can be looked up by. */
export type Key = "company" | "email" | "linkedin" | "name";

/** The columns of each key. Several, such as a first and a last name, are joined by a space. */
export type Columns = Readonly<Partial<Record<Key, readonly string[]>>>;

/** Headers that need no flag, in lower case and without spaces and signs. */
const HEADERS: Readonly<Record<Key, readonly string[]>> = {
  email: ["email", "emailaddress", "workemail"],
  linkedin: ["linkedin", "linkedinurl", "linkedinprofile"],
  name: ["name", "fullname"],
  company: ["company", "companyname"],
};
const NAMES = [["firstname"], ["lastname", "surname"]] as const;

/**
 * Decides which columns a person is looked up by: those of the flags, or, without flags, those whose header says so.
 *
 * No error quotes a column that is not known: without a header, the first line has values of a person.
 *
 * @param columns the columns of the input
 * @param flags the columns that the command line names
 * @throws UsageError if a flag names no column, a header is ambiguous, or nothing could be looked up
 */
export function mapColumns(columns: readonly string[], flags: Columns, input: string): Columns {
  for (const [key, names] of Object.entries(flags)) {
    if (key !== "name" && names.length > 1) throw new ArgumentsError(`--${key} can be given once`);
    const missing = names.find((name) => !columns.includes(name));
    if (missing !== undefined) throw new UsageError(`--${key}: ${input} has no column \`${missing}\``);
  }
  const named = (headers: readonly string[], key: Key) => {
    const found = columns.filter((column) => headers.includes(plain(column)));
    if (found.length < 2) return found;
    throw new UsageError(`${input}: several columns look like ${key}: ${found.join(", ")}. Pass --${key}`);
  };
  const mapped: Partial<Record<Key, readonly string[]>> = {};
  for (const key of Object.keys(HEADERS) as Key[]) {
    const own = Object.keys(flags).length > 0 ? (flags[key] ?? []) : named(HEADERS[key], key);
    const isSplit = key === "name" && own.length === 0 && Object.keys(flags).length === 0;
    const parts = isSplit ? NAMES.map((headers) => named(headers, key)) : [];
    const found = parts.every((part) => part.length === 1) ? [...own, ...parts.flat()] : own;
    if (found.length > 0) mapped[key] = found;
  }
  if (mapped.email || mapped.linkedin || (mapped.name && mapped.company)) return mapped;
  throw new UsageError(
    `${input}: none of its ${columns.length} columns is known as one to look people up by. Pass --email, --linkedin, ` +
      "or --name and --company with the name of a column. The first line of a CSV must name the columns",
  );
}

function plain(column: string): string {
  return column.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/**
 * Returns the match of a row: by its email address, or else by LinkedIn, or else by name and company. One alone, since all
 * parts of a match must agree, and the company of a list is often the one before the last.
 *
 * @returns undefined if the row has nothing to look up: a guess costs as much as a good query
 */
export function matchOf({ values }: Row, columns: Columns): Match | undefined {
  const factOf = (key: Key) =>
    (columns[key] ?? [])
      .map((column) => textOf(values.get(column)))
      .filter((text) => text !== "")
      .join(" ");
  const [email, linkedin, name, company] = [factOf("email"), factOf("linkedin"), factOf("name"), factOf("company")];
  if (email !== "") return q.person({ email });
  if (linkedin !== "" && isProfile(linkedin)) return q.person({ linkedin });
  return name !== "" && company !== "" ? q.person({ name, company }) : undefined;
}

/** Whether a LinkedIn value is a person's: the slug, or the URL of a profile; not that of a company. */
function isProfile(linkedin: string): boolean {
  try {
    q.person({ linkedin });
    return true;
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}
