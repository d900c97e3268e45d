import {
  createFakeLiveData,
  type FakeLiveData,
  type FakeLiveDataOptions,
  fakeCredentials,
} from "../../src/testing/index.js";
import type { FindResponse, SearchRequest, SearchResponse, Session } from "../../src/types.js";

export const HOST = "http://live-data.test";
export const SESSION_PATH = "/api/identity/v1/session";
export const { orgId } = fakeCredentials;

/** A response with its parsed body. */
export interface JsonResponse<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Sends one request, JSON in and JSON out; a body makes it a POST. */
export async function send<Body = unknown>(
  fake: Pick<FakeLiveData, "fetch">,
  path: string,
  { body, token, host = HOST }: { body?: unknown; token?: string; host?: string } = {},
): Promise<JsonResponse<Body>> {
  const response = await fake.fetch(host + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Opens a session for the default service account. */
export function exchange(
  fake: Pick<FakeLiveData, "fetch">,
  secret: string = fakeCredentials.serviceAccount.clientSecret,
) {
  return send<Session>(fake, SESSION_PATH, {
    body: {
      grantType: "clientCredentials",
      clientId: fakeCredentials.serviceAccount.clientId,
      clientSecret: secret,
    },
  });
}

/** Creates a fake, and functions that call it with the default API key. */
export function open(options: FakeLiveDataOptions = {}) {
  const fake = createFakeLiveData(options);
  const token = fakeCredentials.apiKey;
  const call = <Body>(path: string, body?: unknown) =>
    send<Body>(fake, `/api/people/v1/${orgId}${path}`, { token, body });
  return {
    fake,
    get: <Body>(path: string) => send<Body>(fake, path, { token }),
    people: call,
    search: (body: SearchRequest) => call<SearchResponse>("/search", body),
    find: (body: unknown) => call<FindResponse>("/find", body),
  };
}

/** Creates a clock that moves only when `advance` is called. */
export function createClock(start = Date.UTC(2026, 0, 31, 12)) {
  let time = start;
  const clock = () => time;
  return Object.assign(clock, {
    advance(milliseconds: number) {
      time += milliseconds;
    },
  });
}
