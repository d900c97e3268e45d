import { createServer } from "node:http";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { createLiveData, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { undiciNetwork } from "@livedata/sdk/undici";

/** Runs on Node over the undici that is installed next to the SDK: `undici.js <version>`. */
const fake = createFakeLiveData({ people: 5 });
await fake.listen();
const [version] = process.argv.slice(2);
const { orgId, serviceAccount: account } = fakeCredentials;
const network = undiciNetwork();

/** @param {string | undefined} baseUrl */
const connect = (baseUrl) =>
  createLiveData({
    orgId,
    auth: serviceAccount(account),
    network,
    ...(baseUrl && { baseUrl }),
    retry: { baseDelay: 1 },
  });
const livedata = connect(fake.url);

/** @type {{ name: string, ok: boolean, detail: string }[]} */
const results = [];

/**
 * @param {string} name
 * @param {() => Promise<unknown>} run
 * @param {unknown} expected
 */
async function tryCase(name, run, expected) {
  const result = await run().then(JSON.stringify, String);
  results.push({ name, ok: result === JSON.stringify(expected), detail: `${result} with undici ${version}` });
}

/**
 * @param {import("node:http").RequestListener} listener
 * @param {(client: import("@livedata/sdk").LiveData) => Promise<unknown>} run
 */
async function withServer(listener, run) {
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/session")) {
      response.end(JSON.stringify({ accessToken: "token", expiresAt: "2099-01-01T00:00:00" }));
    } else {
      listener(request, response);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    return await run(connect(`http://127.0.0.1:${port}`));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const found = { people: [], count: 1 };

await tryCase("signs in and searches", async () => (await livedata.people.search({ size: 2 })).people.length, 2);
await tryCase("returns a Response to who asks", async () => {
  const { response } = await livedata.people.POST("/search", { body: { size: 1 } });
  return [response instanceof Response, (await response.json()).people.length];
}, [true, 1]);
await tryCase(
  "refreshes a rejected token and sends the body again",
  async () => {
    fake.sessions.revokeAll();
    return (await livedata.people.search({ size: 3 })).people.length;
  },
  3,
);
await tryCase(
  "decodes gzip",
  () =>
    withServer(
      (_request, response) => response.setHeader("content-encoding", "gzip").end(gzipSync(JSON.stringify(found))),
      ({ people }) => people.search({}),
    ),
  found,
);
await tryCase(
  "retries a broken connection",
  () => {
    let requests = 0;
    return withServer(
      (request, response) => (++requests < 2 ? request.socket.destroy() : response.end(JSON.stringify(found))),
      ({ people }) => people.search({}),
    );
  },
  found,
);
await tryCase(
  "times out in the middle of a body",
  () =>
    withServer(
      (_request, response) => void response.write("{"),
      ({ people }) => people.search({}, { timeout: 200, retry: false }).catch(({ code }) => code),
    ),
  "timeout",
);
await fake.close();
console.log(JSON.stringify(results));
