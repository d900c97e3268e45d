import type { Api } from "./config.js";
import {
  type Bundle,
  bodyOf,
  isPaid,
  jsonOf,
  METHODS,
  methodName,
  type Operation,
  operationsOf,
  parametersOf,
  recordOf,
  resolve,
  schemaName,
  schemasOf,
  successesOf,
  textOf,
} from "./document.js";
import { camel, identifier, isIdentifier, isKeyword, pascal } from "./name-types.js";
import { nameSchemas, queryName, schemaTypeNames } from "./named-schemas.js";
import type { Problem } from "./problem.js";

/** Members of every service client and of every object, which no method may replace. */
const TAKEN = new Set([
  ...["eject", "request", "then", "use"],
  ...METHODS.map((method) => method.toUpperCase()),
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** The error classes of statuses that documents describe. */
export const ERRORS: ReadonlyMap<string, string> = new Map([
  ["400", "BadRequestError"],
  ["401", "AuthenticationError"],
  ["402", "CreditsExhaustedError"],
  ["403", "PermissionDeniedError"],
  ["404", "NotFoundError"],
  ["422", "BadRequestError"],
  ["429", "RateLimitedError"],
]);

/** How long a line of an example may be. */
const WIDTH = 90;

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly docs: string;
}

/** Whether a method can have a name: one of TypeScript that no service client has already. */
export function isMethodName(name: string): boolean {
  return isIdentifier(name) && !TAKEN.has(name);
}

/** Finds methods of one service whose name is no name, is taken, or is that of another. */
export function findMethodProblems({ root }: Api, bundle: Bundle): Problem[] {
  const owners = new Map<string, string>();
  return operationsOf(bundle).flatMap((operation) => {
    const name = methodName(operation);
    const owner = owners.get(name);
    owners.set(name, operation.name);
    if (isMethodName(name) && owner === undefined) return [];
    const taken = TAKEN.has(name) ? "which every service client has already" : owner && `as ${owner} does`;
    const fault = taken ?? "which is not a name in TypeScript";
    const message = `${operation.name} becomes the method \`${name}\`, ${fault}. Set another name as its \`x-method\`.`;
    return [{ file: root, line: 1, column: 1, rule: "method-names", message }];
  });
}

/**
 * Generates the interface of each service's named methods, such as `people.search(body)`.
 *
 * @param bundles the bundled documents
 */
export function generateOperations(bundles: readonly (readonly [Api, Bundle])[]): string {
  const own = bundles.map(([{ name }]) => `${pascal(name)}Operations`);
  const taken = new Set(["CallOptions", "PaidCallOptions", ...own]);
  const imports: string[] = [];
  const services = bundles.map(([api, bundle]) => {
    const service = describeService(api.name, nameSchemas(bundle), taken);
    const module = api.output.replace(/^.*\//, "./").replace(/\.ts$/, ".js");
    if (service.imports.length > 0) imports.push(`import type { ${service.imports.join(", ")} } from "${module}";`);
    return service.text;
  });
  return [`import type { CallOptions, PaidCallOptions } from "../calls/types.js";`, ...imports, "", ...services].join(
    "\n",
  );
}

function describeService(service: string, document: Bundle, taken: Set<string>) {
  const schemas = schemasOf(document);
  const names = schemaTypeNames(document);
  const imports = new Map<string, string>();

  /** The type of a schema. `nameSchemas` has named all but the simple ones. */
  const typeOf = (schema: unknown): string => {
    const { $ref, type, enum: values, items } = recordOf(schema);
    const name = names.get(schemaName($ref) ?? "");
    if (name !== undefined) return use(name);
    if (Array.isArray(values) && values.length > 0) return values.map((value) => JSON.stringify(value)).join(" | ");
    if (type === "array") return `readonly ${typeOf(items).replace(/^.* .*$/s, "($&)")}[]`;
    if (type === undefined) return "unknown";
    return [type]
      .flat()
      .map((one) => SIMPLE.get(String(one)) ?? "unknown")
      .join(" | ");
  };
  /** A name that no other service has in the module. */
  const declare = (name: string): string => {
    if (taken.has(name)) return declare(pascal(service) + name);
    taken.add(name);
    return name;
  };
  const use = (name: string): string => {
    const known = imports.get(name);
    if (known !== undefined) return known.split(" as ").at(-1) ?? name;
    const own = declare(name);
    imports.set(name, own === name ? name : `${name} as ${own}`);
    return own;
  };

  const extra: string[] = [];
  const methods = operationsOf(document).map((operation) => {
    const { id, operation: node } = operation;
    const base = isPaid(node) ? "PaidCallOptions" : "CallOptions";
    const queryType = queryName(node);
    const query = queryType === undefined ? undefined : schemas[queryType];
    const isQueryRequired = recordOf(query)["required"] !== undefined;
    const options = query === undefined ? base : declare(identifier(`${pascal(id)}Options`));
    if (query !== undefined) {
      extra.push(`/** Query and options of \`${service}.${methodName(operation)}\`. */
export interface ${options} extends ${base} {
  /** Query of the request. */
  readonly query${isQueryRequired ? "" : "?"}: ${use(names.get(String(queryType)) ?? "unknown")}${isQueryRequired ? "" : " | undefined"};
}
`);
    }
    const body = bodyOf(operation, document);
    const parameters: Parameter[] = [
      ...pathParameters(operation, document, typeOf),
      ...(body
        ? [{ name: "body", type: typeOf(body.media["schema"]), isOptional: body.isOptional, docs: body.docs }]
        : []),
      {
        name: "options",
        type: options,
        isOptional: !isQueryRequired,
        docs: `${query ? "the query, and " : ""}options of the call`,
      },
    ];
    const list = parameters.map(({ name, type, isOptional }, index) => {
      const canOmit = parameters.slice(index).every((one) => one.isOptional);
      return isOptional && !canOmit ? `${name}: ${type} | undefined` : `${name}${canOmit ? "?" : ""}: ${type}`;
    });
    const results = successesOf(node, document).map(([, response]) => {
      const media = jsonOf(response);
      return media ? typeOf(media["schema"]) : recordOf(response)["content"] ? "unknown" : "undefined";
    });
    const result = results.includes("unknown") ? "unknown" : [...new Set(results)].join(" | ") || "unknown";
    const docs = docsOf(operation, document, {
      parameters,
      call: `livedata.${service}.${methodName(operation)}`,
      body: body?.media,
    });
    return `${comment(docs, "  ")}  ${methodName(operation)}(${list.join(", ")}): Promise<${result}>;\n`;
  });
  const text = `${extra.join("\n")}${extra.length > 0 ? "\n" : ""}/** Named methods of the ${service} service. Each returns the data, and throws what \`unwrap\` throws. */
export interface ${pascal(service)}Operations {
${methods.join("\n")}}
`;
  return { text, imports: [...imports.values()].sort() };
}

const SIMPLE = new Map([
  ["string", "string"],
  ["number", "number"],
  ["integer", "number"],
  ["boolean", "boolean"],
  ["null", "null"],
]);

function pathParameters(operation: Operation, document: Bundle, typeOf: (schema: unknown) => string): Parameter[] {
  const all = parametersOf(operation, document);
  const taken = new Set(["body", "options"]);
  return [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => {
    const parameter = all.find((one) => one["in"] === "path" && one["name"] === name) ?? {};
    const type = typeOf(parameter["schema"]);
    return {
      name: parameterName(name, taken),
      type: type === "unknown" ? "string" : type,
      isOptional: false,
      docs: textOf(parameter),
    };
  });
}

/** A name that is free, and no keyword. */
function parameterName(parameter: string, taken: Set<string>): string {
  let name = identifier(camel(parameter));
  while (taken.has(name) || isKeyword(name)) name += "_";
  taken.add(name);
  return name;
}

interface Shown {
  readonly parameters: readonly Parameter[];
  /** How the method is called, up to its arguments. */
  readonly call: string;
  /** The JSON body that it takes. */
  readonly body: Bundle | undefined;
}

function docsOf(described: Operation, document: Bundle, shown: Shown): string {
  const { name, operation } = described;
  const role = operation["x-role"] === undefined ? "" : `, requires the role \`${operation["x-role"]}\` or higher`;
  const errors = Object.keys(recordOf(operation["responses"]))
    .filter((status) => ERRORS.has(status))
    .map((status) => `${ERRORS.get(status)} (${status})`);
  const [[, success] = []] = successesOf(operation, document);
  const result = textOf(recordOf(success));
  const example = exampleOf(shown, described, document);
  const parts = [
    sentence(String(operation["summary"] ?? "")),
    textOf(operation),
    `\`${name}\`${isPaid(operation) ? ", costs credits" : ""}${role}`,
    [
      ...shown.parameters.map(({ name, docs }) => `@param ${name} ${docs}`.trimEnd()),
      ...(result ? [`@returns ${result}`] : []),
      ...(isPaid(operation)
        ? ["@throws CreditLimitError if the call would cost more than `maxCredits`; nothing is charged"]
        : []),
      `@throws ${[...errors, errors.length > 0 ? "or another LiveDataError" : "LiveDataError"].join(", ")}`,
      ...(operation["deprecated"] === true ? ["@deprecated"] : []),
      ...(example ? [`@example\n${example}`] : []),
    ].join("\n"),
  ];
  return parts.filter(Boolean).join("\n\n");
}

/** A call with the examples of the document; undefined if one is missing, or a query is required. */
function exampleOf({ parameters, call, body }: Shown, operation: Operation, document: Bundle): string | undefined {
  if (!parameters.at(-1)?.isOptional) return undefined;
  const declared = parametersOf(operation, document);
  const values = parameters.slice(0, -1).map(({ name }): unknown => {
    if (name === "body" && body) return cheapestExample(body, document);
    return examplesOf(declared.find((one) => camel(String(one["name"])) === name) ?? {}, document)[0];
  });
  return values.includes(undefined) ? undefined : `await ${call}(${values.map((value) => literal(value)).join(", ")});`;
}

/** The examples of a parameter or of a media type. */
export function examplesOf({ example, examples }: Bundle, document: Bundle): unknown[] {
  const named = Object.values(recordOf(examples)).map((one) => resolve(one, document));
  return [example, ...named.map((one) => recordOf(one)["value"])].filter((one) => one !== undefined);
}

/**
 * Returns the example of a body that a reader can copy: one that asks for a few people rather than for many, which would
 * cost as many credits. Of those it is the shortest.
 */
export function cheapestExample(media: Bundle, document: Bundle): unknown {
  const asksForMany = (value: unknown) => Number(recordOf(value)["size"] ?? 1) > MAX_PEOPLE;
  const length = (value: unknown) => JSON.stringify(value).length;
  return examplesOf(media, document).sort(
    (one, other) => Number(asksForMany(one)) - Number(asksForMany(other)) || length(one) - length(other),
  )[0];
}

const MAX_PEOPLE = 3;

/** Writes a JSON value as in TypeScript. */
export function literal(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([key, member]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${isList ? "" : `${name}: `}${literal(member, inner)}`;
  });
  const [open, close] = isList ? ["[", "]"] : ["{ ", " }"];
  const line = parts.length > 0 ? open + parts.join(", ") + close : open.trim() + close.trim();
  if (indent.length + line.length <= WIDTH && !line.includes("\n")) return line;
  return `${open.trim()}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close.trim()}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) || text === "" ? text : `${text}.`;
}

function comment(text: string, indent: string): string {
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
