import type { DriftFinding } from "../../src/drift/index.js";
import { type CallName, example, plant } from "./support.js";

/** A response that differs from the documents in one way, and what is to be found of it. */
export interface Planted {
  readonly call: CallName;
  readonly answer: unknown;
  readonly found: Pick<DriftFinding, "evidence" | "expected" | "kind" | "pointer" | "seen">;
  readonly status?: number;
}

type Kind = DriftFinding["kind"];

const search = example("search-response")["value"];
const bases = {
  search,
  find: example("find-response")["value"],
  retrieve: example("person")["value"],
  lookup: { people: [example("person")["value"]] },
  company: example("company")["value"],
  contacts: example("contacts-response")["value"],
  session: example("session-response")["value"],
  imports: { id: "i", status: "done" },
  addContacts: { id: "i" },
  previewFind: {},
} satisfies Record<CallName, unknown>;
const reports = example("search-reports-response")["value"];
const nested = plant(search, "/people/0/position", { title: "a", company: { name: "b" }, location_details: {} });

type Row = readonly [
  call: CallName,
  path: string,
  value: unknown,
  pointer: string,
  kind: Kind,
  expected: string,
  seen: string,
  evidence?: DriftFinding["evidence"],
  base?: unknown,
];

const nullableString = "string | null";

const rows: readonly Row[] = [
  // Unknown keys.
  ["search", "/took", 12, "/took", "unknown_key", "absent", "integer"],
  ["search", "/nextPage", "a", "/nextPage", "unknown_key", "absent", "string"],
  ["search", "/people/0/emails", ["a@b.c"], "/people/*/emails", "unknown_key", "absent", "array"],
  ["search", "/people/0/jobs/0/salary", 1.5, "/people/*/jobs/*/salary", "unknown_key", "absent", "number"],
  ["search", "/people/0/jobs/0/company/size", {}, "/people/*/jobs/*/company/size", "unknown_key", "absent", "object"],
  [
    "search",
    "/people/0/location_details/city",
    null,
    "/people/*/location_details/city",
    "unknown_key",
    "absent",
    "null",
  ],
  ["search", "/people/0/education/0/gpa", true, "/people/*/education/*/gpa", "unknown_key", "absent", "boolean"],
  [
    "search",
    "/people/0/position/remote",
    true,
    "/people/*/position/remote",
    "unknown_key",
    "absent",
    "boolean",
    "observed",
    nested,
  ],
  [
    "search",
    "/people/0/position/company/hq",
    "a",
    "/people/*/position/company/hq",
    "unknown_key",
    "absent",
    "string",
    "observed",
    nested,
  ],
  ["search", "/people/0/jane@example.com", 1, "/people/*/*", "unknown_key", "absent", "integer"],
  ["search", "/people/0/Jane Doe", 1, "/people/*/*", "unknown_key", "absent", "integer"],
  ["search", "/people/0/o_0123abcd", 1, "/people/*/*", "unknown_key", "absent", "integer"],
  [
    "search",
    "/report_results/demographics/0/share",
    0.5,
    "/report_results/demographics/*/share",
    "unknown_key",
    "absent",
    "number",
    "observed",
    reports,
  ],
  [
    "search",
    "/report_results/arrivals_departures/0/group_values/0/label",
    "a",
    "/report_results/arrivals_departures/*/group_values/*/label",
    "unknown_key",
    "absent",
    "string",
    "observed",
    reports,
  ],
  ["find", "/matches/0/score", 0.9, "/matches/*/score", "unknown_key", "absent", "number"],
  [
    "find",
    "/matches/0/people/0/position/company/ticker_symbol",
    "A",
    "/matches/*/people/*/position/company/ticker_symbol",
    "unknown_key",
    "absent",
    "string",
  ],
  ["retrieve", "/age", 44, "/age", "unknown_key", "absent", "integer"],
  ["lookup", "/missing_ids", [], "/missing_ids", "unknown_key", "absent", "array", "inferred"],
  ["company", "/address1", "a", "/address1", "unknown_key", "absent", "string"],
  ["contacts", "/0/ownerId", "a", "/*/ownerId", "unknown_key", "absent", "string", "inferred"],
  ["session", "/refreshToken", "a", "/refreshToken", "unknown_key", "absent", "string", "documented"],
  // Missing.
  ["search", "/count", undefined, "/count", "missing", "integer", "absent"],
  ["search", "/people", undefined, "/people", "missing", "array", "absent"],
  ["search", "/people/0/id", undefined, "/people/*/id", "missing", "string", "absent"],
  ["find", "/matches/0/people", undefined, "/matches/*/people", "missing", "array", "absent"],
  ["find", "/matches/0/people/0/id", undefined, "/matches/*/people/*/id", "missing", "string", "absent"],
  ["retrieve", "/id", undefined, "/id", "missing", "string", "absent"],
  ["contacts", "/0/id", undefined, "/*/id", "missing", "string", "absent", "inferred"],
  ["session", "/expiresAt", undefined, "/expiresAt", "missing", "string", "absent", "documented"],
  // Types.
  ["search", "", [], "", "type", "object", "array"],
  ["search", "/count", "1024", "/count", "type", "integer", "string"],
  ["search", "/count", 1.5, "/count", "type", "integer", "number"],
  ["search", "/people", null, "/people", "type", "array", "null"],
  ["search", "/people/0", "LDP", "/people/*", "type", "object", "string"],
  ["search", "/pagination_token", 7, "/pagination_token", "type", nullableString, "integer"],
  ["search", "/people/0/connections", "177", "/people/*/connections", "type", "integer | null", "string"],
  ["search", "/people/0/jobs", {}, "/people/*/jobs", "type", "array | null", "object"],
  ["search", "/people/0/jobs/0/level", 3, "/people/*/jobs/*/level", "type", nullableString, "integer", "documented"],
  ["search", "/people/0/jobs/0/company", "Acme", "/people/*/jobs/*/company", "type", "object | null", "string"],
  ["search", "/people/0/position", ["a"], "/people/*/position", "type", "object | null", "array"],
  [
    "search",
    "/people/0/position/title",
    1,
    "/people/*/position/title",
    "type",
    nullableString,
    "integer",
    "observed",
    nested,
  ],
  [
    "search",
    "/people/0/position/company/name",
    {},
    "/people/*/position/company/name",
    "type",
    nullableString,
    "object",
    "observed",
    nested,
  ],
  ["search", "/report_results/stats", [], "/report_results/stats", "type", "object", "array", "observed", reports],
  ["company", "/employee_count", "many", "/employee_count", "type", "integer | null", "string"],
  ["contacts", "", "none", "", "type", "array | object", "string", "inferred"],
  ["contacts", "/0/contactInfo", "a", "/*/contactInfo", "type", "object | null", "string", "inferred"],
  ["imports", "", [], "", "type", "object", "array", "inferred"],
  // Listed values.
  [
    "search",
    "/people/0/employment_status",
    "retired",
    "/people/*/employment_status",
    "enum",
    "a listed value",
    "retired",
  ],
  ["search", "/people/0/jobs/0/level", "Partner", "/people/*/jobs/*/level", "enum", "a listed value", "Partner"],
  [
    "search",
    "/people/0/jobs/0/function",
    "Board of Jane Doe",
    "/people/*/jobs/*/function",
    "enum",
    "a listed value",
    "*",
  ],
  [
    "search",
    "/people/0/jobs/0/started_at_details",
    { confidence: "none" },
    "/people/*/jobs/*/started_at_details/confidence",
    "enum",
    "a listed value",
    "none",
    "documented",
  ],
  [
    "contacts",
    "/0/contactInfo",
    { emailStatus: "stale" },
    "/*/contactInfo/emailStatus",
    "enum",
    "a listed value",
    "stale",
    "documented",
  ],
];

