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
  "a service account signs in with JSON, once for all calls": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    await Promise.all(Array.from({ length: 5 }, () => unwrap(people.POST("/search", { body: { size: 0 } }))));
    const [session, ...others] = await api.tell("requestsTo", "createSession");
    same(others.length, 0, "further exchanges");
    same(session.headers["content-type"], "application/json", "content type");
    same(session.body, { grantType: "clientCredentials", clientId: account.clientId, clientSecret: "***" }, "body");
    same(session.status, 200, "status");
  },

  "a user signs in with a form": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api, { auth: userPassword(user) });
    unwrap(await people.POST("/search", { body: { size: 0 } }));
    const [session] = await api.tell("requestsTo", "createSession");
    same(session.headers["content-type"].split(";")[0], "application/x-www-form-urlencoded", "content type");
    same(session.body, { username: user.username, password: "***" }, "body");
  },

  "an API key is sent as it is": async ({ open }) => {
    const api = await open();
    unwrap(await clientOf(api, { auth: apiKey(key) }).people.POST("/search", { body: { size: 0 } }));
    same(await api.tell("sessions.exchanges"), 0, "exchanges");
  },

  "credentials that are wrong are rejected by name": async ({ open }) => {
    const api = await open();
    const livedata = clientOf(api, { auth: serviceAccount({ ...account, clientSecret: "a-wrong-secret" }) });
    const error = await rejection(livedata.people.POST("/search", { body: { size: 0 } }));
    ok(error instanceof SessionError, `it is a SessionError: ${error}`);
    same([error.code, error.reason, error.status], ["session", "rejected", 401], "code, reason and status");
  },

  "a token is renewed ahead of its end, behind the calls": async ({ open }) => {
    const api = await open();
    /** @type {string[]} */
    const events = [];
    const livedata = clientOf(api, { observe: ({ type }) => events.push(type) });
    const first = await livedata.accessToken();
    await api.passTime(57 * MINUTE);
    same(await livedata.accessToken(), first, "the token of 57 minutes later");
    await until(() => events.includes("refreshed_behind"));
    ok((await livedata.accessToken()) !== first, "the next token is another one");
    unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    same(await api.tell("sessions.exchanges"), 2, "exchanges");
  },

  "a token that is about to end, or has ended, is never sent": async ({ open }) => {
    const api = await open();
    const livedata = clientOf(api);
    for (const time of [0, HOUR - 5_000, 2 * HOUR + 1_000]) {
      await api.passTime(time);
      unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    }
    same(statusesOf(await api.tell("requestsTo", "searchPeople")), [200, 200, 200], "statuses");
    same(await api.tell("sessions.exchanges"), 3, "exchanges");
  },

  "an expiresAt without a time zone is UTC, here and where one is given": async ({ open }) => {
    for (const format of ["isoformat", "zulu", "offset"]) {
      const api = await open({ expiresAtFormat: format });
      /** @type {number[]} */
      const lives = [];
      const livedata = clientOf(api, {
        observe: (event) => event.type === "exchange_succeeded" && lives.push(event.life),
      });
      await livedata.accessToken();
      const [life = 0] = lives;
      ok(Math.abs(life - HOUR) <= 2_000, `a life of 1 h by ${format}, not of ${life} ms`);
    }
    return `${-new Date().getTimezoneOffset()} min from UTC`;
  },

  "a clock that is off does no harm": async ({ open }) => {
    const api = await open({ clockSkew: -90 * MINUTE });
    const livedata = clientOf(api);
    await livedata.accessToken();
    unwrap(await livedata.people.POST("/search", { body: { size: 0 } }));
    same(await api.tell("sessions.exchanges"), 1, "exchanges");
  },

  "a 401 is answered with a new token and the same body": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    const body = { size: 3, filters: atNvidia };
    unwrap(await people.POST("/search", { body }));
    await api.tell("sessions.revokeAll");
    const found = await Promise.all(Array.from({ length: 3 }, () => unwrap(people.POST("/search", { body }))));
    same(
      found.map((page) => page.people.length > 0),
      [true, true, true],
      "whether each found somebody",
    );
    const requests = await api.tell("requestsTo", "searchPeople");
    same(statusesOf(requests).filter((status) => status === 200).length, 4, "answers with 200");
    for (const { body: sent } of requests) same(sent, body, "a body");
    ok(statusesOf(requests).includes(401), "one was rejected");
    same(await api.tell("sessions.exchanges"), 2, "exchanges");
  },

  "a second 401 is returned as it is": async ({ open }) => {
    const api = await open();
    await api.tell("failures.next", "searchPeople", { status: 401 }, 2);
    const result = await clientOf(api).people.POST("/search", { body: { size: 1 } });
    const error = await rejection((async () => unwrap(result))());
    ok(error instanceof AuthenticationError, `it is an AuthenticationError: ${error}`);
    const requests = await api.tell("requestsTo", "searchPeople");
    same(statusesOf(requests), [401, 401], "statuses");
    same(requests[1].body, { size: 1 }, "body of the second");
  },

  "the exchange follows no redirect": async ({ open }) => {
    const api = await open();
    await api.tell("failures.next", "createSession", { status: 307, headers: { Location: "/elsewhere" } });
    const error = await rejection(clientOf(api).accessToken());
    same([error.code, error.reason], ["session", "invalid_response"], "code and reason");
    same((await api.tell("requests")).length, 1, "requests");
  },

  "a bare fetch is authorized, and sent again on a 401": async ({ open }) => {
    const api = await open();
    const { fetch, ...where } = api.reach;
    const tokens = createTokenSource({ auth: serviceAccount(account), ...api.reach });
    const send = authFetch(tokens, fetch && { fetch });
    const url = `${where.baseUrl ?? "https://gotlivedata.io"}/api/people/v1/${orgId}/search`;
    const body = JSON.stringify({ size: 2 });
    await tokens.token();
    await api.tell("sessions.revokeAll");
    const headers = { "Content-Type": "application/json" };
    const inputs = /** @type {const} */ ([
      [url, { method: "POST", headers, body }],
      [new Request(url, { method: "POST", headers, body }), undefined],
    ]);
    for (const [input, init] of inputs) {
      await api.tell("sessions.revokeAll");
      const response = await send(input, init);
      same((await response.json()).people.length, 2, "people");
    }
    const requests = await api.tell("requestsTo", "searchPeople");
    same(statusesOf(requests), [401, 200, 401, 200], "statuses");
    for (const { body: sent } of requests) same(sent, { size: 2 }, "a body");
  },
};
