import {
  createLiveData,
  type FilterGroup,
  findMany,
  isLiveDataError,
  type LiveData,
  type PeoplePaths,
  type Person,
  paginate,
  type ServiceClient,
  serviceAccount,
  unwrap,
  verifyWebhook,
} from "@livedata/sdk";
import { createFakeLiveData, type FakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** A small backend. The lines that must not compile detect types that became `any`. */

const fake: FakeLiveData = createFakeLiveData({ people: 10 });
const livedata: LiveData = createLiveData({
  orgId: fakeCredentials.orgId,
  auth: serviceAccount(fakeCredentials.serviceAccount),
  fetch: fake.fetch,
});

const worksAt = (company: string): FilterGroup[] => [
  {
    operator: "and",
    filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: [company] }],
  },
];

export async function search(company: string): Promise<Person[]> {
  const result = await livedata.people.POST("/search", { body: { size: 5, filters: worksAt(company) }, maxCredits: 5 });
  return unwrap(result).people;
}

export async function namesAt(people: ServiceClient<PeoplePaths>, company: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of paginate(people, { filters: worksAt(company) }, { maxCredits: 25 })) {
    if (name) names.push(name);
  }
  return names;
}

export async function namesOf(emails: string[]): Promise<Map<string, string | undefined>> {
  const names = new Map<string, string | undefined>();
  const queries = emails.map((email) => ({
    fields: [{ field_name: "email_address", search_term: email }],
    email,
  }));
  for await (const { query, people } of findMany(livedata.people, queries)) {
    names.set(query.email, people[0]?.name ?? undefined);
  }
  return names;
}

export function statusOf(error: unknown): number {
  if (!isLiveDataError(error)) return 500;
  switch (error.code) {
    case "not_found":
      return 404;
    case "credit_limit":
      return error.cost > error.limit ? 402 : 500;
    case "webhook":
      return error.reason === "token" ? 401 : 400;
    default:
      return error.retryable ? 503 : 502;
  }
}

export async function jobChanged(request: Request): Promise<string | null | undefined> {
  const contact = await verifyWebhook(request, "the token that you chose");
  return contact.name;
}

export async function rehearse(): Promise<number | undefined> {
  const { id } = fake.addPerson({ name: "Ada Example" });
  fake.changeJob(id, { title: "CTO", company: { name: "NVIDIA" } });
  await fake.deliverJobChange(id, {
    url: "https://example.com",
    token: "the token that you chose",
    fetch: async (request) => new Response(await jobChanged(request)),
  });
  fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "5" } });
  return fake.requestsTo("searchPeople")[0]?.body?.size;
}

// @ts-expect-error `filter` is not a key of the body
export const misspeltKey = livedata.people.POST("/search", { body: { filter: [] } });
// @ts-expect-error there is no such path
export const wrongPath = livedata.people.POST("/serach", { body: {} });
// @ts-expect-error a name may be null or absent
export const nameOf = (person: Person): string => person.name;
// @ts-expect-error `maxRetrys` is not an option
export const misspeltOption = createLiveData({ retry: { maxRetrys: 1 } });
// @ts-expect-error there is no such operation
export const wrongOperation = fake.requestsTo("searchPeoples");
