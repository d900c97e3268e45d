import nock from "nock";
import { afterEach, beforeEach } from "vitest";

/** Origin of the mocked API. */
export const HOST = "https://api.test";
export const ORG = "o_0123abcd";
export const SEARCH = `/api/people/v1/${ORG}/search`;
export const CLIENT_SECRET = "s3cret-of-the-test";

/** A request as the API received it. */
export interface Received {
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** An API mocked with nock. Session exchanges return `token-1`, `token-2` and so on; searches return scripted statuses. */
export interface MockApi {
  /** The searches it received, in order. */
  readonly searches: readonly Received[];
  /** Returns the number of session exchanges. */
  readonly exchanges: () => number;
  /** Sets the statuses of the next searches. Searches after the last return 200. */
  respond(...statuses: number[]): void;
  /** Makes searches with one of these tokens return 401. */
  revoke(...tokens: string[]): void;
  /** Sets the status of the next session exchanges. `undefined` restores 200. */
  failExchanges(status: number | undefined): void;
}

beforeEach(() => {
  nock.disableNetConnect();
});

afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

/** Mocks the API until the test ends. */
export function mockApi(): MockApi {
  const searches: Received[] = [];
  const revoked = new Set<string>();
  let statuses: number[] = [];
  let exchanges = 0;
  let exchangeStatus: number | undefined;

  nock(HOST)
    .persist()
    .post("/api/identity/v1/session")
    .reply(() => {
      exchanges++;
      if (exchangeStatus) return [exchangeStatus, { message: "no session" }];
      return [200, { accessToken: `token-${exchanges}`, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }];
    });
  nock(HOST)
    .persist()
    .post(SEARCH)
    .query(true)
    .reply(function (_uri, body) {
      const headers = Object.fromEntries(Object.entries(this.req.headers)) as Received["headers"];
      const header = (name: string) => [headers[name]].flat()[0];
      const authorization = header("authorization");
      const text = typeof body === "string" ? body : JSON.stringify(body);
      searches.push({ authorization, contentType: header("content-type"), body: text, headers });
      const isRevoked = revoked.has(authorization?.replace("Bearer ", "") ?? "");
      const status = statuses.shift() ?? (isRevoked ? 401 : 200);
      return [status, status === 200 ? { people: [], count: 0 } : { message: `status ${status}` }];
    });

  return {
    searches,
    exchanges: () => exchanges,
    respond: (...next) => {
      statuses = next;
    },
    revoke: (...tokens) => {
      for (const token of tokens) revoked.add(token);
    },
    failExchanges: (status) => {
      exchangeStatus = status;
    },
  };
}
