import type { ValidateFunction } from "ajv/dist/2020.js";
import { type BundledDocument, compileFrom, dereference, record } from "../openapi/support.js";
import { type Content, mediaTypeOf, type OperationContract, parseContent, statusOf } from "./contract.js";
import type { RecordedRequest, RecordedResponse } from "./recordings.js";

const MEASURES = ["operations", "parameters", "statuses", "request properties", "response properties"] as const;

export type Measure = (typeof MEASURES)[number];

/** Coverage of one measure of one document. */
export interface Coverage {
  readonly service: string;
  readonly measure: Measure;
  readonly documented: number;
  readonly missing: readonly string[];
}

/** Collects which documented parts were seen. */
export interface CoverageRecorder {
  /** Adds a valid request. */
  request(contract: OperationContract, request: RecordedRequest): void;
  /** Adds a valid response. */
  response(contract: OperationContract, response: RecordedResponse): void;
  /** Returns the coverage by document and measure. */
  readonly result: () => Coverage[];
}

/** Creates a recorder for all documented operations. */
export function createCoverageRecorder(contracts: readonly OperationContract[]): CoverageRecorder {
  const seen = new Map<Measure, Set<string>>(MEASURES.map((measure) => [measure, new Set()]));
  const add = (measure: Measure, { bundled }: OperationContract, names: Iterable<string>) => {
    for (const name of names) seen.get(measure)?.add(`${bundled.service} ${name}`);
  };
  return {
    request(contract, request) {
      add("operations", contract, [contract.id]);
      add("parameters", contract, sentParameters(contract, request));
      const content = contract.bodies.get(mediaTypeOf(request.headers["content-type"]));
      if (!content || !request.body) return;
      const value = parseContent(request.headers["content-type"], request.body);
      add("request properties", contract, propertiesIn(contract.bundled, content, value));
    },
    response(contract, response) {
      const status = statusOf(contract, response.status);
      if (status === undefined) return;
      add("statuses", contract, [`${contract.id} ${status}`]);
      const content = contract.responses.get(status)?.contents.get(mediaTypeOf(response.headers["content-type"]));
      if (!content || response.body === "") return;
      const value = parseContent(response.headers["content-type"], response.body);
      add("response properties", contract, propertiesIn(contract.bundled, content, value));
    },
    result: () =>
      [...new Set(contracts.map(({ bundled }) => bundled.service))].flatMap((service) =>
        MEASURES.map((measure) => {
          const own = contracts.filter(({ bundled }) => bundled.service === service);
          const documented = [...new Set(own.flatMap((contract) => documentedOf(contract, measure)))];
          const missing = documented.filter((name) => !seen.get(measure)?.has(`${service} ${name}`));
          return { service, measure, documented: documented.length, missing };
        }),
      ),
  };
}

function documentedOf(contract: OperationContract, measure: Measure): string[] {
  switch (measure) {
    case "operations":
      return [contract.id];
    case "parameters":
      return contract.parameters.map(({ name }) => `${contract.id} ${name}`);
    case "statuses":
      // The response to a webhook comes from the user of the SDK, not from the API.
      return contract.isWebhook ? [] : [...contract.responses.keys()].map((status) => `${contract.id} ${status}`);
    case "request properties":
      return documentedProperties(contract.bundled, [...contract.bodies.values()]);
    case "response properties":
      return documentedProperties(
        contract.bundled,
        [...contract.responses.values()].flatMap(({ contents }) => [...contents.values()]),
      );
  }
}

function sentParameters({ id, parameters, variablesOf }: OperationContract, request: RecordedRequest): string[] {
  const { pathname, searchParams } = new URL(request.target, "http://any.test");
  const places = {
    path: variablesOf(pathname) ?? new Map(),
    query: searchParams,
    header: new Map(Object.entries(request.headers)),
  };
  return parameters
    .filter(({ in: place, name }) => {
      if (place === "header") return places.header.has(name.toLowerCase());
      return place === "path" ? places.path.has(name) : places.query.has(name);
    })
    .map(({ name }) => `${id} ${name}`);
}

/** Receives the name of each property, qualified by the name of its schema. */
type Visit = (name: string) => void;

function documentedProperties(bundled: BundledDocument, contents: readonly Content[]): string[] {
  const names = new Set<string>();
  const entered = new Set<unknown>();
  const enter = (schema: unknown, place: string): void => {
    const [own, name] = resolve(bundled, schema, place);
    if (entered.has(own)) return;
    entered.add(own);
    for (const [key, property] of Object.entries(record(own["properties"]))) {
      // `false` forbids the property.
      if (property === false) continue;
      names.add(`${name}.${key}`);
      enter(property, `${name}.${key}`);
    }
    for (const part of partsOf(own)) enter(part, name);
    if ("items" in own) enter(own["items"], `${name}[]`);
  };
  for (const { schema } of contents) enter(schema, "");
  return [...names];
}

function propertiesIn(bundled: BundledDocument, { schema }: Content, value: unknown): Set<string> {
  const names = new Set<string>();
  follow(bundled, schema, value, "", (name) => names.add(name));
  return names;
}

function follow(bundled: BundledDocument, schema: unknown, value: unknown, place: string, visit: Visit): void {
  const [own, name] = resolve(bundled, schema, place);
  // Only the branches that match the value count.
  for (const part of partsOf(own)) if (validatorOf(bundled, part)(value)) follow(bundled, part, value, name, visit);
  if (Array.isArray(value)) {
    for (const item of value) follow(bundled, own["items"], item, `${name}[]`, visit);
    return;
  }
  const properties = record(own["properties"]);
  for (const [key, inner] of Object.entries(record(value))) {
    if (!Object.hasOwn(properties, key) || properties[key] === false) continue;
    visit(`${name}.${key}`);
    follow(bundled, properties[key], inner, `${name}.${key}`, visit);
  }
}

/** Resolves a reference. Returns the schema and its name, which is `place` if it has none. */
function resolve(
  bundled: BundledDocument,
  schema: unknown,
  place: string,
): [own: Record<string, unknown>, name: string] {
  const ref = record(schema)["$ref"];
  const own = dereference(bundled.document, schema);
  return [own, typeof ref === "string" ? ref.replace(/^.*\//, "") : place];
}

function partsOf(schema: Record<string, unknown>): unknown[] {
  return ["anyOf", "oneOf", "allOf"].flatMap((keyword) => (schema[keyword] ?? []) as unknown[]);
}

const validators = new WeakMap<object, ValidateFunction>();

function validatorOf(bundled: BundledDocument, schema: unknown): ValidateFunction {
  const key = record(schema);
  const cached = validators.get(key);
  if (cached) return cached;
  const validate = compileFrom(bundled, schema);
  validators.set(key, validate);
  return validate;
}
