/** A request that a test sends through the SDK though the documents refuse it. */
export interface SentException {
  readonly test: string;
  /** An `operationId`, or a method and a path where there is none. */
  readonly operation: string;
  readonly problem: RegExp;
  readonly reason: string;
}

/** A request that the kit refuses for what no schema can say. */
export interface MeaningException {
  readonly operation: string;
  /** What the kit says of it. */
  readonly message: RegExp;
  readonly reason: string;
}

/** An exception that nothing needs any more is an error, in each of these lists. */
export const sentExceptions: readonly SentException[] = [
  {
    test: "test/auth/auth-fetch.test.ts",
    operation: "searchPeople",
    problem: /^media type/,
    reason: "authFetch sends what its caller gives it: streams, texts, forms and files, whatever they are for",
  },
  {
    test: "test/auth/auth-fetch.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body is marked, to tell one request from another",
  },
  {
    test: "test/client.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body is marked, to tell one request from another",
  },
  {
    test: "test/auth/auth-middleware.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body is marked, to tell one request from another",
  },
];

export const meaningExceptions: readonly MeaningException[] = [
  {
    operation: "searchPeople",
    message: /pagination_token (was not returned by a search|belongs to a search with different filters)/,
    reason: "to the schema a token is any text; only the search before knows it",
  },
  {
    operation: "listContacts",
    message: /must be a date or a date-time/,
    reason: "the form of the value is not documented, so the schema takes any text",
  },
];

/** What is documented and never seen in a test run, by its name. */
export const unseen: readonly { readonly name: string; readonly reason: string }[] = [];

/** The exception by which the kit may refuse a request that the schema takes; undefined where it may not. */
export function refusedForItsMeaning(operation: string, answer: string): MeaningException | undefined {
  return meaningExceptions.find((exception) => exception.operation === operation && exception.message.test(answer));
}
