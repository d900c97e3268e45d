import {
  type Contact,
  type ContactsCheckpoint,
  createLiveData,
  type Person,
  type SearchResponse,
  unwrap,
  watchContacts,
} from "@livedata/sdk";

const { people, companies, identity, ledgers, accessToken } = createLiveData();

export async function search(): Promise<SearchResponse> {
  const { data, error } = await people.POST("/search", { body: { size: 25 }, timeout: 5_000 });
  if (data) return data;
  const explanation: unknown = typeof error === "object" ? error.message : error;
  throw new Error(String(explanation));
}

export async function names(): Promise<string[]> {
  const found = unwrap(await people.POST("/search", { body: {} }));
  const first: Person | undefined = found.people[0];
  // @ts-expect-error a name may be null or absent
  first?.name.trim();
  // `level` is an open string type that suggests the values seen so far.
  const level: string = first?.position?.level ?? "";
  if (first?.position?.level === "Staff") return [level];
  return found.people.map(({ name }) => name ?? "unknown");
}

export const token: Promise<string> = accessToken({ signal: AbortSignal.timeout(1_000) });
export const text: Promise<string | undefined> = people
  .POST("/search", { body: { size: 0 }, parseAs: "text" })
  .then(({ data }) => data);
export const person = people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } });
export const company = companies.GET("/companies/{company_lookup}", {
  params: { path: { company_lookup: "nvidia.com" } },
  headers: { "x-trace": "1" },
});
export const imports = ledgers.GET("/imports");
export const session = identity.POST("/session", {
  body: { grantType: "clientCredentials", clientId: "client", clientSecret: "secret" },
});
// A mock takes the parameters of a path call from its type.
export const parameters: Parameters<typeof people.POST> = ["/search", { body: {} }];
export const either = (path: "/search" | "/search/preview") => people.POST(path, { body: {} });

export async function watch(stored: ContactsCheckpoint | undefined, save: (json: string) => void): Promise<void> {
  const onFailure = ({ error }: { error: Error }) => console.warn(error.message);
  const since = stored ?? "2026-01-31";
  for await (const { contact, checkpoint } of watchContacts(ledgers, { since, change: "info", onFailure })) {
    const changed: Contact = contact;
    save(JSON.stringify([changed.lastInfoChangedAt, checkpoint]));
  }
}

// @ts-expect-error `filter` is not a key of the body
export const misspeltKey = people.POST("/search", { body: { filter: [] } });
export const misspeltClause = people.POST("/search", {
  // @ts-expect-error `feild` is not a key of a clause
  body: { filters: [{ operator: "and", filters: [{ type: "must", feild: "jobs.title" }] }] },
});
// @ts-expect-error `size` is a number
export const textualSize = people.POST("/search", { body: { size: "1" } });
// @ts-expect-error `matches` is missing
export const nobody = people.POST("/find", { body: {} });
// @ts-expect-error a search is posted
export const wrongMethod = people.GET("/search");
// @ts-expect-error there is no such path
export const wrongPath = people.POST("/serach", { body: {} });
// @ts-expect-error a search has a body
export const noBody = people.POST("/search");
// @ts-expect-error the id is missing
export const noId = people.GET("/person/{id}");
// @ts-expect-error `timeuot` is not an option
export const misspeltOption = people.POST("/search", { body: {}, timeuot: 5_000 });
// @ts-expect-error a timeout is a number of ms
export const textualTimeout = people.POST("/search", { body: {}, timeout: "5s" });
// @ts-expect-error a user's credentials go as a form, which `userPassword` sends
export const user = identity.POST("/session", { body: { username: "jane", password: "secret" } });
// @ts-expect-error a service account needs its secret
export const halfAccount = identity.POST("/session", { body: { grantType: "clientCredentials", clientId: "c" } });
// @ts-expect-error a watch starts somewhere: `since` is missing
export const watchFromNowhere = watchContacts(ledgers, { every: 60_000 });
// @ts-expect-error only jobs or all information can be watched
export const watchTitles = watchContacts(ledgers, { since: new Date(), change: "title" });
// @ts-expect-error contacts are in the ledgers service
export const watchEverything = watchContacts(createLiveData(), { since: new Date() });
