import {
  type Company,
  type Contact,
  createLiveData,
  type FindResponse,
  findMany,
  type ImportJob,
  isLiveDataError,
  type LookupResponse,
  type Person,
  paginate,
  type SearchResponse,
  type Session,
  unwrap,
} from "@livedata/sdk";

/** `true` if two types are identical, not merely assignable to each other. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const { people, companies, identity, ledgers } = createLiveData();

/** Calls `unwrap` for each operation. The result type must be the documented success response. */
const unwrapped = {
  search: () => unwrap(people.POST("/search", { body: {} })),
  find: () => unwrap(people.POST("/find", { body: { matches: [] } })),
  lookup: () => unwrap(people.POST("/persons/lookup_by_ids", { body: { ids: [] } })),
  person: () => unwrap(people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } })),
  previewSearch: () => unwrap(people.POST("/search/preview", { body: {} })),
  previewFind: () => unwrap(people.POST("/find/preview", { body: { matches: [] } })),
  company: () => unwrap(companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "x" } } })),
  contacts: () => unwrap(ledgers.GET("/contacts")),
  createContacts: () => unwrap(ledgers.POST("/contacts", { body: [] })),
  imports: () => unwrap(ledgers.GET("/imports")),
  session: () =>
    unwrap(identity.POST("/session", { body: { grantType: "clientCredentials", clientId: "c", clientSecret: "s" } })),
};

type Unwrapped = { [Name in keyof typeof unwrapped]: Awaited<ReturnType<(typeof unwrapped)[Name]>> };

export const documented: [
  Same<Unwrapped["search"], SearchResponse>,
  Same<Unwrapped["find"], FindResponse>,
  Same<Unwrapped["lookup"], LookupResponse>,
  Same<Unwrapped["person"], Person>,
  Same<Unwrapped["previewSearch"], unknown>,
  Same<Unwrapped["previewFind"], unknown>,
  Same<Unwrapped["company"], Company>,
  Same<Unwrapped["contacts"], Contact[] | { [key: string]: unknown }>,
  Same<Unwrapped["createContacts"], ImportJob>,
  Same<Unwrapped["imports"], ImportJob>,
  Same<Unwrapped["session"], Session>,
] = [true, true, true, true, true, true, true, true, true, true, true];

export async function fieldsThatMayBeNull(person: Person, company: Company): Promise<void> {
  // @ts-expect-error a name may be null or absent
  person.name.trim();
  // @ts-expect-error a person may have no position
  person.position.title;
  // @ts-expect-error a position may have no company
  person.position?.company.name;
  // @ts-expect-error a list of jobs may be absent
  person.jobs.length;
  // @ts-expect-error a job may have no title
  person.jobs?.[0]?.title.trim();
  // @ts-expect-error an education may have no school
  person.education?.[0]?.school.trim();
  // @ts-expect-error a location may have no locality
  person.location_details?.locality.trim();
  // @ts-expect-error a company may have no name
  company.name.trim();
  const { found: wasFound } = (await unwrapped.find()).matches[0] ?? {};
  // @ts-expect-error `found` may be absent
  const isFound: boolean = wasFound;
  void isFound;
  const { pagination_token } = await unwrapped.search();
  // @ts-expect-error the last page has no token
  const token: string = pagination_token;
  void token;
}

export async function helpers(): Promise<void> {
  const queries = [{ fields: [{ field_name: "name" as const, search_term: "Jane Doe" }], row: 7 }];
  for await (const { query } of findMany(people, queries)) {
    const row: number = query.row;
    void row;
  }
  // @ts-expect-error a match field needs a `field_name`
  findMany(people, [{ fields: [{ search_term: "Jane Doe" }] }]);
  // @ts-expect-error `batchsize` is not an option
  findMany(people, queries, { batchsize: 5 });
  // @ts-expect-error the page size is an option, not a part of the search
  paginate(people, { size: 5 });
}

export const guarded = people.POST("/search", { body: {}, maxCredits: 5, retry: { idempotent: false } });
// @ts-expect-error a preview is free, so it has no `maxCredits`
export const freePreview = people.POST("/search/preview", { body: {}, maxCredits: 5 });
// @ts-expect-error contacts are free, so they have no `maxCredits`
export const freeContacts = ledgers.GET("/contacts", { maxCredits: 5 });
// @ts-expect-error `idempotent` is an option of a call, not of the client
export const client = createLiveData({ retry: { idempotent: true } });

export function narrowed(error: unknown): number | string | undefined {
  if (!isLiveDataError(error)) return undefined;
  switch (error.code) {
    case "credit_limit":
      return error.cost - error.limit;
    case "credits_exhausted":
      return error.remaining;
    case "permission_denied":
      return error.role;
    case "session":
      return error.reason;
    default:
      // @ts-expect-error an error of any other code has no cost
      return error.cost;
  }
}
