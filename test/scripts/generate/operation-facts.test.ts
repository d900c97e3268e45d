import { expect, test } from "vitest";
import { factsOf } from "../../../scripts/generate/operation-facts.js";

const object = { content: { "application/json": { schema: { type: "object" } } } };
const anything = { content: { "application/json": { schema: {} } } };

test.each<[string, object, object]>([
  ["an object", { 200: object, 400: object }, { responseTypes: ["object"] }],
  ["an object or no body", { 200: object, 204: { description: "Nothing." } }, { responseTypes: ["missing", "object"] }],
  ["no body", { 204: { $ref: "#/components/responses/Empty" } }, { responseTypes: ["missing"] }],
  ["anything or no body", { 200: anything, 204: {} }, {}],
  ["a body that is not JSON", { 200: { content: { "text/csv": {} } } }, {}],
])("the body types of a success: %s", (_name, responses, facts) => {
  const bundle = {
    paths: { "/tags": { post: { operationId: "tag", responses } } },
    components: { responses: { Empty: { description: "Nothing." } } },
  };
  expect(factsOf(bundle)["POST /tags"]).toEqual({ method: "tag", ...facts });
});