const json = (body: unknown, init: ResponseInit & { type?: string } = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status: 200,
    ...init,
    headers: init.type === "" ? {} : { "content-type": init.type ?? "application/json" },
  });

const others: readonly Planted[] = [
  {
    call: "search",
    answer: json(search, { status: 202 }),
    status: 202,
    found: { kind: "status", pointer: "", expected: "200", seen: "202", evidence: "observed" },
  },
  {
    call: "contacts",
    answer: new Response(null, { status: 204 }),
    status: 204,
    found: { kind: "status", pointer: "", expected: "200", seen: "204", evidence: "documented" },
  },
  {
    call: "search",
    answer: json("<p>Jane Doe</p>", { type: "text/html; charset=utf-8" }),
    found: { kind: "media_type", pointer: "", expected: "application/json", seen: "text/html", evidence: "observed" },
  },
  {
    call: "company",
    answer: json(bases.company, { type: "application/vnd.jane-doe+json" }),
    found: { kind: "media_type", pointer: "", expected: "application/json", seen: "*", evidence: "inferred" },
  },
  {
    call: "find",
    answer: json('{"matches": [', {}),
    found: {
      kind: "media_type",
      pointer: "",
      expected: "application/json",
      seen: "invalid JSON",
      evidence: "observed",
    },
  },
  {
    call: "search",
    answer: json("", {}),
    found: { kind: "missing", pointer: "", expected: "object", seen: "absent", evidence: "observed" },
  },
  {
    call: "find",
    answer: json([], { status: 402 }),
    status: 402,
    found: { kind: "type", pointer: "", expected: "object", seen: "array", evidence: "observed" },
  },
  {
    call: "find",
    answer: json("no", { status: 403, type: "text/plain" }),
    status: 403,
    found: { kind: "media_type", pointer: "", expected: "application/json", seen: "text/plain", evidence: "observed" },
  },
];

/** Responses that differ in one way each: each kind, nested, in arrays, nullable, in unions. */
export const planted: readonly Planted[] = [
  ...rows.map(
    ([call, path, value, pointer, kind, expected, seen, evidence = "observed", base = bases[call]]): Planted => ({
      call,
      answer: plant(base, path, value),
      found: { kind, pointer, expected, seen, evidence },
    }),
  ),
  ...others,
];

/** Responses that are as documented. */
export const asDocumented: readonly (readonly [CallName, unknown])[] = [
  ...(Object.entries(bases) as [CallName, unknown][]),
  ["search", reports],
  ["search", nested],
  ["search", { people: [], count: 0, pagination_token: null, aggs: { any: [1] } }],
  ["contacts", { data: [], total: 0 }],
  ["retrieve", { id: "LDP-1-EXAMPLE", jobs: null, position: null, employment_status: null }],
];
