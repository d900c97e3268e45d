import { type Api, readApis } from "../generate/config.js";
import {
  type Bundle,
  bodyOf,
  isPaid,
  isRecord,
  jsonOf,
  methodName,
  type Operation,
  operationsOf,
  parametersOf,
  recordOf,
  resolve,
  schemaName,
  schemaReference,
  schemasOf,
  successesOf,
  textOf,
} from "../generate/document.js";
import { nameSchemas } from "../generate/named-schemas.js";
import { cheapestExample, ERRORS, examplesOf, literal } from "../generate/operations.js";
import { bundle } from "../generate/redocly.js";
import { type Page, pageOf } from "./page.js";
import { EVIDENCE, evidenceOf, fieldTable, lineOf, tableOf, typeOf } from "./schemas.js";

/** What the example of an operation has in place of a value of the documents, or of the whole result. */
const EXAMPLES: Readonly<
  Record<string, { readonly comment?: string; readonly value?: string; readonly print?: string }>
> = {
  getCompany: {
    comment: "// That a domain is accepted is inferred. The accepted formats are unknown.",
    value: '"example.com"',
  },
  searchPeople: { print: 'console.log(result.count, "people; the first one is", result.people?.[0]?.name);' },
};

/** Makes a page for each service of its OpenAPI document, and a page that lists them. */
export async function servicePages(): Promise<Page[]> {
  const apis = readApis(".");
  const documents = (await bundle(".", apis)).map((document) => nameSchemas(document));
  const services = apis.map((api, index) => servicePage(api, documents[index] ?? {}));
  const list = services.map(
    ({ file, title, text }) => `- [${title}](${file.replace("openapi/", "")}): ${summaryOf(text)}`,
  );
  const intro =
    "Each service of the API has a page with its operations, and an OpenAPI document. Every operation is a method of the client.";
  return [pageOf("openapi/README.md", `# Services of the API\n\n${intro}\n\n${list.join("\n")}\n`), ...services];
}

function summaryOf(text: string): string {
  return /^# [^\n]+\n+(.*?\.)(?=\s)/s.exec(text)?.[1]?.replaceAll("\n", " ") ?? "";
}

function servicePage({ name, root }: Api, document: Bundle): Page {
  const info = recordOf(document["info"]);
  // Paragraphs about extensions are for readers of the document.
  const intro = textOf(info)
    .split("\n\n")
    .filter((paragraph) => !paragraph.startsWith("`x-"));
  const operations = operationsOf(document);
  const parts = [
    `# ${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    ...intro,
    overview(name, operations, document),
    LEGEND,
    ...operations.map((operation) => describe(name, operation, document)),
    ...Object.values(recordOf(document["webhooks"])).map((item) => describeWebhook(recordOf(item), document)),
    "## Types",
    ...Object.entries(schemasOf(document))
      .filter(([type]) => !isInline(type, document))
      .map(([type, schema]) => describeType(type, recordOf(schema))),
    serversOf(document, root),
  ];
  return pageOf(root.replace(/\.yaml$/, ".md"), `${parts.join("\n\n")}\n`);
}

function overview(service: string, operations: readonly Operation[], document: Bundle): string {
  const rows = operations.map((one) => {
    const call = `${service}.${methodName(one)}`;
    return [`[\`${call}\`](#${anchorOf(call)})`, String(one.operation["summary"] ?? ""), costOf(one, document)];
  });
  return tableOf(["method", "task", "credits"], rows);
}

function anchorOf(call: string): string {
  return call.toLowerCase().replaceAll(".", "");
}

function describe(service: string, described: Operation, document: Bundle): string {
  const { name, operation } = described;
  const call = `${service}.${methodName(described)}`;
  const [[status, success] = ["", undefined]] = successesOf(operation, document);
  const response = recordOf(success);
  const facts = [
    `- **Credits:** ${costOf(described, document)}`,
    `- **Role:** ${roleOf(operation)}`,
    `- **If it fails:** ${isRepeatable(described) ? "transient failures are retried" : "retried only if the API has not carried it out, as after a 429"}`,
    `- **Throws:** ${errorsOf(operation, document)}`,
  ];
  const parts = [
    `## ${call}`,
    `**${operation["summary"]}.** \`${name}\` ${evidenceOf(operation)}`,
    textOf(operation),
    facts.join("\n"),
    `\`\`\`ts\n${exampleOf(service, described, document)}\n\`\`\``,
    parameterTable(`Parameters of ${call}`, described, document),
    ...describeRequest(service, described, document),
    `### Response of ${call}`,
    [`**${/^\d+$/.test(status) ? status : "2xx"}**`, textOf(response)].join(" "),
    ...describeBody(jsonOf(response) ?? {}, document, { above: textOf(response) }),
    headersOf(response, document),
  ];
  return parts.filter(Boolean).join("\n\n");
}

