/** What a client calls. */
export interface Target {
  /** Origin of the server, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** The organization, whose number is the number of people in a response. */
  readonly orgId: string;
  /** Path of the search, with the organization. */
  readonly path: string;
  readonly body: {
    readonly size: 25;
    readonly filters: { operator: "and"; filters: Clause[] }[];
  };
}

interface Clause {
  type: "must";
  field: "jobs.company.name";
  match_type: "exact";
  string_values: string[];
}

/** Creates a call that posts the body with the token `token` and returns the parsed response. */
export type Client = (target: Target) => () => Promise<unknown>;

/** The clients that a module exports as `clients`, by name. */
export type Clients = Readonly<Record<string, Client>>;
