import {
  type CallOptions,
  count,
  createLiveData,
  type FilterClause,
  type FilterGroup,
  type FindManyOptions,
  type FindRequest,
  findMany,
  type LookupRequest,
  type Match,
  type NewContact,
  type PagedSearch,
  type PaginateOptions,
  type Person,
  paginate,
  type SearchRequest,
  type SearchResponse,
  unwrap,
} from "@livedata/sdk";

const { people, companies, ledgers } = createLiveData();

// [28] Readonly arrays and `as const` are accepted everywhere alike.
const clause = { type: "must", field: "jobs.title", match_type: "fuzzy", string_values: ["Engineer"] } as const;
const group = {
  operator: "and",
  isJobsGroup: true,
  filters: [clause, { operator: "or", filters: [clause] }],
  report: { name: "demographics", params: { group_by: ["jobs.function"], status: "active" } },
} as const;
const search = { filters: [group], sort_by: "name", return_fields: ["name"] } as const;
const queries = [{ fields: [{ field_name: "name", search_term: "Jane Doe" }], row: 7 }] as const;
const lookup = { ids: ["LDP-1-EXAMPLE"] } as const;
const contacts = [{ name: "Jane Doe", company: "Example Corp" }] as const;

export const satisfying = [
  clause satisfies FilterClause,
  group satisfies FilterGroup,
  search satisfies SearchRequest,
  search satisfies PagedSearch,
  { matches: queries } satisfies FindRequest,
  queries[0] satisfies Match,
  lookup satisfies LookupRequest,
  contacts[0] satisfies NewContact,
];

declare const groups: readonly FilterGroup[];
declare const names: readonly string[];
declare const matches: readonly Match[];

export async function readonlyBodies(): Promise<(Person | undefined)[]> {
  const calls = [
    people.POST("/search", { body: search }),
    people.POST("/search", { body: { ...search, size: 5 }, maxCredits: 5 }),
    people.POST("/search", { body: { filters: groups, return_fields: names } }),
    people.request("post", "/search", { body: search }),
  ];
  const found = unwrap(await people.POST("/find", { body: { matches: queries, return_fields: names } }));
  unwrap(await people.POST("/find/preview", { body: { matches } }));
  unwrap(await people.POST("/persons/lookup_by_ids", { body: lookup }));
  unwrap(await ledgers.POST("/contacts", { body: contacts }));
  for await (const person of paginate(people, search)) void person;
  for await (const { query } of findMany(people, queries, { return_fields: names })) {
    const row: 7 = query.row;
    void row;
  }
  for await (const { query } of findMany(people, matches)) void query.fields;
  await count(people, groups);
  await count(people, search.filters);
  const pages = await Promise.all(calls);
  return [...pages.map((page) => unwrap(page).people[0]), found.matches[0]?.people[0]];
}

// What is received stays writable.
export const mutable = (page: SearchResponse): Person[] => page.people.sort().reverse();

// [28] `undefined` stands for an absent member.
export const undefinedMembers: [SearchRequest, PagedSearch, FindRequest, NewContact, FilterGroup, FilterClause] = [
  { filters: undefined, size: undefined, return_fields: undefined, sort_by: undefined, pagination_token: undefined },
  { filters: undefined, past_jobs: undefined, aggs: undefined },
  { matches: [], size: undefined, confidence: undefined, return_fields: undefined },
  { name: "Jane Doe", company: "Example Corp", linkedin: undefined, referenceId: undefined },
  { operator: "and", filters: [], isJobsGroup: undefined, jobsGroupType: undefined, report: undefined },
  { type: "must", field: "jobs.title", match_type: undefined, string_values: undefined, date_from: undefined },
];
export const undefinedInCalls = [
  people.POST("/search", { body: { size: undefined, filters: undefined }, parseAs: undefined, params: undefined }),
  people.POST("/search", {
    body: {},
    bodySerializer: undefined,
    pathSerializer: undefined,
    querySerializer: undefined,
  }),
  ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: undefined, lastInfoChangedAt: undefined } } }),
  ledgers.GET("/contacts", { params: { query: undefined } }),
  ledgers.GET("/contacts", { params: undefined, body: undefined }),
];
export const undefinedOptions: [CallOptions, PaginateOptions, FindManyOptions] = [
  { headers: undefined, middleware: undefined, baseUrl: undefined, redirect: undefined, signal: undefined },
  { limit: undefined, maxCredits: undefined, pageSize: undefined, retry: undefined, timeout: undefined },
  { confidence: undefined, return_fields: undefined, size: undefined, onProgress: undefined },
];
// @ts-expect-error a required member is not undefined
export const undefinedRequired: FilterGroup = { operator: undefined, filters: [] };
const misspeltClause = { type: "must", feild: "jobs.title" } as const;
export const misspelt = people.POST("/search", {
  // @ts-expect-error `feild` is not a key, in a readonly list either
  body: { filters: [{ operator: "and", filters: [misspeltClause] }] },
});

// [26] `.then(unwrap)` has the type of the data.
export const page: Promise<SearchResponse> = people.POST("/search", { body: {} }).then(unwrap);
export const person: Promise<Person> = people.GET("/person/{id}", { params: { path: { id: "a" } } }).then(unwrap);
export const sameCompany: Promise<string | null | undefined> = companies
  .GET("/companies/{company_lookup}", { params: { path: { company_lookup: "a" } } })
  .then(unwrap)
  .then(({ name }) => name);
// @ts-expect-error a search returns no string
export const wrong: Promise<string> = people.POST("/search", { body: {} }).then(unwrap);

// [26] Once the error is thrown, the data is there.
export async function narrowed(): Promise<Person[]> {
  const { data, error } = await people.POST("/search", { body: {} });
  if (error) throw new Error(typeof error === "string" ? error : String(error.message));
  const result = await people.POST("/find", { body: { matches: [] } });
  if (result.error) throw result.error;
  const found = result.data.matches.flatMap(({ people }) => people);
  const { data: contact, error: failure } = await ledgers.GET("/contacts");
  if (!failure) return [...data.people, ...found, ...(Array.isArray(contact) ? [] : [])];
  const text: string | undefined = typeof failure === "string" ? failure : undefined;
  void text;
  // @ts-expect-error a failed call has no data
  return contact.people;
}
