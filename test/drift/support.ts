import { readFileSync } from "node:fs";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import { type DriftConfirmation, type DriftFinding, drift } from "../../src/drift/index.js";

export type Found = DriftConfirmation | DriftFinding;

/** A response of the API: a body that is sent as JSON, or a Response. */
export type Answer = unknown;

/** A call, by the operation it is for. */
export const calls = {
  find: (livedata: LiveData) => livedata.people.POST("/find", { body: { matches: [] } }),
  previewFind: (livedata: LiveData) => livedata.people.POST("/find/preview", { body: { matches: [] } }),
  search: (livedata: LiveData) => livedata.people.POST("/search", { body: { size: 1 } }),
  retrieve: (livedata: LiveData) => livedata.people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } }),
  lookup: (livedata: LiveData) => livedata.people.POST("/persons/lookup_by_ids", { body: { ids: ["LDP-1-EXAMPLE"] } }),
  company: (livedata: LiveData) =>
    livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "acme.com" } } }),
  contacts: (livedata: LiveData) => livedata.ledgers.GET("/contacts"),
  addContacts: (livedata: LiveData) => livedata.ledgers.POST("/contacts", { body: { name: "a", company: "b" } }),
  imports: (livedata: LiveData) => livedata.ledgers.GET("/imports"),
  session: (livedata: LiveData) =>
    livedata.identity.POST("/session", { body: { username: "a", password: "b" } as never }),
} satisfies Record<string, (livedata: LiveData) => Promise<unknown>>;

export type CallName = keyof typeof calls;

/** Makes a client that is checked, whose API gives the responses, in turn. */
export function open(
  answers: readonly Answer[],
  { sample = 1, ...options }: { sample?: number; baseUrl?: string } = {},
) {
  const left = [...answers];
  const reported: Found[] = [];
  const plugin = drift({ sample, report: (finding) => reported.push(finding) });
  const livedata = createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    plugins: [plugin],
    retry: false,
    fetch: async () => {
      const answer = left.length > 1 ? left.shift() : left[0];
      return answer instanceof Response ? answer.clone() : Response.json(answer);
    },
    ...options,
  });
  return { livedata, plugin, reported };
}

/** Makes a call for each response, and returns what was found. */
export async function findingsOf(name: CallName, answers: readonly Answer[]): Promise<readonly Found[]> {
  const { livedata, plugin } = open(answers);
  for (const _ of answers) {
    await calls[name](livedata).catch(() => {});
    plugin.findings();
  }
  return plugin.findings();
}

export function isFinding(found: Found): found is DriftFinding {
  return found.kind !== "confirmed";
}

/** Reads an example of the OpenAPI documents. */
export function example(name: string): Record<string, object> {
  return JSON.parse(readFileSync(`openapi/examples/${name}.json`, "utf8"));
}

/** Returns a copy of a body with another value at a place; `undefined` removes what is there. */
export function plant(body: unknown, path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(body);
  const keys = path.split("/").slice(1);
  const last = keys.pop();
  if (last === undefined) return value;
  const parent = keys.reduce<unknown>((node, key) => Reflect.get(node as object, key), copy) as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}
