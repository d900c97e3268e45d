import type { CallDescription } from "../events.js";
import type { Evidence, Schema } from "../generated/request-schemas.js";
import {
  type DocumentedOperation,
  type DocumentedService,
  documentedServices,
  responseSchemas,
} from "../generated/response-schemas.js";
import type { Exchange } from "../telemetry.js";
import { dereference, findViolations, typeOf, type Violation } from "../validate/validate.js";
import { isValid } from "./is-valid.js";
import { locate } from "./locate.js";
import type { DriftConfirmation, DriftFinding, Observation } from "./tally.js";

type Difference = Pick<DriftFinding, "evidence" | "expected" | "kind" | "pointer" | "seen"> & Pick<Observation, "name">;

/** What is needed of an exchange. */
export type Checked = Omit<Exchange, "call"> & { readonly call: Pick<CallDescription, "operation" | "service"> };

/** Media types that may be named. Any other may be a value of somebody. */
const KNOWN_MEDIA_TYPES = new Set([
  ...["application/json", "application/problem+json", "application/xml", "application/octet-stream"],
  ...["text/html", "text/plain", "text/xml", "text/csv"],
]);

/** How many differences of one response are described: 8 MiB of unknown keys would block the process for minutes. */
const MAX_DIFFERENCES = 1_000;

/** Whether the documents know the operation of a call. */
export function isDocumented({ service, operation }: CallDescription): boolean {
  return documentOf({ service, operation }) !== undefined;
}

/** Compares a response with the documents. Returns what differs, and what was inferred and works. */
export function checkExchange(exchange: Checked): Observation[] {
  const { service, operation } = exchange.call;
  const document = documentOf(exchange.call);
  if (!document) return [];
  const { status } = exchange;
  const differences = differencesOf(document, exchange);
  // A sign-in page with a 200 confirms nothing.
  const isConfirming = status >= 200 && status < 300 && !differences.some(({ kind }) => kind === "media_type");
  const confirmed = isConfirming ? confirmations(document, service, exchange, differences) : [];
  const seenStatus = Number.isInteger(status) && status >= 100 && status <= 599 ? status : 0;
  return [...differences, ...confirmed].map((each) => ({ ...each, service, operation, status: seenStatus }));
}

function documentOf({ service, operation }: Checked["call"]): DocumentedOperation | undefined {
  const { operations }: DocumentedService = documentedServices[service];
  return Object.hasOwn(operations, operation) ? operations[operation] : undefined;
}

/** The documented response to a status. `default` stands for failures, of which nothing is known. */
function responseOf({ responses }: DocumentedOperation, status: number) {
  return responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
}

function differencesOf(document: DocumentedOperation, exchange: Checked): Difference[] {
  const { status, headers, bytes } = exchange;
  const { responses } = document;
  const response = responseOf(document, status);
  if (!response) {
    if (status >= 400 && responses["default"]) return [];
    const expected = Object.keys(responses).filter((each) => /^[23]/.test(each));
    const seen = Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : "*";
    return [{ kind: "status", pointer: "", expected: expected.join(" | "), seen, evidence: document.evidence }];
  }
  const { content, evidence = document.evidence } = response;
  if (!content || !bytes) return [];
  const [schema] = Object.values(content);
  if (bytes.byteLength === 0) {
    if (status >= 400 || schema === true || schema === undefined) return [];
    const root = locate(schema, [], evidence);
    return [{ kind: "missing", pointer: "", expected: typesOf(schema), seen: "absent", evidence: root.evidence }];
  }
  const mediaType = (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const fault = (seen: string): Difference[] => [
    { kind: "media_type", pointer: "", expected: Object.keys(content).join(" | "), seen, evidence },
  ];
  const known = Object.hasOwn(content, mediaType) ? content[mediaType] : undefined;
  if (known === undefined) return fault(KNOWN_MEDIA_TYPES.has(mediaType) ? mediaType : mediaType ? "*" : "none");
  if (!mediaType.endsWith("json")) return [];
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return fault("invalid JSON");
  }
  if (isValid(known, body)) return [];
  const violations = findViolations(known, body, responseSchemas, MAX_DIFFERENCES);
  return violations.flatMap((violation) => describe(violation, known, evidence));
}

