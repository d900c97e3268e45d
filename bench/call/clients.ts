import { createLiveData, type LiveDataOptions, serviceAccount, unwrap } from "@livedata/sdk";
import { drift } from "@livedata/sdk/drift";
import { undiciNetwork } from "@livedata/sdk/undici";
import createClient from "openapi-fetch";
import type { paths } from "../../src/generated/people.js";
import type { Clients, Target } from "./client.js";

export const clients: Clients = {
  fetch: (target) => () => fetchJson(target),
  "fetch with a timeout": (target) => async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 30_000);
    try {
      return await fetchJson(target, { signal: controller.signal });
    } finally {
      clearTimeout(timer);
    }
  },
  "openapi-fetch": ({ origin, orgId, body }) => {
    const baseUrl = `${origin}/api/people/v1/${orgId}`;
    const people = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer token" } });
    return async () => (await people.POST("/search", { body })).data;
  },
  "path calls": (target) => {
    const { people } = ours(target);
    return async () => unwrap(await people.POST("/search", { body: target.body }));
  },
  "named methods": (target) => {
    const { people } = ours(target);
    return () => people.search(target.body);
  },
  "named methods over undici": (target) => {
    const { people } = ours(target, { network: undiciNetwork() });
    return () => people.search(target.body);
  },
  "named methods with observer and logger": (target) => {
    const ignore = () => {};
    const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    const { people } = ours(target, { observe: ignore, logger, logLevel: "info" });
    return () => people.search(target.body);
  },
  "named methods with drift of every call": (target) => withDrift(target, 1),
  "named methods with drift of 1 call in 100": (target) => withDrift(target, 0.01),
};

async function fetchJson({ origin, path, body }: Target, init?: RequestInit): Promise<unknown> {
  const headers = { authorization: "Bearer token", "content-type": "application/json" };
  const response = await fetch(origin + path, { ...init, method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** Checks what was sampled at once, so that it counts as a cost of its call. */
function withDrift(target: Target, sample: number) {
  const plugin = drift({ sample, report() {} });
  const { people } = ours(target, { plugins: [plugin] });
  return async () => {
    const page = await people.search(target.body);
    plugin.findings();
    return page;
  };
}

function ours({ origin, orgId }: Target, options?: LiveDataOptions) {
  const auth = serviceAccount({ clientId: "id", clientSecret: "secret" });
  return createLiveData({ orgId, auth, baseUrl: origin, ...options });
}
