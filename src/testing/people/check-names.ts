import type { FilterClause, FilterGroup, FindRequest, Report, SearchRequest } from "../../types.js";
import { Refusal } from "../reply.js";
import { quote, type Warnings } from "../warnings.js";
import { FIELDS, type FieldKey, JOB_VALUES, REPORT_NAMES } from "./known-names.js";
import { fuzzyTest, isGroup } from "./match-filter.js";
import { nearest } from "./nearest.js";

/** What the checks depend on. */
export interface NamePolicy {
  /** Whether unknown fields are refused. A list has further fields that are allowed. */
  readonly strictFields: boolean | readonly string[];
  readonly warnings: Warnings;
}

type FindOperation = "findPeople" | "previewFind";
type SearchOperation = "searchPeople" | "previewSearch";

/** Checks the names in requests that the OpenAPI documents leave open: the API finds nobody for a wrong one. */
export interface NameChecks {
  /** @throws {Refusal} 400 for an unknown field. */
  find(operation: FindOperation, request: FindRequest): void;
  /** @throws {Refusal} 400 for an unknown field. */
  search(operation: SearchOperation, request: SearchRequest): void;
}

/** What a field is used for, by the key that names it. */
const USES: Record<FieldKey, string> = {
  field: "filter by",
  field_name: "find people by",
  group_by: "group by",
  sort_by: "sort by",
  return_fields: "return",
};

/** Other words for the level `C-Team`, which are not similar to it. */
const EXECUTIVE = /^(?:c[a-z]o|c.(?:suite|level)|chief\b.*|executive)$/i;

/** Creates the checks. */
export function createNameChecks({ strictFields, warnings }: NamePolicy): NameChecks {
  const allowed = new Set(typeof strictFields === "boolean" ? [] : strictFields);
  const check = (operation: string) => new RequestCheck(operation, strictFields !== false, allowed, warnings);
  return {
    find(operation, { matches, return_fields }) {
      const one = check(operation);
      for (const [index, { fields }] of matches.entries()) {
        for (const [inner, { field_name }] of fields.entries()) {
          one.field("field_name", field_name, () => `matches[${index}].fields[${inner}].field_name`);
        }
      }
      one.list("return_fields", return_fields, "return_fields");
    },
    search(operation, { filters = [], sort_by, return_fields }) {
      const one = check(operation);
      one.filters(filters, "filters");
      if (sort_by !== undefined) one.field("sort_by", sort_by.replace(/^-/, ""), () => "sort_by");
      one.list("return_fields", return_fields, "return_fields");
    },
  };
}

class RequestCheck {
  readonly #operation: string;
  readonly #isStrict: boolean;
  readonly #allowed: ReadonlySet<string>;
  readonly #warnings: Warnings;

  constructor(operation: string, isStrict: boolean, allowed: ReadonlySet<string>, warnings: Warnings) {
    this.#operation = operation;
    this.#isStrict = isStrict;
    this.#allowed = allowed;
    this.#warnings = warnings;
  }

  filters(parts: readonly (FilterGroup | FilterClause)[], place: string): void {
    for (const [index, part] of parts.entries()) {
      const at = `${place}[${index}]`;
      if (!isGroup(part)) this.#clause(part, at);
      else {
        this.filters(part.filters, `${at}.filters`);
        if (part.report !== undefined) this.#report(part.report, `${at}.report`);
      }
    }
  }

  list(key: FieldKey, names: readonly string[] = [], place: string): void {
    for (const [index, name] of names.entries()) this.field(key, name, () => `${place}[${index}]`);
  }

  field(key: FieldKey, name: string, place: () => string): void {
    const { seen, known } = FIELDS[key];
    if (seen.has(name) || this.#allowed.has(name)) return;
    // The API keeps what it computed of a field in `<field>_details`, but no document says of which.
    if (known.has(name) || known.has(name.replace(/_details(\.\w+)?$/, ""))) {
      this.#warn(place(), name, () => `is a guess: no request was seen to ${USES[key]} it`);
      return;
    }
    const problem = (end: string) => {
      const meant = nearest(name, known, seen);
      return `is not a known field${meant === undefined ? end : `: did you mean ${meant}?`}`;
    };
    if (!this.#isStrict) this.#warn(place(), name, () => problem(""));
    // The value is not quoted: a search term may have ended up here.
    else throw new Refusal(400, `${place()} ${problem(".")} To allow it, list it in strictFields`);
  }

  #clause(clause: FilterClause, place: string): void {
    const { field, match_type = "exact", string_values = [] } = clause;
    this.field("field", field, () => `${place}.field`);
    if (field !== "jobs.level" && field !== "jobs.function") return;
    const kind = field === "jobs.level" ? "level" : "function";
    const known = JOB_VALUES[kind];
    if (match_type === "exists") return;
    for (const [index, value] of string_values.entries()) {
      if (known.has(value) || (match_type === "fuzzy" && [...known].some(fuzzyTest([value])))) continue;
      this.#warn(`${place}.string_values[${index}]`, value, () => {
        const meant = kind === "level" && EXECUTIVE.test(value) ? "C-Team" : nearest(value, known);
        const advice = meant === undefined ? "" : `. Did you mean ${quote(meant)}?`;
        return `is not a known ${kind}: no job matches an unknown one${advice}`;
      });
    }
  }

  #report({ name, params }: Report, place: string): void {
    if (!REPORT_NAMES.has(name)) {
      this.#warn(`${place}.name`, name, () => {
        const meant = nearest(name, REPORT_NAMES);
        return `is not a known report${meant === undefined ? "" : `: did you mean ${quote(meant)}?`}`;
      });
    }
    this.list("group_by", params.group_by, `${place}.params.group_by`);
  }

  #warn(place: string, value: string, explain: () => string): void {
    this.#warnings.add(`${this.#operation}: ${place} ${quote(value)}`, explain);
  }
}