function describe(
  { path, keyword, types = [], schema: violated, value }: Violation,
  root: Schema,
  inherited: Evidence,
): Difference[] {
  const { pointer, evidence, schema } = locate(root, path, inherited);
  const last = path.at(-1);
  const seen = typeOf(value);
  switch (keyword) {
    case "false":
      return typeof last === "string"
        ? [{ kind: "unknown_key", pointer, expected: "absent", seen, evidence, name: last }]
        : [{ kind: "type", pointer, expected: "absent", seen, evidence }];
    case "required":
      return [{ kind: "missing", pointer, expected: typesOf(schema ?? true), seen: "absent", evidence }];
    case "type":
      return [{ kind: "type", pointer, expected: types.join(" | "), seen, evidence }];
    case "const":
    case "enum":
      return [
        {
          kind: "enum",
          pointer,
          expected: "a listed value",
          seen: "*",
          // Of the list, which may be known in another way than the property.
          evidence: violated["x-evidence"] ?? evidence,
          name: value,
        },
      ];
    default:
      // Limits are not part of response schemas.
      return [];
  }
}

/** The types that a schema accepts, such as `string | null`. */
function typesOf(schema: Schema): string {
  const { type, anyOf = [], oneOf = [] } = dereference(schema, responseSchemas);
  const types = type === undefined ? [...anyOf, ...oneOf].map(typesOf) : [type].flat();
  return types.length > 0 ? [...new Set(types)].join(" | ") : "any";
}

type Confirmed = Pick<DriftConfirmation, "evidence" | "kind" | "part" | "pointer">;

/** What was inferred of an operation, and worked. */
function confirmations(
  document: DocumentedOperation,
  service: CallDescription["service"],
  { request, bytes, status }: Checked,
  differences: readonly Difference[],
): Confirmed[] {
  const { inferredBases = [] }: DocumentedService = documentedServices[service];
  const { evidence, inferredQuery = [], inferredBody = [] } = document;
  const confirm = (part: Confirmed["part"], pointer: string): Confirmed => ({
    kind: "confirmed",
    part,
    pointer,
    evidence: "inferred",
  });
  const body = inferredBody.length > 0 ? parse(request.body) : undefined;
  const response = responseOf(document, status);
  const [schema = true] = Object.values(response?.content ?? {});
  const isInferred = locate(schema, [], response?.evidence ?? evidence).evidence === "inferred";
  const isAsExpected = differences.length === 0 && schema !== true && (bytes?.byteLength ?? 0) > 0;
  return [
    ...(evidence === "inferred" ? [confirm("operation", "")] : []),
    ...inferredBases.filter((base) => isBase(base, request.baseUrl)).map((base) => confirm("base_url", base)),
    ...inferredQuery.filter((name) => has(request.query, name)).map((name) => confirm("query", `/${name}`)),
    ...inferredBody
      .filter((pointer) => (pointer === "" ? body !== undefined : has(body, pointer.slice(1))))
      .map((pointer) => confirm("body", pointer)),
    ...(isInferred && isAsExpected ? [confirm("response", "")] : []),
  ];
}

function parse(body: unknown): unknown {
  try {
    return typeof body === "string" ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

function has(value: unknown, key: string): boolean {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
  const member: unknown = Reflect.get(value, key);
  return member !== undefined && member !== null;
}

/** Whether a base URL is a documented one, with any values for its variables. */
function isBase(documented: string, baseUrl: string): boolean {
  const segments = baseUrl.replace(/\/+$/, "").split("/");
  const expected = documented.split("/");
  return (
    segments.length === expected.length &&
    expected.every((segment, index) => segment.startsWith("{") || segment === segments[index])
  );
}
