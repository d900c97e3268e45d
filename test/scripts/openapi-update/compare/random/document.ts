import type { Bundle } from "../../../../../scripts/generate/document.js";
import type { Model, ObjectModel } from "./model.js";

/** Whether a user sends what a model describes, or reads it. */
export type Side = "send" | "read";

/** A document whose only operation has a body of a model. */
export function documentOf(root: ObjectModel, side: Side): Bundle {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Root" } } };
  const post = {
    ...(side === "send" && { requestBody: { required: true, content } }),
    responses: { "200": { description: "Fine.", ...(side === "read" && { content }) } },
  };
  return {
    openapi: "3.1.0",
    info: { title: "Random", version: "1.0.0" },
    paths: { "/": { post } },
    components: { schemas: { Root: schemaOf(root) } },
  };
}

function schemaOf(model: Model): Bundle {
  switch (model.type) {
    case "self":
      return { $ref: "#/components/schemas/Root" };
    case "enum": {
      const closed = { type: "string", enum: model.values };
      return model.isOpen ? { anyOf: [closed, { type: "string" }] } : closed;
    }
    case "nullable":
      return { oneOf: [schemaOf(model.of), { type: "null" }] };
    case "array":
      return { type: "array", items: schemaOf(model.of) };
    case "map":
      return { type: "object", additionalProperties: schemaOf(model.of) };
    case "object":
      return schemaOfObject(model, {});
    case "tagged":
      return { oneOf: model.branches.map((branch, index) => schemaOfObject(branch, { tag: { const: `t${index}` } })) };
    case "union":
      return { type: model.branches };
    default:
      return { type: model.type };
  }
}

function schemaOfObject({ properties }: ObjectModel, tag: Bundle): Bundle {
  return {
    type: "object",
    required: [...Object.keys(tag), ...properties.filter(({ isRequired }) => isRequired).map(({ name }) => name)],
    properties: { ...tag, ...Object.fromEntries(properties.map(({ name, of }) => [name, schemaOf(of)])) },
  };
}