function parameterTable(title: string, described: Pick<Operation, "item" | "operation">, document: Bundle): string {
  const rows = parametersOf(described, document).map((one) => [
    `\`${one["name"]}\`${one["required"] === true ? " <small>required</small>" : ""}`,
    `${one["in"]}, ${typeOf(one["schema"])}`,
    [lineOf(one), evidenceOf(one)].filter(Boolean).join(" "),
  ]);
  return rows.length > 0 ? `### ${title}\n\n${tableOf(["name", "type", "description"], rows)}` : "";
}

/** Describes the body of a request. That of a preview is described once, with the call that it previews. */
function describeRequest(service: string, described: Operation, document: Bundle): string[] {
  const body = bodyOf(described, document);
  if (body === undefined) return [];
  const call = `${service}.${methodName(described)}`;
  const title = `### Request of ${call}`;
  const schemaOf = (one: Operation) => JSON.stringify(bodyOf(one, document)?.media["schema"]);
  const first = operationsOf(document).find((one) => schemaOf(one) === schemaOf(described));
  if (first !== undefined && first.id !== described.id) {
    const other = `${service}.${methodName(first)}`;
    return [title, `The same as the [request of ${other}](#request-of-${anchorOf(other)}).`];
  }
  const content = recordOf(recordOf(resolve(described.operation["requestBody"], document))["content"]);
  const others = Object.entries(content)
    .filter(([type]) => type !== "application/json")
    .map(([type, media]) => `Or, as \`${type}\`: ${typeOf(recordOf(media)["schema"])}. The named method sends JSON.`);
  return [title, ...describeBody(body.media, document, { called: cheapestExample(body.media, document) }), ...others];
}

function describeWebhook(item: Bundle, document: Bundle): string {
  const operation = recordOf(item["post"]);
  const title = String(operation["summary"] ?? "");
  const name = `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  const body = recordOf(recordOf(recordOf(operation["requestBody"])["content"])["application/json"]);
  const schema = recordOf(body["schema"]);
  const parts = [
    `## Webhook: ${name}`,
    `**${title}.** \`POST\` to your URL ${evidenceOf(operation)}`,
    textOf(operation),
    "[Webhooks](../docs/guide/webhooks.md) says how to receive it.",
    parameterTable("Headers of the webhook", { operation, item }, document),
    "### Body of the webhook",
    `Type: ${typeOf(schema)} ${evidenceOf(schema)}`,
    textOf(schema),
  ];
  return parts.filter(Boolean).join("\n\n");
}

interface Surroundings {
  /** The text above the body, which is not repeated. */
  readonly above?: string;
  /** The value in the example call, which is not repeated. */
  readonly called?: unknown;
}

function describeBody(media: Bundle, document: Bundle, { above, called }: Surroundings): string[] {
  const schema = media["schema"];
  const name = schemaName(recordOf(schema)["$ref"]);
  const isShown = name !== undefined && isInline(name, document);
  const target = isShown ? recordOf(resolve(schema, document)) : {};
  const type = isShown && "properties" in target ? `\`${name}\`` : typeOf(isShown ? target : schema);
  const examples = examplesOf(media, document)
    .filter((value) => value !== called)
    .map((value) => `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``);
  const other = called === undefined ? "" : "other ";
  const title =
    examples.length > 1 ? `${examples.length} ${other}examples` : other === "" ? "Example" : "Another example";
  return [
    schema === undefined ? "" : `Type: ${type} ${evidenceOf(media)}`.trim(),
    isShown && textOf(target) !== above ? textOf(target) : "",
    fieldTable(target),
    examples.length > 0 ? `<details><summary>${title}</summary>\n\n${examples.join("\n\n")}\n\n</details>` : "",
  ];
}

/** Whether a schema is shown wherever it is sent or received: as a body, and not as a part of another schema. */
function isInline(name: string, document: Bundle): boolean {
  const reference = JSON.stringify({ $ref: schemaReference(name) }).slice(1, -1);
  const isBody = JSON.stringify(document["paths"]).includes(`"application/json":{"schema":{${reference}}`);
  return isBody && !JSON.stringify(recordOf(document["components"])).includes(reference);
}

function headersOf(response: Bundle, document: Bundle): string {
  const rows = Object.entries(recordOf(response["headers"])).map(([name, header]) => {
    const node = recordOf(resolve(header, document));
    return [`\`${name}\``, `${lineOf(node)} ${evidenceOf(node)}`];
  });
  return rows.length > 0 ? `${tableOf(["header", "description"], rows)}` : "";
}

