import * as sdk from "@livedata/sdk";
import { fakeCredentials } from "@livedata/sdk/testing";
import { clientOf } from "../client.js";
import { ok, rejection, same } from "../expect.js";

/** @type {readonly (readonly [status: number, code: string, Class: Function])[]} */
const statuses = [
  [400, "bad_request", sdk.BadRequestError],
  [402, "credits_exhausted", sdk.CreditsExhaustedError],
  [403, "permission_denied", sdk.PermissionDeniedError],
  [404, "not_found", sdk.NotFoundError],
  [409, "unexpected_status", sdk.UnexpectedStatusError],
  [422, "bad_request", sdk.BadRequestError],
  [429, "rate_limited", sdk.RateLimitedError],
  [500, "server", sdk.ServerError],
];

/**
 * Makes a search fail. Returns its error.
 *
 * @param {sdk.LiveData} livedata
 * @param {import("../worlds.js").Api} api
 * @param {unknown} failure
 */
async function failedSearch(livedata, api, failure) {
  await api.control("failures.next", "searchPeople", failure);
  const timeout = failure === "stall" ? 100 : 5_000;
  const search = livedata.people.POST("/search", { body: { size: 1 }, retry: false, timeout });
  return rejection(search.then(sdk.unwrap));
}

/** @type {import("../conformance.js").Cases} */
export const errorCases = {
  "each status has its error class and code": async ({ open }) => {
    for (const [status, code, Class] of statuses) {
      const api = await open({ people: 0 });
      const headers = { "X-Request-Id": "request-1" };
      const error = await failedSearch(clientOf(api), api, { status, headers, body: { message: "no" } });
      same([error.code, error.status, error.requestId], [code, status, "request-1"], "code, status and request id");
      same(
        [error.operation, error.attempts, error.body],
        ["POST /search", 1, { message: "no" }],
        "operation, attempts and body",
      );
      ok(
        error instanceof Class && error instanceof sdk.LiveDataError && error instanceof Error,
        "it is an instance of its classes",
      );
      ok(!(error instanceof sdk.AbortedError), "it is an instance of no other class");
      ok(sdk.isLiveDataError(error), "isLiveDataError accepts it");
    }
    ok(!sdk.isLiveDataError(new TypeError("another")), "isLiveDataError rejects other errors");
  },

  "an error of one copy of the SDK is an instance of the class of the other copy": async ({
    open,
    platform: { otherCopy },
  }) => {
    if (otherCopy === undefined) return "there is only one copy";
    ok(otherCopy.LiveDataError !== sdk.LiveDataError, "there are two copies");
    const api = await open();
    const error = await failedSearch(clientOf(api), api, { status: 404 });
    ok(error instanceof otherCopy.NotFoundError, "it is a NotFoundError of the other copy");
    ok(!(error instanceof otherCopy.ServerError), "it is no ServerError of the other copy");
    ok(otherCopy.isLiveDataError(error), "isLiveDataError of the other copy accepts it");
  },

  "no error, client or credentials object shows a secret, a token or a person": async ({
    open,
    platform: { inspectors = [] },
  }) => {
    const { serviceAccount: account } = fakeCredentials;
    const api = await open();
    const livedata = clientOf(api);
    const token = await livedata.accessToken();
    const errors = [];
    const person = { status: 404, body: { message: "no Jane Doe" } };
    for (const failure of ["reset", "truncated", "malformed", "stall", person]) {
      errors.push(await failedSearch(livedata, api, failure));
    }
    const elsewhere = await open();
    for (const failure of [{ status: 500 }, { status: 401 }, { status: 307, headers: { Location: "/" } }]) {
      await elsewhere.control("failures.next", "createSession", failure, 3);
      errors.push(await rejection(clientOf(elsewhere).accessToken()));
      await elsewhere.control("failures.clear");
    }
    const shown = [...errors, livedata, livedata.people, sdk.serviceAccount(account), { token: livedata.accessToken }];
    for (const value of shown) {
      const texts = [String(value), JSON.stringify(value) ?? "", ...inspectors.map((inspect) => inspect(value))];
      if (value instanceof Error) texts.push(String(value.stack), String(value.cause));
      for (const text of texts) {
        ok(!text.includes(token), `no token in ${text.slice(0, 200)}`);
        ok(!text.includes(account.clientSecret), `no secret in ${text.slice(0, 200)}`);
        ok(!text.includes("Jane Doe"), `no person in ${text.slice(0, 200)}`);
      }
    }
    return `${shown.length} values`;
  },
};
