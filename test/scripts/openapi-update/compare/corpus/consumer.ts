/** Which client a program calls the API with: what the SDK gives, or openapi-fetch itself. */
export type ClientName = "openapi-fetch" | "sdk";

const PRELUDES: Readonly<Record<ClientName, string>> = {
  "openapi-fetch": `import createClient from "openapi-fetch";
const client = createClient<paths>({ baseUrl: "https://items.test" });
export async function remove(id: string): Promise<string> {
  const { data, error } = await client.GET("/items/{id}", { params: { path: { id } } });
  if (error) return error.message;
  await client.DELETE("/items/{id}", { params: { path: { id } } });
  return data.name;
}`,
  sdk: `import type { ServiceClient } from "../../../../../src/calls/types.js";
declare const client: ServiceClient<paths>;
export async function search(): Promise<void> {
  await client.POST("/search", { body: { field: "name", text: "x" }, maxCredits: 5 });
}`,
};

/** What a user has who reads all that the API says, and sends all that it takes. */
const PROGRAM = `
function unreachable(value: never): never {
  throw new Error(String(value));
}

export async function read(id: string): Promise<unknown> {
  const { data, error } = await client.GET("/items/{id}", { params: { path: { id } } });
  if (!data) throw new Error(typeof error === "object" ? error.message : String(error));
  const { name, price, count, note, tags, labels, owner, shape }: {
    name: string;
    price: number;
    count: number;
    note: string | null;
    tags: string[];
    labels: { [name: string]: string };
    owner: { name: string; email?: string | undefined };
    shape: typeof data.shape;
  } = data;
  const genre = data.genre === "drama" ? "a drama" : data.genre;
  const subtitle: string | undefined = data.subtitle?.trim();
  const value = typeof data.value === "number" ? data.value.toFixed(2) : data.value?.trim();
  const version: 1 | undefined = data.version;
  const label: string | undefined = labels["color"]?.trim();
  const size = shape.form === "circle" ? shape.radius : shape.side;
  const all = { name, price, count, note, tags, owner, genre, subtitle, value, version, label, size };
  switch (data.kind) {
    case "book":
      return { ...all, pages: 1 };
    case "film":
      return { ...all, minutes: 1 };
    default:
      return unreachable(data.kind);
  }
}

export async function create(): Promise<string | undefined> {
  const { data } = await client.POST("/items", {
    body: {
      name: "x",
      subtitle: "x",
      kind: "book",
      genre: "crime",
      price: 1.5,
      count: 1,
      note: null,
      tags: ["x"],
      labels: { color: "red" },
      value: 1,
      version: 1,
      owner: { name: "x", email: "x" },
    },
  });
  await client.POST("/items", { body: { name: "x", kind: "film", genre: "unheard of", value: "x" } });
  return data?.id;
}

/** Its body is made apart, as by a mapper. */
export async function createFrom(name: string): Promise<void> {
  const body: NonNullable<paths["/items"]["post"]["requestBody"]>["content"]["application/json"] = {
    name,
    kind: "book",
    subtitle: "x",
    owner: { name: "x", email: "x" },
    labels: { color: "red" },
  };
  await client.POST("/items", { body });
}

export async function list(): Promise<number> {
  const query: NonNullable<paths["/items"]["get"]["parameters"]["query"]> = { q: "x", size: 5, sort: "date" };
  const { data } = await client.GET("/items", { params: { query, header: { "X-Trace": "x" } } });
  await client.GET("/items", { params: { query: { q: "x" } } });
  return data ? data.items.map((item) => item.name.length).length : 0;
}

export async function touch(): Promise<void> {
  await client.POST("/items/{id}/touch", { params: { path: { id: "x" } } });
  await client.POST("/items/{id}/touch", { params: { path: { id: "x" } }, body: { at: "x" } });
}

export async function find(): Promise<string[]> {
  const { data } = await client.POST("/search", {
    body: { operator: "and", filters: [{ field: "name", text: "x", isExact: true }, { operator: "or", filters: [] }] },
  });
  return data?.map((item) => item.id) ?? [];
}

export function total(headers: paths["/items"]["get"]["responses"][200]["headers"]): number {
  return headers["X-Total"];
}

export function onItemChanged(payload: webhooks["itemChanged"]["post"]["requestBody"]["content"]["application/json"]) {
  const reason: string = payload.reason ?? "none";
  switch (payload.event) {
    case "created":
      return payload.item.name + reason;
    case "removed":
      return payload.item.id;
    default:
      return unreachable(payload.event);
  }
}
`;

/**
 * A program of a user of the types.
 *
 * @param client what it calls the API with
 * @param types the module of the types
 */
export function consumer(client: ClientName, types: string): string {
  return `import type { paths, webhooks } from "${types}";\n${PRELUDES[client]}\n${PROGRAM}`;
}
