import type { Person } from "../../index.js";
import { UsageError } from "../errors.js";
import type { Format, Row, Scan } from "./input.js";

/** What a CSV says of the person who was found. */
const PERSON: Readonly<Record<string, (person: Person) => unknown>> = {
  person_id: ({ id }) => id,
  person_name: ({ name }) => name,
  person_linkedin: ({ linkedin }) => linkedin,
  person_location: ({ location }) => location,
  person_title: ({ position }) => position?.title,
  person_level: ({ position }) => position?.level,
  person_function: ({ position }) => position?.function,
  person_company: ({ position }) => position?.company?.name,
  person_company_domain: ({ position }) => position?.company?.domain,
  person_started_at: ({ position }) => position?.started_at,
};

/** Writes rows in a format. */
export interface Writer {
  /** The first line; empty if the format has none. */
  readonly header: string;
  /** @param person who was found, if anybody */
  line(row: Row, found: boolean, person: Person | undefined): string;
}

/**
 * Creates the writer of a format: NDJSON has the row, whether somebody was found, and the whole person; CSV has the row's
 * columns, and ten columns of the person.
 *
 * @throws UsageError if a column of the input has the name of one that is added, or CSV would round a number
 */
export function createWriter(format: Format, { columns, delimiter, rounded }: Scan): Writer {
  if (format === "ndjson") {
    return {
      header: "",
      line({ values, json = JSON.stringify(Object.fromEntries(values)) }, found, person) {
        return `{"row":${json},"found":${found},"person":${JSON.stringify(person ?? null)}}\n`;
      },
    };
  }
  const added = ["found", ...Object.keys(PERSON)];
  if (rounded !== undefined) {
    throw new UsageError(`Row ${rounded} of the input has a number that CSV would round. Quote it, or write NDJSON`);
  }
  const conflict = columns.find((column) => added.includes(column));
  if (conflict !== undefined) {
    throw new UsageError(`The input has a column \`${conflict}\`, which the output adds. Rename it, or write NDJSON`);
  }
  const lineOf = (values: readonly unknown[]) => `${values.map((value) => cell(value, delimiter)).join(delimiter)}\n`;
  return {
    header: lineOf([...columns, ...added]),
    line({ values }, found, person) {
      const facts = Object.values(PERSON).map((fact) => person && fact(person));
      return lineOf([...columns.map((column) => values.get(column)), found, ...facts]);
    },
  };
}

function cell(value: unknown, delimiter: string): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const isPlain = !/["\r\n]/.test(text) && !text.includes(delimiter) && text === text.trim();
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