/** A longer table of a type is folded. */
const MAX_FIELDS = 3;

function describeType(name: string, schema: Bundle): string {
  const table = fieldTable(schema);
  const fields = table.split("\n").length - 3;
  const shown = fields > MAX_FIELDS ? `<details><summary>${fields} fields</summary>\n\n${table}\n</details>` : table;
  const type = schema["properties"] === undefined ? `Type: ${typeOf(schema)}` : "";
  return [`### ${name}`, `${textOf(schema)} ${evidenceOf(schema)}`.trim(), type, shown].filter(Boolean).join("\n\n");
}

function roleOf(operation: Bundle): string {
  const { security } = operation;
  if (Array.isArray(security) && security.length === 0) return "none, and no token";
  return operation["x-role"] === undefined ? "not documented" : `${operation["x-role"]} or higher`;
}

function costOf({ operation }: Operation, document: Bundle): string {
  if (isPaid(operation)) return "1 per new person";
  const headers = successesOf(operation, document).map(([, response]) => recordOf(recordOf(response)["headers"]));
  return headers.some((names) => "X-LDT-Credits-Cost" in names) ? "free" : "none documented";
}

function isRepeatable({ operation, method }: Operation): boolean {
  return method === "get" || operation["x-idempotent"] === true;
}

/** The errors of statuses, which any operation can throw. The statuses that its document has are marked as known. */
function errorsOf(operation: Bundle, document: Bundle): string {
  const link = (name: string) => `[${name}](../sdk/classes/${name}.md)`;
  const responses = recordOf(operation["responses"]);
  const named = [...new Set(ERRORS.values())]
    .filter((name) => name !== "CreditsExhaustedError" || isPaid(operation))
    .map((name) => {
      const statuses = [...ERRORS].filter(([, other]) => other === name).map(([status]) => status);
      const [response] = statuses.map((status) => resolve(responses[status], document)).filter(isRecord);
      return `${link(name)} (${statuses.join(", ")}) ${evidenceOf(response ?? {})}`.trim();
    });
  const limit = isPaid(operation) ? [`${link("CreditLimitError")} (\`maxCredits\`)`] : [];
  return `${[...limit, ...named].join(", ")}, or another [LiveDataError](../docs/guide/errors.md)`;
}

function exampleOf(service: string, described: Operation, document: Bundle): string {
  const { comment, value, print = "console.log(result);" } = EXAMPLES[described.id] ?? {};
  const values =
    value ??
    argumentsOf(described, document)
      .map((one) => literal(one))
      .join(", ");
  const cost = costOf(described, document);
  const used = cost === "free" ? "cost" : "used";
  const hasCredits = cost !== "none documented";
  return [
    `import { createLiveData${hasCredits ? ", credits" : ""} } from "@livedata/sdk";`,
    "",
    "const livedata = createLiveData();",
    ...(comment === undefined ? [] : [comment]),
    `const result = await livedata.${service}.${methodName(described)}(${values});`,
    print,
    ...(hasCredits ? [`console.log("credits:", credits(result).${used});`] : []),
  ].join("\n");
}

/** The values of path parameters, and the cheapest example of a body. */
function argumentsOf(described: Operation, document: Bundle): unknown[] {
  const path = parametersOf(described, document).filter((one) => one["in"] === "path");
  const body = bodyOf(described, document);
  return [
    ...path.map((one) => examplesOf(one, document)[0]),
    ...(body ? [cheapestExample(body.media, document)] : []),
  ].filter((one) => one !== undefined);
}

const LEGEND = `## How each fact is known

Live Data publishes no OpenAPI document. Small marks say how a fact is known. A field without a mark has the mark of its type
or operation; an error without one is what the SDK throws for a status of which nothing is known.
[What is known of the API](../docs/guide/what-is-known.md) has the whole picture.

${tableOf(
  ["mark", "meaning"],
  Object.entries(EVIDENCE).map(([mark, meaning]) => [`<small class="${mark}">${mark}</small>`, meaning]),
)}`;

function serversOf(document: Bundle, root: string): string {
  const servers = [document["servers"] ?? []].flat().map(recordOf);
  const rows = servers.map((server) => [`\`${server["url"]}\``, textOf(server), evidenceOf(server)]);
  const file = root.replace(/^openapi\//, "");
  return `## Servers\n\n${tableOf(["URL", "server", "known"], rows)}\nThe [OpenAPI document](${file}) has all of this for machines.`;
}
