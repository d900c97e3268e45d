import {
  AuthenticationError,
  apiKey,
  authFetch,
  createTokenSource,
  SessionError,
  serviceAccount,
  unwrap,
  userPassword,
} from "@livedata/sdk";
import { fakeCredentials } from "@livedata/sdk/testing";
import { atNvidia, clientOf, until } from "../client.js";
import { ok, rejection, same } from "../expect.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const { orgId, serviceAccount: account, user, apiKey: key } = fakeCredentials;

/** @param {readonly { status: number }[]} requests */
const statusesOf = (requests) => requests.map(({ status }) => status);

/** @type {import("../conformance.js").Cases} */
export const authCases = {
  "a service account signs in with JSON, once for concurrent calls": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    await Promise.all(Array.from({ length: 5 }, () => unwrap(people.POST("/search", { body: { size: 0 } }))));
    const [session, ...others] = await api.control("requestsTo", "createSession");
    same(others.length, 0, "other session exchanges");
    same(session.headers["content-type"], "application/json", "content type");
    same(session.body, { grantType: "clientCredentials", clientId: account.clientId, clientSecret: "***" }, "body");
    same(session.status, 200, "status");
  },

  "a user signs in with a form": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api, { auth: userPassword(user) });
    unwrap(await people.POST("/search", { body: { size: 0 } }));
    const [session] = await api.control("requestsTo", "createSession");
    same(session.headers["content-type"].split(";")[0], "application/x-www-form-urlencoded", "content type");
    same(session.body, { username: user.username, password: "***" }, "body");
  },

  "an API key is sent without a session exchange": async ({ open }) => {
    const api = await open();
    unwrap(await clientOf(api, { auth: apiKey(key) }).people.POST("/search", { body: { size: 0 } }));
    same(await api.control("sessions.exchanges"), 0, "session exchanges");
  },

  "wrong credentials cause a SessionError with reason `rejected`": async ({ open }) => {
    const api = await open();
    const livedata = clientOf(api, { auth: serviceAccount({ ...account, clientSecret: "a-wrong-secret" }) });
    const error = await rejection(livedata.people.POST("/search", { body: { size: 0 } }));
    ok(error instanceof SessionError, `it is a SessionError: ${error}`);
    same([error.code, error.reason, error.status], ["session", "rejected", 401], "code, reason and status");
  },

  "a token is refreshed in the background before it expires": async ({ open }) => {
    const api = await open();
    let isRefreshed = false;
    const livedata = clientOf(api, {
      observe: (event) => {
        if (event.type === "exchange_succeeded" && event.background) isRefreshed = true;
      },
    });
    const first = await livedata.accessToken();
    await api.advanceClock(57 * MINUTE);
    same(await livedata.accessToken(), first, "token after 57 minutes");
    await until(() => isRefreshed);
    ok((await livedata.accessToken()) !== first, "the next token is a new one");
    unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    same(await api.control("sessions.exchanges"), 2, "exchanges");
  },

  "an expired or almost expired token is never sent": async ({ open }) => {
    const api = await open();
    const livedata = clientOf(api);
    for (const time of [0, HOUR - 5_000, 2 * HOUR + 1_000]) {
      await api.advanceClock(time);
      unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    }
    same(statusesOf(await api.control("requestsTo", "searchPeople")), [200, 200, 200], "statuses");
    same(await api.control("sessions.exchanges"), 3, "exchanges");
  },

  "expiresAt is read as UTC without a time zone, and with a given zone or offset": async ({ open }) => {
    for (const format of ["isoformat", "zulu", "offset"]) {
      const api = await open({ expiresAtFormat: format });
      /** @type {number[]} */
      const lifetimes = [];
      const livedata = clientOf(api, {
        observe: (event) => event.type === "exchange_succeeded" && lifetimes.push(event.life),
      });
      await livedata.accessToken();
      const [life = 0] = lifetimes;
      ok(Math.abs(life - HOUR) <= 2_000, `the token lives 1 h with ${format}: ${life} ms`);
    }
    return `${-new Date().getTimezoneOffset()} min from UTC`;
  },

  "a wrong local clock does not cause extra session exchanges": async ({ open }) => {
    const api = await open({ clockSkew: -90 * MINUTE });
    const livedata = clientOf(api);
    await livedata.accessToken();
    unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    same(await api.control("sessions.exchanges"), 1, "exchanges");
  },

  "a 401 is resent with a new token and the same body": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    const body = { size: 3, filters: atNvidia };
    unwrap(await people.POST("/search", { body }));
    await api.control("sessions.revokeAll");
    const found = await Promise.all(Array.from({ length: 3 }, () => unwrap(people.POST("/search", { body }))));
    same(
      found.map((page) => page.people.length > 0),
      [true, true, true],
      "calls that found people",
    );
    const requests = await api.control("requestsTo", "searchPeople");
    same(statusesOf(requests).filter((status) => status === 200).length, 4, "number of 200 responses");
    for (const { body: sent } of requests) same(sent, body, "body");
    ok(statusesOf(requests).includes(401), "at least one request was rejected with 401");
    same(await api.control("sessions.exchanges"), 2, "exchanges");
  },

  "a second 401 is returned to the caller": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", { status: 401 }, 2);
    const result = await clientOf(api).people.POST("/search", { body: { size: 1 } });
    const error = await rejection((async () => unwrap(result))());
    ok(error instanceof AuthenticationError, `it is an AuthenticationError: ${error}`);
    const requests = await api.control("requestsTo", "searchPeople");
    same(statusesOf(requests), [401, 401], "statuses");
    same(requests[1].body, { size: 1 }, "body of the second request");
  },

  "the session exchange follows no redirect": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "createSession", { status: 307, headers: { Location: "/elsewhere" } });
    const error = await rejection(clientOf(api).accessToken());
    same([error.code, error.reason], ["session", "invalid_response"], "code and reason");
    same((await api.control("requests")).length, 1, "requests");
  },

  "authFetch authorizes a fetch and resends it on a 401": async ({ open }) => {
    const api = await open();
    const { fetch, ...where } = api.reach;
    const tokens = createTokenSource({ auth: serviceAccount(account), ...api.reach });
    const send = authFetch(tokens, fetch && { fetch });
    const url = `${where.baseUrl ?? "https://gotlivedata.io"}/api/people/v1/${orgId}/search`;
    const body = JSON.stringify({ size: 2 });
    await tokens.token();
    await api.control("sessions.revokeAll");
    const headers = { "Content-Type": "application/json" };
    const inputs = /** @type {const} */ ([
      [url, { method: "POST", headers, body }],
      [new Request(url, { method: "POST", headers, body }), undefined],
    ]);
    for (const [input, init] of inputs) {
      await api.control("sessions.revokeAll");
      const response = await send(input, init);
      same((await response.json()).people.length, 2, "people");
    }
    const requests = await api.control("requestsTo", "searchPeople");
    same(statusesOf(requests), [401, 200, 401, 200], "statuses");
    for (const { body: sent } of requests) same(sent, { size: 2 }, "body");
  },
};
