import { createLiveData, credits, unwrap, verifyWebhook } from "@livedata/sdk";
import { atNvidia, clientOf } from "../client.js";
import { ok, rejection, same, thrown } from "../expect.js";

const WEBHOOK_TOKEN = "the token of the webhook";

/**
 * @param {unknown} body
 * @param {string} [token]
 */
function delivery(body, token) {
  const headers = new Headers({ "Content-Type": "application/json" });
  if (token !== undefined) headers.set("X-LiveData-Token", token);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request("https://backend.test/hook", { method: "POST", headers, body: text });
}

/** @type {import("../conformance.js").Cases} */
export const callCases = {
  "a search returns people, their count and the credits used": async ({ open }) => {
    const api = await open();
    const result = await clientOf(api).people.POST("/search", { body: { size: 4, filters: atNvidia } });
    const { people, count } = unwrap(result);
    ok(people.length > 0 && people.length <= 4 && count >= people.length, `${people.length} people of ${count}`);
    ok(
      people.every(({ id }) => typeof id === "string"),
      "each has an id",
    );
    same(credits(result.response).used, people.length, "credits used, from the headers");
    same(await api.control("credits.used"), people.length, "credits used, as counted by the API");
  },

  "a call has a User-Agent and a Content-Type": async ({ open }) => {
    const api = await open();
    unwrap(await clientOf(api).people.POST("/search", { body: { size: 0 } }));
    const [{ headers, method }] = await api.control("requestsTo", "searchPeople");
    same(method, "POST", "method");
    same(headers["content-type"], "application/json", "content type");
    ok(/^livedata-sdk\/\d/.test(headers["user-agent"]), `the user agent: ${headers["user-agent"]}`);
  },

  "non-ASCII text is sent and received unchanged": async ({ open }) => {
    const api = await open();
    const name = "Łukasz Ünal 李 🦊";
    const { id } = await api.control("addPerson", { name });
    const { people } = clientOf(api);
    same(unwrap(await people.GET("/person/{id}", { params: { path: { id } } })).name, name, "name");
    const search_term = `${name}@example.com`;
    unwrap(
      await people.POST("/find", { body: { matches: [{ fields: [{ field_name: "email_address", search_term }] }] } }),
    );
    const [request] = await api.control("requestsTo", "findPeople");
    same(request.body.matches[0].fields[0].search_term, search_term, "search term sent");
  },

  "a company is found by its domain": async ({ open }) => {
    const { companies } = clientOf(await open());
    const path = { company_lookup: "nvidia.com" };
    same(unwrap(await companies.GET("/companies/{company_lookup}", { params: { path } })).name, "NVIDIA", "name");
  },

  "contacts are added, with a resend on a 401, and listed": async ({ open }) => {
    const api = await open();
    const { ledgers } = clientOf(api);
    unwrap(await ledgers.GET("/contacts"));
    await api.control("sessions.revokeAll");
    const contact = { name: "Jane Doe", company: "Example Corp" };
    unwrap(await ledgers.POST("/contacts", { body: contact }));
    const listed = JSON.stringify(unwrap(await ledgers.GET("/contacts")));
    ok(listed.includes("Jane Doe"), `Jane Doe is listed: ${listed.slice(0, 200)}`);
    const requests = await api.control("requestsTo", "createContacts");
    same(
      requests.map((/** @type {any} */ { status, body }) => [status < 300, body]),
      [
        [false, contact],
        [true, contact],
      ],
      "statuses and bodies of the requests",
    );
  },

  "a search above maxCredits is not sent": async ({ open }) => {
    const api = await open();
    const call = clientOf(api).people.POST("/search", { body: { size: 50 }, maxCredits: 5 });
    const error = await rejection(call);
    same([error.code, error.cost, error.limit], ["credit_limit", 50, 5], "code, cost and limit");
    same(await api.control("credits.used"), 0, "credits used");
  },

  "the response of a call can be read several times": async ({ open }) => {
    const { data, response } = await clientOf(await open()).people.POST("/search", { body: { size: 2 } });
    const copies = [
      await response.json(),
      JSON.parse(await response.text()),
      JSON.parse(new TextDecoder().decode(await response.arrayBuffer())),
      await response.clone().json(),
      await new Response(response.body, response).json(),
    ];
    for (const copy of copies) same(copy, data, "copy of the data");
    ok(response instanceof Response, "it is a Response");
    same([response.ok, response.status], [true, 200], "ok and status");
    ok(response.headers.get("content-type")?.startsWith("application/json"), "it has its headers");
  },

  "a body can be read as a stream": async ({ open }) => {
    const api = await open();
    const { data } = await clientOf(api).people.POST("/search", { body: { size: 2 }, parseAs: "stream" });
    ok(data instanceof ReadableStream, "it is a stream");
    const { people } = await new Response(/** @type {any} */ (data)).json();
    same(people.length, 2, "people");
  },

  "verifyWebhook accepts only the right token and a contact": async () => {
    const contact = { id: "contact-1", name: "Jane Doe" };
    same(await verifyWebhook(delivery(contact, WEBHOOK_TOKEN), WEBHOOK_TOKEN), contact, "contact");
    const rejected = /** @type {const} */ ([
      [delivery(contact, "another token"), "token"],
      [delivery(contact), "token"],
      [delivery("{", WEBHOOK_TOKEN), "body"],
      [delivery([1], WEBHOOK_TOKEN), "body"],
    ]);
    for (const [request, reason] of rejected) {
      const error = await rejection(verifyWebhook(request, WEBHOOK_TOKEN));
      same([error.code, error.reason], ["webhook", reason], "code and reason");
    }
  },

  "invalid options throw at once": async () => {
    const missing = thrown(() => createLiveData({ orgId: "" }));
    same(missing.code, "configuration", "code");
    const insecure = thrown(() => createLiveData({ orgId: "o_0123abcd", baseUrl: "http://gotlivedata.io" }));
    same(insecure.code, "configuration", "code");
  },
};
