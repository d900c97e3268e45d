/** A request that a test sends through the SDK although the documents reject it. */
export interface SentException {
  readonly test: string;
  /** An `operationId`, or method and path if there is none. */
  readonly operation: string;
  readonly problem: RegExp;
  readonly reason: string;
}

/** A request that the fake rejects for a reason that no schema can express. */
export interface MeaningException {
  readonly operation: string;
  /** The error message of the fake. */
  readonly message: RegExp;
  readonly reason: string;
}

/** In each of these lists, an exception that is no longer needed is an error. */
export const sentExceptions: readonly SentException[] = [
  {
    test: "test/auth/auth-fetch.test.ts",
    operation: "searchPeople",
    problem: /^media type/,
    reason: "authFetch sends any body of its caller: streams, text, forms and files",
  },
  {
    test: "test/auth/auth-fetch.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body has a marker, to tell the requests apart",
  },
  {
    test: "test/client.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body has a marker, to tell the requests apart",
  },
  {
    test: "test/auth/auth-middleware.test.ts",
    operation: "searchPeople",
    problem: /\(note\)$/,
    reason: "the body has a marker, to tell the requests apart",
  },
  {
    test: "test/people/watch-contacts.test.ts",
    operation: "listContacts",
    problem: /^query pagination_?token is not documented$/i,
    reason: "how to ask for a next page is unknown; watchContacts sends the token by the name that it came with",
  },
  {
    test: "test/people/watch-contacts-restarts.test.ts",
    operation: "listContacts",
    problem: /^query paginationToken is not documented$/,
    reason: "how to ask for a next page is unknown; watchContacts sends the token by the name that it came with",
  },
  {
    test: "test/e2e/telemetry.test.ts",
    operation: "GET /api/people/v1/o_0123abcd/people/jane-doe",
    problem: /^is not documented$/,
    reason: "a path that is not documented may name a person, which no event may have",
  },
  {
    test: "test/pipeline/pace.test.ts",
    operation: "POST /api/people/v1/o_0123abcd/search/moved",
    problem: /^is not documented$/,
    reason: "the target of a redirect",
  },
];

export const meaningExceptions: readonly MeaningException[] = [
  {
    operation: "searchPeople",
    message: /pagination_token (was not returned by a search|belongs to a search with different filters)/,
    reason: "the schema accepts any string; only the previous search can tell whether the token is valid",
  },
  ...["findPeople", "previewFind", "searchPeople", "previewSearch"].map((operation) => ({
    operation,
    message: /is not a known field\b.* list it in strictFields/,
    reason: "the schema accepts any string, since other fields may exist; the API returns nothing for an unknown one",
  })),
  {
    operation: "listContacts",
    message: /must be a date or a date-time/,
    reason: "the format of the value is not documented, so the schema accepts any string",
  },
];

/** Documented parts that no test uses, by name. */
export const unseen: readonly { readonly name: string; readonly reason: string }[] = [];

/** Finds the exception that lets the fake reject a request that the schema accepts. */
export function meaningExceptionFor(operation: string, body: string): MeaningException | undefined {
  return meaningExceptions.find((exception) => exception.operation === operation && exception.message.test(body));
}
