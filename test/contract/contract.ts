import type { ValidateFunction } from "ajv/dist/2020.js";
import {
  type BundledDocument,
  bundledDocuments,
  compileFrom,
  dereference,
  type Json,
  operationsOf,
  record,
} from "../openapi/support.js";
import type { RecordedHeaders, RecordedRequest, RecordedResponse } from "./recordings.js";

/** A path variable, query parameter or header, with the validator of its schema. */
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly isRequired: boolean;
  readonly problemsOf: (text: string) => string[];
}

/** A schema, and a validator for parsed values. */
export interface Content {
  readonly schema: unknown;
  readonly validate: ValidateFunction;
}

type Contents = ReadonlyMap<string, Content>;

interface ResponseContract {
  readonly headers: readonly Parameter[];
  readonly contents: Contents;
}

/** A documented operation, to validate requests and responses against. */
export interface OperationContract {
  readonly id: string;
  readonly bundled: BundledDocument;
  readonly method: string;
  /** The path as in the document, or the name of the webhook. */
  readonly path: string;
  readonly isWebhook: boolean;
  /** Whether the operation needs a token. Authorization is checked before the request. */
  readonly isSecured: boolean;
  readonly parameters: readonly Parameter[];
  readonly isBodyRequired: boolean;
  readonly bodies: Contents;
  /** By documented status, which may be `2XX` or `default`. */
  readonly responses: ReadonlyMap<string, ResponseContract>;
  /** Returns the variables of a path (base included), or undefined if it is not the path of this operation. */
  readonly variablesOf: (pathname: string) => ReadonlyMap<string, string> | undefined;
}

/** The result of validating a request. */
export interface RequestValidation {
  /** What is wrong with the request. Empty if it is valid. */
  readonly problems: readonly string[];
  /** Query parameters that are not documented. They do not make a request invalid. */
  readonly undocumented: readonly string[];
}

/** Reads all documented operations, including webhooks. */
export async function readContracts(): Promise<OperationContract[]> {
  const documents = await bundledDocuments();
  return documents.flatMap((bundled) =>
    operationsOf(bundled).map(({ path, method, isWebhook, operation }): OperationContract => {
      const body = record(operation["requestBody"]);
      return {
        id: String(operation["operationId"]),
        bundled,
        method: method.toUpperCase(),
        path,
        isWebhook,
        isSecured: JSON.stringify(operation["security"]) !== "[]",
        parameters: parametersOf(bundled, operation, isWebhook),
        isBodyRequired: body["required"] === true,
        bodies: contentsOf(bundled, body),
        responses: responsesOf(bundled, operation),
        variablesOf: isWebhook ? () => undefined : pathReader(basesOf(bundled.document), path),
      };
    }),
  );
}

/** Finds the operation of a request. */
export function contractOf(
  contracts: readonly OperationContract[],
  { method, target }: RecordedRequest,
): OperationContract | undefined {
  const { pathname } = urlOf(target);
  // A HEAD is handled like the GET, without the body.
  const wanted = method === "HEAD" ? "GET" : method;
  return contracts.find((contract) => contract.method === wanted && contract.variablesOf(pathname));
}

/** Returns path and query without the base, for a server that has none. */
export function withoutBase({ bundled }: OperationContract, target: string): string {
  const bases = basesOf(bundled.document).map(patternOf);
  return target.replace(new RegExp(`^(?:${bases.join("|")})(?=/)`), "");
}

/** Whether a path is under a documented base, even if no operation has this path. */
export function isUnderBase(contracts: readonly OperationContract[], target: string): boolean {
  const { pathname } = urlOf(target);
  const bases = contracts.flatMap(({ bundled }) => basesOf(bundled.document));
  return bases.some((base) => new RegExp(`^${patternOf(base)}(/|$)`).test(pathname));
}

/** Validates a request against its operation. */
export function validateRequest(contract: OperationContract, request: RecordedRequest): RequestValidation {
  const { pathname, searchParams } = urlOf(request.target);
  const variables = contract.variablesOf(pathname);
  const valuesOf = ({ name, in: place }: Parameter): readonly string[] => {
    if (place === "query") return searchParams.getAll(name);
    const value = place === "path" ? variables?.get(name) : headerOf(request.headers, name);
    return value === undefined ? [] : [value];
  };
  const documented = new Set(
    contract.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name),
  );
  return {
    problems: [
      ...contract.parameters.flatMap((parameter) => validateParameter(parameter, valuesOf(parameter))),
      ...validateBody(contract, request),
    ],
    undocumented: [...new Set(searchParams.keys())]
      .filter((name) => !documented.has(name))
      .map((name) => `query ${name}`),
  };
}

/** Validates a response against the documented response for its status. Returns the problems. */
export function validateResponse(
  contract: OperationContract,
  method: string,
  { status, headers, body }: RecordedResponse,
): string[] {
  const documented = statusOf(contract, status);
  const response = documented === undefined ? undefined : contract.responses.get(documented);
  if (response === undefined) return [`status ${status} is not documented`];
  const names = new Set(response.headers.map(({ name }) => name.toLowerCase()));
  const unknown = Object.keys(headers).filter((name) => name.startsWith("x-ldt-") && !names.has(name));
  return [
    ...response.headers.flatMap((header) => {
      const value = headerOf(headers, header.name);
      return validateParameter(header, value === undefined ? [] : [value]);
    }),
    ...unknown.map((name) => `header ${name} is not documented for status ${status}`),
    ...(method === "HEAD" ? [] : validateContent(response.contents, headers["content-type"], body)),
  ];
}

