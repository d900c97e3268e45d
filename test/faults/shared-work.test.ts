import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { SessionError } from "../../src/errors/classes.js";
import { serve } from "../support/serve.js";
import { sessionModel } from "../support/session-model.js";
import { settle } from "../support/settle.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const orgId = "o_0123abcd";
const BODY = { size: 1 };

describe("a shared exchange whose request ended", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("[1] is replaced by the next caller once its deadline is over, and its late token is not stored", async () => {
    const { source, exchanges, clock } = sessionModel();
    source.token().catch(() => {});
    await settle();
    clock.advance(10_499);
    source.token().catch(() => {});
    await settle();
    expect(exchanges).toHaveLength(1);
    clock.advance(1);
    const token = source.token();
    await settle();
    expect(exchanges).toHaveLength(2);
    await exchanges[1]?.succeed();
    expect((await token).value).toBe("token-2");
    await exchanges[0]?.succeed();
    expect((await source.token()).value).toBe("token-2");
  });

  test("[1] is replaced while callers wait for it, by one of them for all", async () => {
    const { source, exchanges, clock } = sessionModel();
    source.token().catch(() => {});
    await settle();
    const waiting = [source.token(), source.token(), source.token()];
    await settle();
    clock.advance(10_500);
    await vi.advanceTimersByTimeAsync(10_500);
    await settle();
    expect(exchanges).toHaveLength(2);
    await exchanges[1]?.succeed();
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(["token-2", "token-2", "token-2"]);
  });

  test("[1] gets a new deadline with each further attempt", async () => {
    const { source, exchanges, clock } = sessionModel();
    const token = source.token();
    await settle();
    clock.advance(9_000);
    await exchanges[0]?.fail(new SessionError("timeout", "slow"));
    await settle();
    expect(exchanges).toHaveLength(2);
    clock.advance(9_000);
    await vi.advanceTimersByTimeAsync(18_000);
    await settle();
    expect(exchanges).toHaveLength(2);
    await exchanges[1]?.succeed();
    expect((await token).value).toBe("token-2");
  });

  test("[1] is not lost during the delay before a further attempt", async () => {
    const model = sessionModel();
    const { source, exchanges, clock } = model;
    const waiting = [source.token()];
    await settle();
    model.beforeDelayEnds = () => waiting.push(source.token());
    clock.advance(9_000);
    await exchanges[0]?.fail(new SessionError("unavailable", "503", { retryAfter: 4_000 }));
    await settle();
    expect(exchanges).toHaveLength(2);
    const failures = waiting.map((token) => expect(token).rejects.toMatchObject({ attempts: 2 }));
    await exchanges[1]?.fail(new SessionError("invalid_response", "no session"));
    await Promise.all(failures);
  });

  test("[1] does not keep the token from being refreshed in the background later", async () => {
    const { source, exchanges, clock } = sessionModel(3_600_000);
    const first = source.token();
    await settle();
    await exchanges[0]?.succeed();
    await first;
    clock.advance(3_600_000 - 200_000);
    await source.token();
    await settle();
    expect(exchanges).toHaveLength(2);
    clock.advance(10_500);
    expect((await source.token()).value).toBe("token-1");
    await settle();
    expect(exchanges).toHaveLength(3);
  });

  test("[1] counts for the function of an API key, too", async () => {
    const reads: ((key: string) => void)[] = [];
    const source = createTokenSource({ auth: apiKey(() => new Promise<string>((resolve) => reads.push(resolve))) });
    // The timers of a request that ended never fire: that of the function, and that of its caller's wait.
    const dead = (() => 0) as unknown as typeof setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementationOnce(dead).mockImplementationOnce(dead);
    source.token().catch(() => {});
    await vi.advanceTimersByTimeAsync(9_000);
    const waiting = source.token();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(reads).toHaveLength(2);
    reads[1]?.("key-2");
    expect((await waiting).value).toBe("key-2");
    reads[0]?.("key-1");
    await settle();
    expect((await source.token()).value).toBe("key-2");
    vi.restoreAllMocks();
  });
});

