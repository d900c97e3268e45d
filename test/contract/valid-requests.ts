import { fakeCredentials } from "../../src/testing/index.js";
import type {
  FindRequest,
  LookupRequest,
  NewContact,
  SearchRequest,
  ServiceAccountCredentials,
  UserCredentials,
} from "../../src/types.js";
import type { RecordedRequest } from "./recordings.js";

/** A search that uses every documented field. */
export const fullSearch: SearchRequest = {
  size: 3,
  past_jobs: 2,
  sort_by: "-company_change_detected_at",
  return_fields: ["name", "position.company.name"],
  aggs: { any: 1 },
  filters: [
    {
      operator: "and",
      isJobsGroup: true,
      jobsGroupType: "any",
      positionStatus: "all",
      report: {
        name: "demographics",
        params: { status: "active", date_from: "2024-01-01", date_to: "2024-03-01", group_by: ["jobs.level"] },
      },
      filters: [
        { type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] },
        { type: "must", field: "jobs.started_at", date_from: "2010-01-01", date_to: "2026-01-01" },
        { operator: "or", filters: [{ type: "must_not", field: "jobs.title", match_type: "exists" }] },
      ],
    },
  ],
};

export const fullFind: FindRequest = {
  matches: [{ fields: [{ field_name: "linkedin", search_term: "jane-doe" }] }],
  size: 1,
  confidence: "medium",
  return_fields: ["name"],
};

export const fullLookup: LookupRequest = { ids: ["LDP-1-EXAMPLE"] };

export const fullContact: NewContact = {
  name: "Jane Doe",
  company: "Example Corp",
  linkedin: "jane-doe",
  referenceId: "reference-1",
};

const account: ServiceAccountCredentials = { grantType: "clientCredentials", ...fakeCredentials.serviceAccount };
const user: UserCredentials = { ...fakeCredentials.user };

const PEOPLE = `/api/people/v1/${fakeCredentials.orgId}`;
const LEDGERS = `/api/ledgers/v1/${fakeCredentials.orgId}`;
const JSON_TYPE = "application/json";

/** A valid request of an operation, as a base for mutations. */
export interface ValidRequest {
  readonly operation: string;
  readonly method: string;
  readonly target: string;
  readonly mediaType?: string;
  readonly body?: unknown;
}

export const validRequests: readonly ValidRequest[] = [
  post("createSession", "/api/identity/v1/session", account),
  { ...post("createSession", "/api/identity/v1/session", user), mediaType: "application/x-www-form-urlencoded" },
  post("findPeople", `${PEOPLE}/find`, fullFind),
  post("previewFind", `${PEOPLE}/find/preview`, fullFind),
  post("searchPeople", `${PEOPLE}/search`, fullSearch),
  post("previewSearch", `${PEOPLE}/search/preview`, fullSearch),
  get("getPerson", `${PEOPLE}/person/LDP-1-EXAMPLE`),
  post("lookupPeople", `${PEOPLE}/persons/lookup_by_ids`, fullLookup),
  get("getCompany", "/api/dwh/v1/companies/nvidia.com"),
  get("listContacts", `${LEDGERS}/contacts?lastJobChangedAt=2024-01-31&lastInfoChangedAt=2024-01-31`),
  post("createContacts", `${LEDGERS}/contacts`, [fullContact, { name: "John Doe", company: "Example Corp" }]),
  post("createContacts", `${LEDGERS}/contacts`, fullContact),
  get("getImports", `${LEDGERS}/imports`),
];

function post(operation: string, target: string, body: unknown): ValidRequest {
  return { operation, method: "POST", target, mediaType: JSON_TYPE, body };
}

function get(operation: string, target: string): ValidRequest {
  return { operation, method: "GET", target };
}

/** Serializes a request. */
export function toRequest({ method, target, mediaType, body }: ValidRequest): RecordedRequest {
  return {
    method,
    target,
    headers: mediaType === undefined ? {} : { "content-type": mediaType },
    body: mediaType === undefined ? null : serialize(mediaType, body),
  };
}

function serialize(mediaType: string, body: unknown): string {
  if (mediaType !== "application/x-www-form-urlencoded") return JSON.stringify(body);
  const entries = Object.entries(typeof body === "object" && body !== null ? body : {});
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return new URLSearchParams(entries.map(([key, value]) => [key, text(value)])).toString();
}