/** Returns the documented key of a status: `200`, `2XX` or `default`. */
export function statusOf({ responses }: OperationContract, status: number): string | undefined {
  return [String(status), `${String(status)[0]}XX`, "default"].find((documented) => responses.has(documented));
}

/** Parses a body by its media type. Throws if the body is malformed. */
export function parseContent(contentType: string | undefined, body: string): unknown {
  if (mediaTypeOf(contentType) === "application/x-www-form-urlencoded") {
    return Object.fromEntries(new URLSearchParams(body));
  }
  return JSON.parse(body);
}

export function mediaTypeOf(contentType = ""): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function validateBody({ bodies, isBodyRequired }: OperationContract, { headers, body }: RecordedRequest): string[] {
  if (bodies.size === 0) return body === null ? [] : ["body: not documented, but sent"];
  // The body was not recorded, so only its media type can be validated.
  if (body === undefined) return validateMediaType(bodies, headers["content-type"]);
  if (body === null && !isBodyRequired) return [];
  return body === null ? ["body: missing"] : validateContent(bodies, headers["content-type"], body);
}

function validateContent(contents: Contents, contentType: string | undefined, body: string): string[] {
  if (contents.size === 0) return [];
  const content = contents.get(mediaTypeOf(contentType));
  if (!content) return validateMediaType(contents, contentType);
  try {
    return validateValue(content.validate, parseContent(contentType, body));
  } catch {
    return ["body: cannot be parsed"];
  }
}

function validateMediaType(contents: Contents, contentType: string | undefined): string[] {
  const mediaType = mediaTypeOf(contentType);
  return contents.has(mediaType) ? [] : [`media type ${mediaType || "(none)"} is not documented`];
}

function validateValue(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const detail = params["additionalProperty"] ?? "";
    return `body${instancePath}: ${message}${detail && ` (${detail})`}`;
  });
}

function validateParameter(
  { name, in: place, isRequired, problemsOf }: Parameter,
  values: readonly string[],
): string[] {
  if (values.length === 0) return isRequired ? [`${place} ${name} is missing`] : [];
  return values.flatMap((value) => {
    const text = place === "path" ? decoded(value) : value;
    const problems = text === undefined ? ["cannot be decoded"] : problemsOf(text);
    return problems.map((problem) => `${place} ${name} ${problem}`);
  });
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function parametersOf(bundled: BundledDocument, operation: Json, isWebhook: boolean): Parameter[] {
  const own = ((operation["parameters"] ?? []) as unknown[]).map((parameter) => {
    const resolved = dereference(bundled.document, parameter);
    return parameterOf(bundled, resolved, String(resolved["name"]), String(resolved["in"]));
  });
  // Variables of the base URL are part of the path of every request.
  const variables = isWebhook ? [] : variableNames(basesOf(bundled.document)[0] ?? "");
  const schema = { type: "string" };
  return [...variables.map((name) => parameterOf(bundled, { required: true, schema }, name, "path")), ...own];
}

function parameterOf(bundled: BundledDocument, parameter: Json, name: string, place: string): Parameter {
  const schema = dereference(bundled.document, parameter["schema"]);
  const validate = compileFrom(bundled, schema);
  return {
    name,
    in: place,
    isRequired: parameter["required"] === true,
    problemsOf: (text) =>
      validate(coerced(schema, text)) ? [] : (validate.errors ?? []).map(({ message }) => String(message)),
  };
}

/** Converts text to a number if its schema asks for one and it can be converted. */
function coerced({ type }: Json, text: string): unknown {
  const isNumeric = type === "integer" || type === "number";
  return isNumeric && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function contentsOf(bundled: BundledDocument, holder: Json): Contents {
  return new Map(
    Object.entries(record(holder["content"])).map(([mediaType, media]) => {
      const { schema } = record(media);
      return [mediaType, { schema, validate: compileFrom(bundled, schema) }];
    }),
  );
}

function responsesOf(bundled: BundledDocument, operation: Json): ReadonlyMap<string, ResponseContract> {
  return new Map(
    Object.entries(record(operation["responses"])).map(([status, value]) => {
      const response = dereference(bundled.document, value);
      const headers = Object.entries(record(response["headers"])).map(([name, header]) =>
        parameterOf(bundled, dereference(bundled.document, header), name, "header"),
      );
      return [status, { headers, contents: contentsOf(bundled, response) }];
    }),
  );
}

/** Returns the base paths of the servers, with their `{variables}`. */
function basesOf(document: Json): string[] {
  const servers = (document["servers"] ?? []) as Json[];
  return [...new Set(servers.map(({ url }) => String(url).replace(/^https?:\/\/[^/]+/, "")))];
}

function pathReader(bases: readonly string[], path: string): OperationContract["variablesOf"] {
  const templates = bases.map((base) => ({
    names: variableNames(base + path),
    pattern: new RegExp(`^${patternOf(base + path)}$`),
  }));
  return (pathname) => {
    for (const { names, pattern } of templates) {
      const values = pattern.exec(pathname);
      if (values) return new Map(names.map((name, index) => [name, values[index + 1] ?? ""]));
    }
    return undefined;
  };
}

function variableNames(template: string): string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
}

function patternOf(template: string): string {
  return template.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{[^}]+\}/g, "([^/]+)");
}

function headerOf(headers: RecordedHeaders, name: string): string | undefined {
  return headers[name.toLowerCase()];
}

function urlOf(target: string): URL {
  return new URL(target, "http://any.test");
}
