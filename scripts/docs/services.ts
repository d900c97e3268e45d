import { type Api, readApis } from "../generate/config.js";
import {
  type Bundle,
  bodyOf,
  isPaid,
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
import { ERRORS, examplesOf, literal } from "../generate/operations.js";
import { bundle } from "../generate/redocly.js";
import { type Page, pageOf } from "./page.js";
import { EVIDENCE, evidenceOf, fieldTable, tableOf, typeOf } from "./schemas.js";

/** Arguments of example calls for which the documents have none that the API in memory knows. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  getCompany: '"example.com"',
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
    ...operations.map((operation) => describe(name, operation, document)),
    ...Object.values(recordOf(document["webhooks"])).map((item) => describeWebhook(recordOf(recordOf(item)["post"]))),
    "## Types",
    ...Object.entries(schemasOf(document))
      .filter(([type]) => !isInline(type, document))
      .map(([type, schema]) => describeType(type, recordOf(schema))),
    LEGEND,
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
  const [[, success] = []] = successesOf(operation, document);
  const response = recordOf(success);
  const body = bodyOf(described, document);
  const parameters = parametersOf(described, document).map((one) => [
    `\`${one["name"]}\`${one["required"] === true ? " <small>required</small>" : ""}`,
    `${one["in"]}, ${typeOf(one["schema"])}`,
    [textOf(one).replaceAll("\n", " "), evidenceOf(one)].filter(Boolean).join(" "),
  ]);
  const parts = [
    `## ${call}`,
    `**${operation["summary"]}.** \`${name}\` <small>[${operation["x-evidence"]}](#how-each-fact-is-known)</small>`,
    textOf(operation),
    tableOf(
      ["credits", "role", "throws", "if it fails"],
      [
        [
          costOf(described, document),
          operation["x-role"] === undefined ? "not documented" : `${operation["x-role"]} or higher`,
          errorsOf(operation),
          isRepeatable(described) ? "retried, if the failure is transient" : "retried only if nothing was carried out",
        ],
      ],
    ),
    `\`\`\`ts\n${exampleOf(service, described, document)}\n\`\`\``,
    ...(parameters.length > 0 ? [`### Parameters of ${call}`, tableOf(["name", "type", ""], parameters)] : []),
    ...(body ? [`### Request of ${call}`, ...describeBody(body.media, document)] : []),
    `### Response of ${call}`,
    textOf(response),
    ...describeBody(jsonOf(response) ?? {}, document, textOf(response)),
    headersOf(response, document),
  ];
  return parts.filter(Boolean).join("\n\n");
}

function describeWebhook(operation: Bundle): string {
  const guide = "[Webhooks](../docs/guide/webhooks.md) says how to receive it.";
  const title = String(operation["summary"] ?? "");
  const body = recordOf(recordOf(operation["requestBody"])["content"])["application/json"];
  const parts = [textOf(operation), guide, `Body: ${typeOf(recordOf(body)["schema"])} ${evidenceOf(operation)}`];
  return [`## Webhook: ${title.charAt(0).toLowerCase()}${title.slice(1)}`, ...parts].join("\n\n");
}

function describeBody(media: Bundle, document: Bundle, above = ""): string[] {
  const schema = media["schema"];
  const name = schemaName(recordOf(schema)["$ref"]);
  const isShown = name !== undefined && isInline(name, document);
  const target = isShown ? recordOf(resolve(schema, document)) : {};
  const type = isShown && "properties" in target ? `\`${name}\`` : typeOf(isShown ? target : schema);
  const examples = examplesOf(media, document).map(
    (value) => `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``,
  );
  const title = examples.length > 1 ? `${examples.length} examples` : "Example";
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
    return [`\`${name}\``, `${textOf(node).replaceAll("\n", " ")} ${evidenceOf(node)}`];
  });
  return rows.length > 0 ? `${tableOf(["header", ""], rows)}` : "";
}

function describeType(name: string, schema: Bundle): string {
  const table = fieldTable(schema);
  return [`### ${name}`, `${textOf(schema)} ${evidenceOf(schema)}`.trim(), table || `Type: ${typeOf(schema)}`]
    .filter(Boolean)
    .join("\n\n");
}

function costOf({ operation }: Operation, document: Bundle): string {
  if (isPaid(operation)) return "1 per new person";
  const headers = successesOf(operation, document).map(([, response]) => recordOf(recordOf(response)["headers"]));
  return headers.some((names) => "X-LDT-Credits-Cost" in names) ? "free" : "none documented";
}

function isRepeatable({ operation, method }: Operation): boolean {
  return method === "get" || operation["x-idempotent"] === true;
}

function errorsOf(operation: Bundle): string {
  const link = (name: string) => `[${name}](../sdk/classes/${name}.md)`;
  const named = Object.keys(recordOf(operation["responses"])).flatMap((status) => {
    const name = ERRORS.get(status);
    return name === undefined ? [] : [`${link(name)} (${status})`];
  });
  const limit = isPaid(operation) ? [`${link("CreditLimitError")} (\`maxCredits\`)`] : [];
  const known = [...limit, ...named];
  return [...known, `${known.length > 0 ? "any other" : "a"} [LiveDataError](../docs/guide/errors.md)`].join(", ");
}

function exampleOf(service: string, described: Operation, document: Bundle): string {
  const values = argumentsOf(described, document);
  const own = ARGUMENTS[described.id];
  const call = `livedata.${service}.${methodName(described)}(${own ?? values.map((value) => literal(value)).join(", ")})`;
  const cost = costOf(described, document);
  const used = cost === "free" ? "cost" : "used";
  const hasCredits = cost !== "none documented";
  return [
    `import { createLiveData${hasCredits ? ", credits" : ""} } from "@livedata/sdk";`,
    "",
    "const livedata = createLiveData();",
    `const result = await ${call};`,
    `console.log(result);`,
    ...(hasCredits ? [`console.log("credits:", credits(result).${used});`] : []),
  ].join("\n");
}

/** The values of path parameters, and the smallest example of a body. */
function argumentsOf(described: Operation, document: Bundle): unknown[] {
  const path = parametersOf(described, document).filter((one) => one["in"] === "path");
  const body = bodyOf(described, document);
  const size = (value: unknown) => JSON.stringify(value).length;
  const bodies = body ? examplesOf(body.media, document).sort((one, other) => size(one) - size(other)) : [];
  return [...path.map((one) => examplesOf(one, document)[0]), ...bodies.slice(0, 1)];
}

const LEGEND = `## How each fact is known

Live Data publishes no OpenAPI document. Small marks say how a fact is known; a field without a mark is known as its type or
operation is. [What is known of the API](../docs/guide/what-is-known.md) has the whole picture.

${tableOf(
  ["mark", "meaning"],
  Object.entries(EVIDENCE).map(([mark, meaning]) => [evidenceOf({ "x-evidence": mark }), meaning]),
)}`;

function serversOf(document: Bundle, root: string): string {
  const servers = [document["servers"] ?? []].flat().map(recordOf);
  const rows = servers.map((server) => [`\`${server["url"]}\``, textOf(server), evidenceOf(server)]);
  const file = root.replace(/^openapi\//, "");
  return `## Servers\n\n${tableOf(["URL", "", ""], rows)}\nThe [OpenAPI document](${file}) has all of this for machines.`;
}
