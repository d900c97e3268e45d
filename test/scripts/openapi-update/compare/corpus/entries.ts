import type { Bump } from "../../../../../scripts/openapi-update/compare/compare.js";

/** Takes away what is at a place. */
export const GONE = Symbol("gone");

/** One small change of the base document. */
export interface Entry {
  readonly name: string;
  /** By place, what is put there: a value, {@link GONE}, or what a function makes of what is there. */
  readonly edits: Readonly<Record<string, unknown>>;
  /** What it asks for. */
  readonly bump: Bump;
  /** Why it is major, where all programs compile as before. */
  readonly because?: string;
}

const ITEM = "#/components/schemas/Item";
const INPUT = "#/components/schemas/ItemInput";
const ONE = "#/paths/~1items~1{id}";
const LIST = "#/paths/~1items/get";
const CREATE = "#/paths/~1items/post";
const SEARCH = "#/paths/~1search/post";
const PAYLOAD = "#/webhooks/itemChanged/post/requestBody/content/application~1json/schema";

const string = { type: "string" };
const number = { type: "number" };

/** Adds to a list. */
const and =
  (...more: unknown[]) =>
  (list: unknown[] = []) => [...list, ...more];
/** Leaves out of a list. */
const without = (value: unknown) => (list: unknown[]) => list.filter((each) => each !== value);

const failure = { $ref: "#/components/responses/Failure" };
const otherBody = {
  description: "Another error.",
  content: {
    "application/json": {
      schema: { type: "object", required: ["errors"], properties: { errors: { type: "array", items: string } } },
    },
  },
};

const responses: readonly Entry[] = [
  { name: "response: optional field added", edits: { [`${ITEM}/properties/color`]: string }, bump: "minor" },
  {
    name: "response: required field added",
    edits: { [`${ITEM}/properties/color`]: string, [`${ITEM}/required`]: and("color") },
    bump: "minor",
  },
  { name: "response: optional field removed", edits: { [`${ITEM}/properties/subtitle`]: GONE }, bump: "major" },
  {
    name: "response: required field removed",
    edits: { [`${ITEM}/properties/price`]: GONE, [`${ITEM}/required`]: without("price") },
    bump: "major",
  },
  {
    name: "response: field made required",
    edits: { [`${ITEM}/required`]: and("subtitle") },
    bump: "minor",
  },
  { name: "response: field made optional", edits: { [`${ITEM}/required`]: without("price") }, bump: "major" },
  { name: "response: nullable added", edits: { [`${ITEM}/properties/name/type`]: ["string", "null"] }, bump: "major" },
  {
    name: "response: nullable removed",
    edits: { [`${ITEM}/properties/note/type`]: "string" },
    bump: "minor",
  },
  {
    name: "response: closed enum gains a value",
    edits: { [`${ITEM}/properties/kind/enum`]: and("game") },
    bump: "major",
  },
  {
    name: "response: closed enum loses a value",
    edits: { [`${ITEM}/properties/kind/enum`]: ["book"] },
    bump: "major",
  },
  {
    name: "response: open enum gains a value",
    edits: { [`${ITEM}/properties/genre/anyOf/0/enum`]: and("noir") },
    bump: "minor",
  },
  {
    name: "response: open enum loses a value",
    edits: { [`${ITEM}/properties/genre/anyOf/0/enum`]: without("drama") },
    bump: "patch",
  },
  {
    name: "response: enum opened",
    edits: { [`${ITEM}/properties/kind`]: { anyOf: [{ type: "string", enum: ["book", "film"] }, string] } },
    bump: "major",
  },
  { name: "response: type widened", edits: { [`${ITEM}/properties/price/type`]: ["number", "string"] }, bump: "major" },
  {
    name: "response: type narrowed",
    edits: { [`${ITEM}/properties/value/type`]: "string" },
    bump: "major",
  },
  {
    name: "response: string narrowed to an enum",
    edits: { [`${ITEM}/properties/subtitle/enum`]: ["long", "short"] },
    bump: "minor",
  },
  {
    name: "response: integer becomes number",
    edits: { [`${ITEM}/properties/count/type`]: "number" },
    bump: "major",
    because: "a program that counts on integers gets fractions",
  },
  { name: "response: number becomes integer", edits: { [`${ITEM}/properties/price/type`]: "integer" }, bump: "patch" },
  { name: "response: array becomes single", edits: { [`${ITEM}/properties/tags`]: string }, bump: "major" },
  { name: "response: const changed", edits: { [`${ITEM}/properties/version/const`]: 2 }, bump: "major" },
  {
    name: "response: oneOf branch added",
    edits: {
      [`${ITEM}/properties/shape/oneOf`]: and({
        type: "object",
        required: ["form"],
        properties: { form: { const: "dot" } },
      }),
    },
    bump: "major",
  },
  {
    name: "response: oneOf branch removed",
    edits: { [`${ITEM}/properties/shape`]: { oneOf: [{ $ref: "#/components/schemas/Circle" }] } },
    bump: "major",
  },
  {
    name: "response: allOf branch added",
    edits: {
      [`${ITEM}/properties/owner`]: {
        allOf: [{ $ref: "#/components/schemas/Owner" }, { type: "object", properties: { phone: string } }],
      },
    },
    bump: "minor",
  },
  {
    name: "response: map closed",
    edits: { [`${ITEM}/properties/labels/additionalProperties`]: false },
    bump: "major",
  },
  {
    name: "response: map of another type",
    edits: { [`${ITEM}/properties/labels/additionalProperties`]: number },
    bump: "major",
  },
  {
    name: "response: object opened",
    edits: { "#/components/schemas/Owner/additionalProperties": true },
    bump: "minor",
  },
  { name: "response: field becomes readOnly", edits: { [`${ITEM}/properties/name/readOnly`]: true }, bump: "patch" },
  { name: "response: format added", edits: { [`${ITEM}/properties/subtitle/format`]: "uri" }, bump: "patch" },
];

