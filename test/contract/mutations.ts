import fc from "fast-check";
import type { RecordedRequest } from "./recordings.js";
import { toRequest, type ValidRequest } from "./valid-requests.js";

const REMOVED = Symbol("removed");

/** A change of a value in a body. */
type Change = (value: unknown) => unknown;

/** JSON numbers that `JSON.stringify` never writes. Each replaces its marker in the serialized body. */
const NUMBERS = ["1.0", "-0.0", "1e2", "1e400", "0.1", "9007199254740993"];

const VALUES: readonly unknown[] = [
  ...["x", "", "and", "or", "must", "exact", "any", "2024-01-01", "2024-13-01", "2024-1-1", " 2024-01-01", "🙂"],
  ...[null, true, false, 0, -1, 1.5, [], {}, ["x"], [null], [[]]],
  ...[{ operator: "and", filters: [] }, { type: "must", field: "x" }, { fields: [] }, { name: "a", company: "b" }],
  ...NUMBERS.map(markerOf),
];

/** Keys to add: names that every object inherits, and keys that belong elsewhere in a body. */
const EXTRA_KEYS = ["surplus", "constructor", "toString", "__proto__", "filters", "operator", "type", "size", "name"];

const CHANGES: readonly Change[] = [
  () => REMOVED,
  ...VALUES.map(
    (value): Change =>
      () =>
        value,
  ),
  ...EXTRA_KEYS.map(
    (key): Change =>
      (value) =>
        withKey(value, key),
  ),
  (value) => (Array.isArray(value) ? [...value, ...value] : [value]),
  (value) => (typeof value === "string" ? value.toUpperCase() : JSON.stringify(value)),
];

/** Every body that differs from a valid one in a single place. Random changes alone would miss most of them. */
export function bodiesChangedOnce(valid: ValidRequest): RecordedRequest[] {
  const places = Array.from({ length: countValues(valid.body) }, (_, place) => place);
  return places.flatMap((place) => CHANGES.map((how) => withBody(valid, changeAt(valid.body, place, how))));
}

/** Bodies that differ from a valid one in two or three places. */
export function bodiesChangedOften(valid: ValidRequest): fc.Arbitrary<RecordedRequest> {
  const change = fc.tuple(fc.nat(), fc.constantFrom(...CHANGES));
  return fc.array(change, { minLength: 2, maxLength: 3 }).map((changes) =>
    withBody(
      valid,
      changes.reduce<unknown>((body, [place, how]) => changeAt(body, place, how), valid.body),
    ),
  );
}

function withBody(valid: ValidRequest, body: unknown): RecordedRequest {
  const request = toRequest({ ...valid, body });
  return { ...request, body: (request.body ?? "").replaceAll(/"@number:([^"]+)@"/g, "$1") };
}

const MEDIA_TYPES = [
  ...["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/x-www-form-urlencoded"],
  ...["text/plain", "application/jsonp", "application", "multipart/form-data", "constructor", "__proto__"],
];
const BODIES = ["", " ", "{", "null", "[]", '"x"', "{}}", "{'a':1}", "a=b", "\u00e9"];
const QUERY_NAMES = ["surplus", "size", "lastJobChangedAt", "lastInfoChangedAt"];
const QUERY_VALUES = ["", "x", "2024-01-31", "2024-01-31T00:00:00Z", "1", "null", "a b&c", "🙂"];
const SEGMENTS = ["x", "LDP-1-EXAMPLE", "%20", "a%2Fb", "%E2%9C%93", "null", "1", "%E0%A4%A"];

/** Every request that differs from a valid one in path, query or media type, or has a malformed body. */
export function requestsChangedAround(valid: ValidRequest): RecordedRequest[] {
  const request = toRequest(valid);
  const { target } = request;
  const around = [
    ...QUERY_NAMES.flatMap((name) => QUERY_VALUES.map((value) => withQuery(target, name, value))),
    ...SEGMENTS.map((text) => withLastVariable(valid, target, text)),
  ].map((changed) => ({ ...request, target: changed }));
  if (valid.mediaType === undefined) return around;
  return [
    ...around,
    ...MEDIA_TYPES.map((type) => ({ ...request, headers: { "content-type": type } })),
    ...BODIES.map((body) => ({ ...request, body })),
    { ...request, headers: {} },
  ];
}

function withQuery(target: string, name: string, value: string): string {
  const url = new URL(target, "http://any.test");
  url.searchParams.set(name, value);
  return url.pathname + url.search;
}

/** Changes the last path segment of the operations whose path ends in a variable. */
function withLastVariable({ operation }: ValidRequest, target: string, text: string): string {
  return operation === "getPerson" || operation === "getCompany" ? target.replace(/[^/]+$/, text) : target;
}

/** Changes the n-th value of a body, in depth-first order. */
function changeAt(root: unknown, place: number, how: Change): unknown {
  let index = place % countValues(root);
  const walk = (node: unknown): unknown => {
    if (index-- === 0) return how(node);
    if (Array.isArray(node)) return node.map(walk).filter((item) => item !== REMOVED);
    if (!isObject(node)) return node;
    const entries = Object.entries(node).map(([key, inner]) => [key, walk(inner)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== REMOVED));
  };
  const changed = walk(root);
  return changed === REMOVED ? null : changed;
}

function countValues(node: unknown): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce((total: number, inner) => total + countValues(inner), 1);
}

/** Adds a key. Uses `Object.fromEntries` because a literal would lose `__proto__`. */
function withKey(value: unknown, key: string): unknown {
  return isObject(value) ? Object.fromEntries([...Object.entries(value), [key, 1]]) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function markerOf(text: string): string {
  return `@number:${text}@`;
}
