// A member of a fleet in a process of its own. Runs the built package, so that it starts fast.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Redis } from "ioredis";
import { createFleet } from "../../dist/esm/fleet/index.js";
import { createLiveData, serviceAccount } from "../../dist/esm/index.js";

const [port, baseUrl, credentials] = process.argv.slice(2);
const { orgId, serviceAccount: account } = JSON.parse(credentials);
const redis = new Redis({ port: Number(port), retryStrategy: () => 50, maxRetriesPerRequest: null });
redis.on("error", () => {});
process.on("unhandledRejection", (error) => send({ type: "unhandled", error: String(error) }));

const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
let clients = 0;
let livedata;
/** Each client has a token source of its own, as each process has. */
function start() {
  const client = ++clients;
  const fleet = createFleet({ command: ([name, ...args]) => redis.call(name, ...args) });
  const observe = (event) =>
    send({ client, at: performance.now(), lag: loop.max / 1e6, ...event, error: event.error && String(event.error) });
  livedata = createLiveData({ orgId, baseUrl, auth: serviceAccount(account), fleet, observe, retry: false });
}

function send(message) {
  process.send(message);
}

process.on("message", async ({ id, todo }) => {
  if (todo === "start") start();
  loop.reset();
  if (todo === "call") await livedata.people.search({ size: 0 }).catch(() => {});
  send({ type: "done", id });
});
redis.ping().then(() => send({ type: "ready" }));