const requests: readonly Entry[] = [
  { name: "request: optional field added", edits: { [`${INPUT}/properties/color`]: string }, bump: "minor" },
  {
    name: "request: required field added",
    edits: { [`${INPUT}/properties/color`]: string, [`${INPUT}/required`]: and("color") },
    bump: "major",
  },
  {
    name: "request: optional field removed",
    edits: { [`${INPUT}/properties/subtitle`]: GONE },
    bump: "major",
  },
  {
    name: "request: required field removed",
    edits: { [`${INPUT}/properties/kind`]: GONE, [`${INPUT}/required`]: ["name"] },
    bump: "major",
  },
  { name: "request: field made required", edits: { [`${INPUT}/required`]: and("price") }, bump: "major" },
  { name: "request: field made optional", edits: { [`${INPUT}/required`]: ["name"] }, bump: "minor" },
  {
    name: "request: nullable added",
    edits: { [`${INPUT}/properties/name/type`]: ["string", "null"] },
    bump: "minor",
  },
  { name: "request: nullable removed", edits: { [`${INPUT}/properties/note/type`]: "string" }, bump: "major" },
  {
    name: "request: closed enum gains a value",
    edits: { [`${INPUT}/properties/kind/enum`]: and("game") },
    bump: "minor",
  },
  { name: "request: closed enum loses a value", edits: { [`${INPUT}/properties/kind/enum`]: ["book"] }, bump: "major" },
  {
    name: "request: open enum gains a value",
    edits: { [`${INPUT}/properties/genre/anyOf/0/enum`]: and("noir") },
    bump: "minor",
  },
  {
    name: "request: open enum loses a value",
    edits: { [`${INPUT}/properties/genre/anyOf/0/enum`]: without("crime") },
    bump: "patch",
  },
  {
    name: "request: open enum closed",
    edits: { [`${INPUT}/properties/genre`]: { type: "string", enum: ["drama", "crime"] } },
    bump: "major",
  },
  {
    name: "request: string becomes a union",
    edits: { [`${INPUT}/properties/name/type`]: ["string", "number"] },
    bump: "minor",
  },
  { name: "request: type narrowed", edits: { [`${INPUT}/properties/value/type`]: "string" }, bump: "major" },
  { name: "request: integer becomes number", edits: { [`${INPUT}/properties/count/type`]: "number" }, bump: "patch" },
  {
    name: "request: number becomes integer",
    edits: { [`${INPUT}/properties/price/type`]: "integer" },
    bump: "major",
    because: "a fraction that was taken is refused",
  },
  { name: "request: array becomes single", edits: { [`${INPUT}/properties/tags`]: string }, bump: "major" },
  { name: "request: const changed", edits: { [`${INPUT}/properties/version/const`]: 2 }, bump: "major" },
  {
    name: "request: oneOf branch added",
    edits: {
      "#/components/schemas/Filter/oneOf": and({ type: "object", required: ["raw"], properties: { raw: string } }),
    },
    bump: "minor",
  },
  {
    name: "request: oneOf branch removed",
    edits: { "#/components/schemas/Filter": { oneOf: [{ $ref: "#/components/schemas/FilterGroup" }] } },
    bump: "major",
  },
  {
    name: "request: allOf branch added",
    edits: {
      [`${INPUT}/properties/owner/allOf`]: and({ type: "object", required: ["phone"], properties: { phone: string } }),
    },
    bump: "major",
  },
  {
    name: "request: allOf branch removed",
    edits: { [`${INPUT}/properties/owner/allOf`]: (list: unknown[]) => list.slice(0, 1) },
    bump: "major",
  },
  {
    name: "request: map closed",
    edits: { [`${INPUT}/properties/labels/additionalProperties`]: false },
    bump: "major",
    because: "what was taken is refused",
  },
  {
    name: "request: object opened",
    edits: { [`${INPUT}/additionalProperties`]: true },
    bump: "minor",
  },
  {
    name: "request: object closed",
    edits: { [`${INPUT}/additionalProperties`]: false },
    bump: "major",
    because: "what was ignored is refused",
  },
  {
    name: "request: field of a recursive schema removed",
    edits: { "#/components/schemas/Clause/properties/isExact": GONE },
    bump: "major",
  },
  { name: "request: field becomes writeOnly", edits: { [`${INPUT}/properties/name/writeOnly`]: true }, bump: "patch" },
  {
    name: "request: format added",
    edits: { [`${INPUT}/properties/subtitle/format`]: "uri" },
    bump: "major",
    because: "a text that was taken is refused",
  },
  {
    name: "request: maxLength added",
    edits: { [`${INPUT}/properties/subtitle/maxLength`]: 10 },
    bump: "major",
    because: "a text that was taken is refused",
  },
  { name: "request: maxLength raised", edits: { [`${INPUT}/properties/name/maxLength`]: 200 }, bump: "patch" },
  {
    name: "request: minimum raised",
    edits: { [`${INPUT}/properties/price/minimum`]: 1 },
    bump: "major",
    because: "a number that was taken is refused",
  },
  {
    name: "request body made required",
    edits: { "#/paths/~1items~1{id}~1touch/post/requestBody/required": true },
    bump: "major",
  },
  {
    name: "request body made optional",
    edits: { [`${CREATE}/requestBody/required`]: GONE },
    bump: "minor",
  },
  { name: "request body removed", edits: { "#/paths/~1items~1{id}~1touch/post/requestBody": GONE }, bump: "major" },
];

