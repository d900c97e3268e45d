/**
 * What stands where in an OpenAPI document, 3.0 and 3.1, as far as it takes to tell a reference from data that only
 * looks like one, and a schema from anything else. `schema{}` is a map of schemas, `schema[]` a list of them; `*` is
 * every other key.
 */
const SHAPES = {
  document: { paths: "pathItem{}", webhooks: "pathItem{}", components: "components", "*": "any" },
  components: {
    schemas: "schema{}",
    responses: "response{}",
    parameters: "parameter{}",
    examples: "example{}",
    requestBodies: "requestBody{}",
    headers: "parameter{}",
    links: "link{}",
    callbacks: "callback{}",
    pathItems: "pathItem{}",
    "*": "any",
  },
  pathItem: {
    get: "operation",
    put: "operation",
    post: "operation",
    delete: "operation",
    options: "operation",
    head: "operation",
    patch: "operation",
    trace: "operation",
    parameters: "parameter[]",
    "*": "any",
  },
  operation: {
    parameters: "parameter[]",
    requestBody: "requestBody",
    responses: "response{}",
    callbacks: "callback{}",
    "*": "any",
  },
  parameter: { schema: "schema", content: "media{}", examples: "example{}", "*": "any" },
  requestBody: { content: "media{}", "*": "any" },
  response: { headers: "parameter{}", content: "media{}", links: "link{}", "*": "any" },
  media: { schema: "schema", examples: "example{}", encoding: "encoding{}", "*": "any" },
  encoding: { headers: "parameter{}", "*": "any" },
  callback: { "*": "pathItem" },
  link: { parameters: "data", requestBody: "data", "*": "any" },
  example: { value: "value", "*": "any" },
  // openapi-typescript follows a reference in place of the value, but none within it.
  value: { "*": "data" },
  schema: {
    properties: "schema{}",
    patternProperties: "schema{}",
    dependentSchemas: "schema{}",
    $defs: "schema{}",
    definitions: "schema{}",
    items: "schema",
    prefixItems: "schema[]",
    additionalItems: "schema",
    unevaluatedItems: "schema",
    contains: "schema",
    additionalProperties: "schema",
    unevaluatedProperties: "schema",
    propertyNames: "schema",
    contentSchema: "schema",
    allOf: "schema[]",
    anyOf: "schema[]",
    oneOf: "schema[]",
    not: "schema",
    if: "schema",
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: "schema",
    else: "schema",
    discriminator: "discriminator",
    default: "data",
    const: "data",
    enum: "data",
    examples: "data",
    "*": "any",
  },
  discriminator: { mapping: "mapping", "*": "any" },
  mapping: { "*": "any" },
  // Descriptions, extensions and `example`: Redocly follows references there, too, so what holds of others holds of them.
  any: { "*": "any" },
  data: { "*": "data" },
} as const;

export type Kind = keyof typeof SHAPES;
export type Shape = Kind | `${Kind}{}` | `${Kind}[]`;

/** The shape of the items of a list. */
export function shapeOfItem(shape: Shape): Shape {
  return shape.endsWith("{}") ? "any" : (shape.replace("[]", "") as Kind);
}

/** The shape of what stands under a key of a map. */
export function shapeUnder(shape: Shape, key: string): Shape {
  if (shape.endsWith("{}")) return shape.slice(0, -2) as Kind;
  const keys: Readonly<Record<string, Shape>> = SHAPES[shape.replace("[]", "") as Kind];
  return (Object.hasOwn(keys, key) ? keys[key] : keys["*"]) ?? "any";
}