describe("callers of a failed exchange", () => {
  /** An API whose session endpoint answers as told, and counts. */
  async function api(answer: (response: ServerResponse) => void) {
    let exchanges = 0;
    const { origin } = await serve((request, response) => {
      request.resume().on("end", () => {
        exchanges++;
        answer(response);
      });
    });
    return { origin, exchanges: () => exchanges };
  }

  const failed = (call: Promise<unknown>) =>
    call.then(
      () => {
        throw new Error("did not fail");
      },
      (error: unknown) => error as SessionError,
    );

  test("[2] get an error each, with the shared one as its cause and their own frames", async () => {
    const { origin, exchanges } = await api((response) => response.writeHead(401).end());
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    async function callerOne() {
      await livedata.people.POST("/search", { body: BODY });
    }
    async function callerTwo() {
      await livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "x.com" } } });
    }
    async function callerThree() {
      return await livedata.accessToken();
    }
    async function callerFour() {
      await livedata.people.POST("/search", { body: BODY, totalTimeout: 5_000 });
    }
    const errors = await Promise.all([callerOne(), callerTwo(), callerThree(), callerFour()].map(failed));
    expect(exchanges()).toBe(1);
    expect(new Set(errors).size).toBe(4);
    expect(new Set(errors.map(({ cause }) => cause)).size).toBe(1);
    for (const [index, name] of ["callerOne", "callerTwo", "callerThree", "callerFour"].entries()) {
      const error = errors[index];
      expect(error).toBeInstanceOf(SessionError);
      expect(error).toMatchObject({ reason: "rejected", status: 401, attempts: 1, retryable: false });
      expect(error?.cause).toBeInstanceOf(SessionError);
      expect(error?.cause).not.toBe(error);
      expect(error?.stack).toContain(name);
    }
    for (const error of errors) error.message = `prefix: ${error.message}`;
    for (const { message } of errors) expect(message.match(/prefix/g)).toHaveLength(1);
  });

  test("[2] get an error each while the failure is remembered", async () => {
    const { origin, exchanges } = await api((response) => response.end("no session"));
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    const first = await failed(livedata.accessToken());
    const second = await failed(livedata.accessToken());
    expect(exchanges()).toBe(1);
    expect(second).not.toBe(first);
    expect(second).toMatchObject({ reason: "invalid_response", message: first.message });
  });

  test("[2] get an error each when the function of a secret or an API key fails", async () => {
    const down = new Error("vault is down");
    const secret = async (): Promise<string> => {
      throw down;
    };
    for (const failing of [serviceAccount({ clientId: "client-1", clientSecret: secret }), apiKey(secret)]) {
      const livedata = createLiveData({ orgId, auth: failing });
      async function callerName() {
        await livedata.people.POST("/search", { body: BODY });
      }
      const [one, two] = await Promise.all([failed(callerName()), failed(callerName())]);
      expect(two).not.toBe(one);
      expect(one).toMatchObject({ code: "configuration", cause: down });
      expect(one?.stack).toContain("callerName");
    }
  });

  test.each(["timeout", "totalTimeout"] as const)(
    "[2] a TimeoutError of `%s` has the caller's frames",
    async (option) => {
      const { origin } = await serve((request, response) => {
        if (request.url?.endsWith("/session")) {
          const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
          request.resume().on("end", () => response.end(JSON.stringify({ accessToken: "token-1", expiresAt })));
        }
      });
      const livedata = createLiveData({ orgId, auth, baseUrl: origin });
      await livedata.accessToken();
      async function impatientCaller() {
        await livedata.people.POST("/search", { body: BODY, retry: false, [option]: 30 });
      }
      const error = await failed(impatientCaller());
      expect(error).toMatchObject({ code: "timeout" });
      expect(error.stack).toContain("impatientCaller");
      expect(error.stack).toContain(error.message);
    },
  );
});