const operations: readonly Entry[] = [
  {
    name: "path renamed",
    edits: { "#/paths": (paths: Record<string, unknown>) => renamed(paths, "/search", "/find") },
    bump: "major",
  },
  {
    name: "path parameter renamed",
    edits: {
      "#/paths": (paths: Record<string, unknown>) => renamed(paths, "/items/{id}", "/items/{item_id}"),
      "#/paths/~1items~1{item_id}/parameters/0/name": "item_id",
    },
    bump: "major",
  },
  { name: "path removed", edits: { "#/paths/~1search": GONE }, bump: "major" },
  { name: "method removed", edits: { [`${ONE}/delete`]: GONE }, bump: "major" },
  {
    name: "operation added",
    edits: { [`${ONE}/put`]: { operationId: "putItem", responses: { "204": { description: "Put." } } } },
    bump: "minor",
  },
  {
    name: "operationId renamed",
    edits: { [`${ONE}/get/operationId`]: "fetchItem" },
    bump: "major",
    because: "the named method has another name",
  },
  {
    name: "method named",
    edits: { [`${ONE}/get/x-method`]: "retrieve" },
    bump: "major",
    because: "it had another name",
  },
  { name: "method named as it was", edits: { [`${ONE}/get/x-method`]: "getItem" }, bump: "patch" },
  {
    name: "optional request body added",
    edits: { [`${ONE}/delete/requestBody`]: { content: { "application/json": { schema: string } } } },
    bump: "major",
    because: "the named method takes the body before its options",
  },
  { name: "operation deprecated", edits: { [`${ONE}/get/deprecated`]: true }, bump: "patch" },
  {
    name: "description only",
    edits: { [`${ITEM}/description`]: "An item.", [`${ONE}/get/description`]: "x" },
    bump: "patch",
  },
  {
    name: "optional query parameter added",
    edits: { [`${LIST}/parameters`]: and({ name: "page", in: "query", schema: string }) },
    bump: "minor",
  },
  {
    name: "required query parameter added",
    edits: { [`${LIST}/parameters`]: and({ name: "page", in: "query", required: true, schema: string }) },
    bump: "major",
  },
  {
    name: "query parameter removed",
    edits: { [`${LIST}/parameters`]: (list: unknown[]) => list.filter((_, index) => index !== 1) },
    bump: "major",
  },
  { name: "query parameter made required", edits: { [`${LIST}/parameters/1/required`]: true }, bump: "major" },
  {
    name: "query parameter made optional",
    edits: { [`${LIST}/parameters/0/required`]: GONE },
    bump: "minor",
  },
  { name: "query parameter's default changed", edits: { [`${LIST}/parameters/1/schema/default`]: 50 }, bump: "minor" },
  {
    name: "query parameter written in another style",
    edits: { [`${LIST}/parameters/2/explode`]: false },
    bump: "major",
    because: "the API reads another query than the program sends",
  },
  {
    name: "query parameter's enum gains a value",
    edits: { [`${LIST}/parameters/2/schema/enum`]: and("price") },
    bump: "minor",
  },
  {
    name: "query parameter's enum loses a value",
    edits: { [`${LIST}/parameters/2/schema/enum`]: ["name"] },
    bump: "major",
  },
  { name: "header parameter made required", edits: { [`${LIST}/parameters/3/required`]: true }, bump: "major" },
  {
    name: "header parameter removed",
    edits: { [`${LIST}/parameters`]: (list: unknown[]) => list.slice(0, 3) },
    bump: "major",
  },
  { name: "response header dropped", edits: { [`${LIST}/responses/200/headers`]: GONE }, bump: "major" },
  {
    name: "response header added",
    edits: { [`${LIST}/responses/200/headers/X-Page`]: { schema: { type: "integer" } } },
    bump: "minor",
  },
  {
    name: "response header made optional",
    edits: { [`${LIST}/responses/200/headers/X-Total/required`]: GONE },
    bump: "major",
  },
  { name: "error status added, with the same body", edits: { [`${ONE}/get/responses/429`]: failure }, bump: "minor" },
  {
    name: "error status added, with another body",
    edits: { [`${ONE}/get/responses/429`]: otherBody },
    bump: "major",
  },
  {
    name: "error status added, without a body",
    edits: { [`${ONE}/get/responses/429`]: { description: "Slow." } },
    bump: "major",
  },
  {
    name: "success status added, without a body",
    edits: { [`${ONE}/get/responses/204`]: { description: "None." } },
    bump: "major",
  },
  { name: "status removed", edits: { [`${ONE}/get/responses/404`]: GONE }, bump: "major" },
  { name: "status 402 removed", edits: { [`${SEARCH}/responses/402`]: GONE }, bump: "major" },
  {
    name: "media type changed",
    edits: {
      [`${CREATE}/requestBody/content`]: (content: Record<string, unknown>) =>
        renamed(content, "application/json", "application/x-www-form-urlencoded"),
    },
    bump: "major",
  },
  {
    name: "media type of the request added",
    edits: { [`${CREATE}/requestBody/content/text~1csv`]: { schema: string } },
    bump: "minor",
  },
  {
    name: "media type of the response added",
    edits: { [`${ONE}/get/responses/200/content/text~1csv`]: { schema: string } },
    bump: "major",
  },
  {
    name: "schema renamed",
    edits: {
      "#/components/schemas": (schemas: Record<string, unknown>) => renamed(schemas, "Owner", "Person"),
      [`${ITEM}/properties/owner/$ref`]: "#/components/schemas/Person",
    },
    bump: "patch",
  },
  { name: "schema added that nothing uses", edits: { "#/components/schemas/Thing": string }, bump: "patch" },
  {
    name: "schema made inline",
    edits: {
      [`${ITEM}/properties/owner`]: { type: "object", required: ["name"], properties: { name: string, email: string } },
    },
    bump: "none",
  },
  {
    name: "security added",
    edits: {
      "#/components/securitySchemes/key": { type: "apiKey", in: "header", name: "X-Key" },
      [`${ONE}/get/security`]: [{ key: [], token: [] }],
    },
    bump: "major",
    because: "a call that worked is refused",
  },
  {
    name: "server changed",
    edits: { "#/servers/0/url": "https://other.test" },
    bump: "major",
    because: "what was called is gone",
  },
  { name: "webhook: payload field added", edits: { [`${PAYLOAD}/properties/at`]: string }, bump: "minor" },
  { name: "webhook: payload field removed", edits: { [`${PAYLOAD}/properties/reason`]: GONE }, bump: "major" },
  {
    name: "webhook: payload field made required",
    edits: { [`${PAYLOAD}/required`]: and("reason") },
    bump: "minor",
  },
  { name: "webhook: event added", edits: { [`${PAYLOAD}/properties/event/enum`]: and("moved") }, bump: "major" },
  { name: "webhook removed", edits: { "#/webhooks": GONE }, bump: "major" },
  {
    name: "role raised",
    edits: { [`${SEARCH}/x-role`]: "editor" },
    bump: "major",
    because: "a viewer is refused",
  },
  { name: "role lowered", edits: { [`${SEARCH}/x-role`]: GONE }, bump: "minor" },
  { name: "no longer idempotent", edits: { [`${SEARCH}/x-idempotent`]: GONE }, bump: "minor" },
];

/** The corpus. */
export const entries: readonly Entry[] = [...responses, ...requests, ...operations];

/** The map with one key in place of another. */
function renamed(map: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value]));
}
