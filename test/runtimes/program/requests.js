import { apiKey, createLiveData, serviceAccount } from "@livedata/sdk";
import { advanceClock } from "./clock.js";

/** @type {Map<string, import("@livedata/sdk").LiveData>} */
const clients = new Map();

/**
 * Returns a client that outlives requests, as one in module scope does.
 *
 * @param {string} name
 * @param {string} baseUrl
 */
function clientOf(name, baseUrl) {
  const readKey = async () => (await fetch(`${baseUrl}/vault?client=${name}`)).text();
  const auth = name.startsWith("key") ? apiKey(readKey) : serviceAccount({ clientId: name, clientSecret: "s3cret" });
  const client = clients.get(name) ?? createLiveData({ orgId: "o_0123abcd", auth, baseUrl });
  clients.set(name, client);
  return client;
}

/** A Worker that makes one call for each request: `/call?client=…&totalTimeout=…&leave&pass=…`. */
export default {
  /**
   * @param {Request} request
   * @param {{ API_URL: string }} env
   */
  async fetch(request, { API_URL }) {
    const { searchParams: query } = new URL(request.url);
    if (query.has("pass")) advanceClock(Number(query.get("pass")));
    const totalTimeout = Number(query.get("totalTimeout") ?? Infinity);
    const started = performance.now();
    const call = clientOf(query.get("client") ?? "", API_URL).people.POST("/search", {
      body: { size: 1 },
      totalTimeout,
      retry: false,
    });
    if (query.has("leave")) {
      call.catch(() => {});
      return new Response("left");
    }
    try {
      const { response } = await call;
      return new Response(String(response.status));
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      return new Response(`${name}: ${message} (${Math.round(performance.now() - started)} ms)`);
    }
  },
};
