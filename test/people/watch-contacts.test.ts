import { afterEach, describe, expect, test, vi } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import type { LedgersCalls } from "../../src/calls/types.js";
import { createLiveData } from "../../src/client.js";
import { ConfigurationError } from "../../src/errors/classes.js";
import {
  type ContactsCheckpoint,
  type WatchContactsOptions,
  type WatchFailure,
  watchContacts,
  watchWithTiming,
} from "../../src/people/watch-contacts.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { settle } from "../support/settle.js";

type Reply = object | Response | Error;

/** A ledger whose requests receive the replies in order, the last one again and again. Its time passes in delays alone. */
function openLedger(...replies: Reply[]) {
  const queries: Record<string, string>[] = [];
  const delays: number[] = [];
  let time = 5_000;
  const fetch = async ({ url }: Request) => {
    queries.push(Object.fromEntries(new URL(url).searchParams));
    const reply = replies[Math.min(queries.length, replies.length) - 1] ?? [];
    if (reply instanceof Error) throw reply;
    return reply instanceof Response ? reply.clone() : Response.json(reply);
  };
  const { ledgers } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch, retry: false });
  const timing = {
    now: () => time,
    random: () => 0,
    delay: async (ms: number) => {
      if (delays.push(ms) > 50) throw new Error("the watch does not end");
      time += ms;
    },
  };
  const watch = (options: Partial<WatchContactsOptions> = {}) =>
    watchWithTiming(ledgers, { since: "2026-01-01", ...options }, timing);
  const pass = (ms: number) => {
    time += ms;
  };
  return { ledgers, queries, delays, watch, pass };
}

const at = (id: string, lastJobChangedAt: string | null, more = {}) => ({ id, lastJobChangedAt, ...more });

/** Takes as many contacts as there should be, then leaves the loop. */
async function take(watch: ReturnType<ReturnType<typeof openLedger>["watch"]>, count: number) {
  const taken: string[] = [];
  const checkpoints: ContactsCheckpoint[] = [];
  for await (const { contact, checkpoint } of watch) {
    taken.push(contact.id);
    checkpoints.push(checkpoint);
    if (taken.length === count) break;
  }
  return { taken, checkpoints };
}

const one = at("last", "2026-02-01T00:00:00Z");

describe("watchContacts asks", () => {
  test.each([
    ["2026-01-31", "2026-01-30T23:59:59Z"],
    ["2026-01-31T10:00:00Z", "2026-01-31T09:59:59Z"],
    ["2026-01-31T10:00:00.999999", "2026-01-31T09:59:59Z"],
    ["2026-01-31T10:00:00+02:00", "2026-01-31T07:59:59Z"],
    [new Date("2026-01-31T10:00:00.500Z"), "2026-01-31T09:59:59Z"],
    [new Date(0), "1970-01-01T00:00:00Z"],
    [{ change: "job", time: "2026-01-31T10:00:00Z", seen: { a: "1" } } as const, "2026-01-31T09:59:59Z"],
  ])("from a second before %j", async (since, bound) => {
    const { watch, queries } = openLedger([one]);
    await take(watch({ since }), 1);
    expect(queries).toEqual([{ lastJobChangedAt: bound }]);
  });

  test("from a second before the last contact, once the list is taken", async () => {
    const { watch, queries } = openLedger([at("a", "2026-01-03T00:00:00Z"), at("b", "2026-01-02T00:00:00Z")], [one]);
    await take(watch(), 3);
    expect(queries.map(({ lastJobChangedAt }) => lastJobChangedAt)).toEqual([
      "2025-12-31T23:59:59Z",
      "2026-01-02T23:59:59Z",
    ]);
  });

  test("for changes of any information with `change: info`", async () => {
    const contacts = [{ id: "a", lastInfoChangedAt: "2026-01-02T00:00:00Z", lastJobChangedAt: null }];
    const { watch, queries } = openLedger(contacts);
    const { taken, checkpoints } = await take(watch({ change: "info" }), 1);
    expect(taken).toEqual(["a"]);
    expect(queries).toEqual([{ lastInfoChangedAt: "2025-12-31T23:59:59Z" }]);
    expect(checkpoints).toEqual([{ change: "info", time: "2026-01-02T00:00:00Z", seen: { a: expect.any(String) } }]);
  });

  test("each `every` ms, and a minute apart by default", async () => {
    const { watch, delays } = openLedger([], [], [one]);
    await take(watch({ every: 5_000 }), 1);
    const { watch: watchByDefault, delays: defaults } = openLedger([], [one]);
    await take(watchByDefault(), 1);
    expect([delays, defaults]).toEqual([[5_000, 5_000], [60_000]]);
  });

  test("sooner by the time that the caller needed, and at once if it was longer than `every`", async () => {
    const { watch, delays, pass } = openLedger(
      [at("a", "2026-01-02T00:00:00Z")],
      [at("b", "2026-01-03T00:00:00Z")],
      [one],
    );
    for await (const { contact } of watch({ every: 5_000 })) {
      pass(contact.id === "a" ? 2_000 : 6_000);
      if (contact.id === "last") break;
    }
    expect(delays).toEqual([3_000, 0]);
  });
});

describe("watchContacts yields", () => {
  test("contacts in the order of their change times, to the nanosecond and across time zones", async () => {
    const inOrder = [
      at("a", "2026-01-02T00:00:00+00:01"),
      at("b", "2026-01-02"),
      at("c", "2026-01-02T00:00:00.000000001Z"),
      at("d", "2026-01-02T00:00:00.0001"),
      at("e", "2026-01-02T00:00:00.001Z"),
      at("f", "2026-01-01T23:00:00-01:01"),
    ];
    const { watch } = openLedger([...inOrder].reverse());
    const { taken } = await take(watch(), 6);
    expect(taken).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("contacts that changed at `since`, and none that changed before, even if the API ignores the filter", async () => {
    const { watch } = openLedger([one, at("at", "2026-01-01T00:00:00Z"), at("before", "2025-12-31T23:59:59.999999Z")]);
    const { taken } = await take(watch(), 2);
    expect(taken).toEqual(["at", "last"]);
  });

  test("no contact without a change time", async () => {
    const { watch } = openLedger([at("never", null), { id: "unknown" }, one]);
    const { taken } = await take(watch(), 1);
    expect(taken).toEqual(["last"]);
  });

  test("a contact again after it changed again, and not before", async () => {
    const first = at("a", "2026-01-02T00:00:00Z");
    const { watch } = openLedger([first], [first], [at("a", "2026-01-02T00:00:00.000000001Z")], [first, one]);
    const { taken } = await take(watch(), 3);
    expect(taken).toEqual(["a", "a", "last"]);
  });

  test("after a restart, only those of the last time that were not seen", async () => {
    const time = "2026-01-02T00:00:00Z";
    const { watch } = openLedger([at("a", time), at("b", time), at("c", time)]);
    const { checkpoints } = await take(watch(), 2);
    const digest = expect.stringMatching(/^[0-9a-z]{1,11}$/);
    expect(checkpoints).toEqual([
      { change: "job", time, seen: { a: digest } },
      { change: "job", time, seen: { a: digest, b: digest } },
    ]);
    const stored: ContactsCheckpoint = JSON.parse(JSON.stringify(checkpoints[1]));
    const restarted = openLedger([at("b", time), at("d", time), at("c", time), at("a", time)]);
    const { taken, checkpoints: next } = await take(restarted.watch({ since: stored }), 2);
    expect(taken).toEqual(["d", "c"]);
    expect(next.at(-1)).toEqual({ change: "job", time, seen: { ...stored.seen, d: digest, c: digest } });
    expect(Object.keys(stored.seen)).toEqual(["a", "b"]);
  });

  test("a contact again after it changed again within the same time, also after a restart", async () => {
    const work = (company: string) => [at("a", "2026-01-02T00:00:00Z", { company })];
    const { watch } = openLedger(work("One"), work("One"), work("Two"), work("Two"), work("One"), [one]);
    const { taken, checkpoints } = await take(watch(), 4);
    expect(taken).toEqual(["a", "a", "a", "last"]);
    const stored: ContactsCheckpoint = JSON.parse(JSON.stringify(checkpoints[1]));
    const restarted = openLedger(work("Two"), work("Three"), [one]);
    expect((await take(restarted.watch({ since: stored }), 2)).taken).toEqual(["a", "last"]);
  });

  test("no contact again because its members come in another order", async () => {
    const [id, lastJobChangedAt] = ["a", "2026-01-02T00:00:00Z"];
    const { watch } = openLedger(
      [{ id, lastJobChangedAt, contactInfo: { email: "a@example.com", emailStatus: "valid" } }],
      [{ contactInfo: { emailStatus: "valid", email: "a@example.com" }, lastJobChangedAt, id }],
      [one],
    );
    expect((await take(watch(), 2)).taken).toEqual(["a", "last"]);
  });

  test("checkpoints in which nobody can be recognized", async () => {
    const { watch } = openLedger([at("a", "2026-01-02T00:00:00Z", { name: "Jane Doe", company: "Example Corp" })]);
    const { checkpoints } = await take(watch(), 1);
    expect(JSON.stringify(checkpoints)).not.toMatch(/Jane|Doe|Example/);
  });

  test("checkpoints that may be read later", async () => {
    const time = "2026-01-02T00:00:00Z";
    const { watch } = openLedger([at("a", time), at("b", time)], [at("c", time)], [one]);
    const loop = watch();
    const items = [await loop.next(), await loop.next(), await loop.next(), await loop.next()];
    const ids = items.map(({ value }) => Object.keys(value?.checkpoint.seen ?? {}));
    expect(ids).toEqual([["a"], ["a", "b"], ["a", "b", "c"], ["last"]]);
  });

  test("checkpoints that cost nothing until `seen` is read", async () => {
    const { watch } = openLedger([at("a", "2026-01-02T00:00:00Z")]);
    const { value } = await watch().next();
    const copy = vi.spyOn(Object, "fromEntries");
    const checkpoint = value?.checkpoint;
    expect(copy).not.toHaveBeenCalled();
    expect(checkpoint?.seen).toHaveProperty("a");
    expect(copy).toHaveBeenCalledOnce();
    copy.mockRestore();
  });

  test("a contact that is listed twice once", async () => {
    const twice = at("a", "2026-01-02T00:00:00Z");
    const { watch } = openLedger([twice, twice, one]);
    expect((await take(watch(), 2)).taken).toEqual(["a", "last"]);
  });
});

describe("a failure", () => {
  const unavailable = new Response(null, { status: 503 });

  test("is waited out, twice as long each time, up to 5 minutes, and reported to `onFailure`", async () => {
    const replies = Array.from({ length: 11 }, (_, index) =>
      index === 1 ? new TypeError("fetch failed") : unavailable,
    );
    const { watch, delays } = openLedger(...replies, [one]);
    const failures: WatchFailure[] = [];
    await take(watch({ onFailure: (failure) => failures.push(failure) }), 1);
    expect(delays.map((ms) => ms / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(failures.map(({ delay }) => delay)).toEqual(delays);
    expect(failures.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(failures.slice(0, 2).map(({ error }) => error.code)).toEqual(["server", "connection"]);
  });

  test("waits half as long if the jitter says so", async () => {
    const { ledgers } = openLedger(unavailable, [one]);
    const delays: number[] = [];
    const timing = { now: () => 0, random: () => 1 - 1e-9, delay: async (ms: number) => void delays.push(ms) };
    await take(watchWithTiming(ledgers, { since: "2026-01-01" }, timing), 1);
    expect(delays).toEqual([expect.closeTo(500)]);
  });

  test("starts with a short wait again after a list was read", async () => {
    const { watch, delays } = openLedger(unavailable, unavailable, [], unavailable, [one]);
    await take(watch({ every: 60_000 }), 1);
    expect(delays).toEqual([1_000, 2_000, 60_000, 1_000]);
  });

  test.each([
    ["7", 7_000],
    ["86400", 300_000],
  ])("with Retry-After: %s waits %i ms", async (retryAfter, ms) => {
    const { watch, delays } = openLedger(new Response(null, { status: 500, headers: { "Retry-After": retryAfter } }), [
      one,
    ]);
    await take(watch(), 1);
    expect(delays).toEqual([ms]);
  });

  test.each([
    [400, "bad_request"],
    [401, "authentication"],
    [403, "permission_denied"],
    [404, "not_found"],
    [501, "server"],
  ])("with status %i ends the watch", async (status, code) => {
    const { watch, queries } = openLedger(new Response(null, { status }));
    await expect(watch().next()).rejects.toMatchObject({ code, operation: "GET /contacts" });
    expect(queries).toHaveLength(1);
  });

  test("ends the watch if `onFailure` rejects", async () => {
    const { watch, delays } = openLedger(unavailable);
    const onFailure = async ({ error }: WatchFailure) => {
      await settle();
      throw error;
    };
    await expect(watch({ onFailure }).next()).rejects.toMatchObject({ code: "server", status: 503 });
    expect(delays).toEqual([]);
  });

  test("ends the watch if `onFailure` throws", async () => {
    const { watch, delays } = openLedger(unavailable);
    const onFailure = ({ error, failures }: WatchFailure) => {
      if (failures === 3) throw error;
    };
    await expect(watch({ onFailure }).next()).rejects.toMatchObject({ code: "server", status: 503 });
    expect(delays).toHaveLength(2);
  });
});

describe("the pages of a list", () => {
  const page = (ids: readonly string[], token?: string | null) => ({
    contacts: ids.map((id) => at(id, `2026-01-0${id}T00:00:00Z`)),
    pagination_token: token,
  });

  test("are followed by their token, before anything is yielded", async () => {
    const pages = [page(["5", "2"], "x"), page(["4"], "y"), page(["3", "2"])];
    const { watch, queries } = openLedger(...pages, ...pages);
    const { taken } = await take(watch(), 4);
    expect(taken).toEqual(["2", "3", "4", "5"]);
    const since = { lastJobChangedAt: "2025-12-31T23:59:59Z" };
    const reading = [since, { ...since, pagination_token: "x" }, { ...since, pagination_token: "y" }];
    expect(queries).toEqual([...reading, ...reading]);
  });

  test("may have a token in camelCase, and an empty last page with a token", async () => {
    const pages = [
      { contacts: [one], count: 1, paginationToken: "x" },
      { contacts: [], count: 1, paginationToken: "y" },
    ];
    const { watch, queries } = openLedger(...pages, ...pages);
    const { taken } = await take(watch(), 1);
    expect(taken).toEqual(["last"]);
    expect(queries.map(({ paginationToken }) => paginationToken)).toEqual([undefined, "x", undefined, "x"]);
  });

  test("start again from the first after a failure", async () => {
    const broken = new Response(null, { status: 502 });
    const pages = [page(["1"], "x"), page(["2"])];
    const { watch, queries } = openLedger(page(["1"], "x"), broken, ...pages, ...pages);
    const { taken } = await take(watch(), 2);
    expect(taken).toEqual(["1", "2"]);
    const tokens = queries.map(({ pagination_token }) => pagination_token);
    expect(tokens).toEqual([undefined, "x", undefined, "x", undefined, "x"]);
  });

  test.each<[string, Reply[]]>([
    ["the same token twice", [page(["1"], "x"), page(["2"], "x")]],
    ["the same contacts twice", [page(["1"], "x"), page(["1"], "y")]],
    ["fewer contacts than their count", [{ ...page(["1"], "x"), count: 3 }, page(["2"])]],
  ])("are refused with %s, five times in a row", async (_name, pages) => {
    const { watch, queries } = openLedger(...Array(5).fill(pages).flat(), [one]);
    const message = expect.stringMatching(/repeat|fewer/);
    await expect(watch().next()).rejects.toMatchObject({ code: "protocol", message });
    expect(queries).toHaveLength(10);
  });

  test("with fewer contacts than their count are accepted if all readings together have as many", async () => {
    const first = [{ ...page(["1", "2"], "x"), count: 3 }, page(["2"])];
    const second = [{ ...page(["2", "3"], "x"), count: 3 }, page(["2"])];
    const { watch } = openLedger(...first, ...second, ...first, ...second, ...first);
    const { taken } = await take(watch(), 3);
    expect(taken.sort()).toEqual(["1", "2", "3"]);
  });

  test("may list a contact twice, and count it twice", async () => {
    const { watch } = openLedger({ ...page(["1", "1", "2"]), count: 3 });
    expect((await take(watch(), 2)).taken).toEqual(["1", "2"]);
  });

  test("are read again from the first after they repeated", async () => {
    const pages = [page(["1"], "x"), page(["2"])];
    const { watch } = openLedger(page(["1"], "x"), page(["1"], "y"), ...pages, ...pages);
    expect((await take(watch(), 2)).taken).toEqual(["1", "2"]);
  });

  test("are read until two readings agree, and lose no contact that moved in between", async () => {
    const moved = { contacts: [at("2", "2026-01-02T00:00:00Z"), at("3", "2026-01-03T00:00:00Z")] };
    const pages = [{ ...moved, pagination_token: "x" }, page(["4", "5"])];
    // The first contact changes after the first page was read, so that the third moves to that page.
    const { watch, queries, delays } = openLedger(page(["1", "2"], "x"), page(["4", "5"]), ...pages, ...pages, [one]);
    expect((await take(watch(), 5)).taken).toEqual(["1", "2", "3", "4", "5"]);
    expect([queries.length, delays.length]).toEqual([6, 0]);
  });

  test("are taken as they are if five readings differ, each contact with its latest change", async () => {
    const readings = Array.from({ length: 5 }, (_, index) => [
      { contacts: [at("a", `2026-01-02T00:00:0${index}Z`)], pagination_token: "x" },
      page(["4"]),
    ]);
    const { watch, queries } = openLedger(...readings.flat(), [one]);
    const { taken, checkpoints } = await take(watch(), 3);
    expect(taken).toEqual(["a", "4", "last"]);
    expect(checkpoints[0]?.time).toBe("2026-01-02T00:00:04Z");
    expect(queries).toHaveLength(11);
  });

  test("are refused if they do not end", async () => {
    let pages = 0;
    const response = new Response();
    const GET = async () => ({ data: { contacts: [at(`${pages++}`, null)], paginationToken: `${pages}` }, response });
    const watch = watchContacts({ GET } as unknown as LedgersCalls, { since: "2026-01-01" })[Symbol.asyncIterator]();
    await expect(watch.next()).rejects.toThrow("the list has more than 10000 pages");
    expect(pages).toBe(10_000);
  });

  test.each<[string, object, string]>([
    ["a cursor", { nextCursor: "abc" }, "`nextCursor`"],
    ["`hasMore`", { hasMore: true }, "`hasMore`"],
    ["`hasMore` that is false", { hasMore: false }, "`hasMore`"],
    ["a token that is no text", { pagination_token: 7 }, "`pagination_token`"],
    ["a count that is no number", { count: "1" }, "`count`"],
    ["another count", { totalCount: 2, total_count: 2 }, "`totalCount`, `total_count`"],
    ["numbers of pages", { page: 1, pages: 2 }, "`page`, `pages`"],
    ["an object about pages", { meta: { next_cursor: null } }, "`meta`"],
    ["links", { links: { next: "/contacts?page=2" } }, "`links`"],
    ["a member of every object", { constructor: "x" }, "`constructor`"],
    ["a member whose name may be somebody's", { "jane@example.com": 1 }, "(not a name)"],
  ])("are refused with %s, and the error names it", async (_name, members, names) => {
    const { watch, queries } = openLedger({ data: [one], ...members });
    const message = expect.stringMatching(`unknown members: ${names.replace(/[()]/g, "\\$&")}$`);
    await expect(watch().next()).rejects.toMatchObject({ code: "protocol", message });
    expect(queries).toHaveLength(1);
  });

  test.each<[string, object, ResponseInit?]>([
    ["a larger `count`", { data: [one], count: 2 }],
    ["a larger `total`", { data: [one], total: 2 }],
    ["a larger `X-Total-Count`", [one], { headers: { "X-Total-Count": "2" } }],
    ["a link", [one], { headers: { Link: '</contacts?page=2>; rel="next"' } }],
    ["a link in another form", [one], { headers: { Link: '</a?page=1>; rel=prev, </a?page=3>; Rel="last Next"' } }],
    ["a link without quotes", [one], { headers: { Link: "</contacts?page=2>; rel=next" } }],
    ["status 206", [one], { status: 206, headers: { "Content-Range": "items 0-0/2" } }],
  ])("are refused if %s says that the list goes on", async (_name, body, init) => {
    const { watch } = openLedger(Response.json(body, init));
    const message = expect.stringMatching("goes on|fewer contacts");
    await expect(watch().next()).rejects.toMatchObject({ code: "protocol", message });
  });

  test.each<[string, Reply]>([
    ["in an object", { items: [one] }],
    ["with a number of contacts", { items: [one], count: 1, total: 1 }],
    ["without a next page", { items: [one], next: null, pagination_token: "" }],
    ["with another link", Response.json([one], { headers: { Link: '</next?page=1>; rel="prev"; title=next' } })],
  ])("are a list %s", async (_name, reply) => {
    const { watch } = openLedger(reply);
    expect((await take(watch(), 1)).taken).toEqual(["last"]);
  });
});

test.each<[string, object]>([
  ["an object without a list", {}],
  ["an object with two lists", { contacts: [one], errors: [] }],
  ["a list of something else", [null]],
  ["a contact without an id", [{ lastJobChangedAt: null }]],
  ["contacts of version 2", [{ id: "a", last_company_changed_at: null }]],
  ["a time that cannot be parsed", [at("a", "yesterday")]],
  ["a day that does not exist", [at("a", "2026-02-30")]],
])("a response with %s ends the watch", async (_name, body) => {
  const { watch } = openLedger(body);
  await expect(watch().next()).rejects.toMatchObject({ code: "protocol", operation: "GET /contacts" });
});

describe("the signal", () => {
  const aborted = { code: "aborted", cause: "enough", operation: "GET /contacts" };

  test("ends the watch before the first request", async () => {
    const { watch, queries } = openLedger([one]);
    await expect(watch({ signal: AbortSignal.abort("enough") }).next()).rejects.toMatchObject(aborted);
    expect(queries).toEqual([]);
  });

  test("ends the watch between two contacts", async () => {
    const { watch } = openLedger([at("a", "2026-01-02T00:00:00Z"), one]);
    const controller = new AbortController();
    const loop = watch({ signal: controller.signal });
    await loop.next();
    controller.abort("enough");
    await expect(loop.next()).rejects.toMatchObject(aborted);
  });

  test("ends the watch during a request", async () => {
    const controller = new AbortController();
    const fetch = ({ signal }: Request) =>
      new Promise<Response>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        controller.abort("enough");
      });
    const { ledgers } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
    const watch = watchContacts(ledgers, { since: "2026-01-01", signal: controller.signal });
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject(aborted);
  });
});

describe("with the platform's timers", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("the signal ends the wait for the next request, and leaves no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { ledgers, queries } = openLedger([]);
    const controller = new AbortController();
    const next = watchContacts(ledgers, { since: "2026-01-01", signal: controller.signal })
      [Symbol.asyncIterator]()
      .next();
    next.catch(() => {});
    await vi.advanceTimersByTimeAsync(59_999);
    await settle();
    expect(queries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(queries).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort("enough");
    await expect(next).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(["the client", "the client it is derived from"])("closing %s ends the wait", async (which) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const fetch = vi.fn(async () => Response.json([]));
    const client = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
    const livedata = which === "the client" ? client : client.withOptions({ orgId: "o_4567cdef" });
    const next = watchContacts(livedata.ledgers, { since: "2026-01-01" })[Symbol.asyncIterator]().next();
    next.catch(() => {});
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(vi.getTimerCount()).toBe(1);
    await client.close();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    await expect(next).rejects.toMatchObject({ code: "aborted", attempts: 0, operation: "GET /contacts" });
    expect(fetch).toHaveBeenCalledOnce();
  });

  test("a client that was closed before the wait ends the watch without one", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const fetch = async () => Response.json([one]);
    const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
    const loop = watchContacts(livedata.ledgers, { since: "2026-01-01" })[Symbol.asyncIterator]();
    await loop.next();
    await livedata.close();
    await expect(loop.next()).rejects.toMatchObject({ code: "aborted", attempts: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a rate limit is waited out as long as the API asks", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { ledgers, queries } = openLedger(new Response(null, { status: 429, headers: { "Retry-After": "120" } }), [
      one,
    ]);
    const failures: WatchFailure[] = [];
    const options = { since: "2026-01-01", onFailure: (failure: WatchFailure) => failures.push(failure) };
    const next = watchContacts(ledgers, options)[Symbol.asyncIterator]().next();
    await vi.advanceTimersByTimeAsync(119_000);
    await settle();
    expect(queries).toHaveLength(1);
    expect(failures).toMatchObject([{ error: { code: "rate_limited" }, failures: 1 }]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await next).value?.contact).toEqual(one);
    expect(queries).toHaveLength(2);
  });

  test("leaving the loop ends the watch, and each loop starts at `since`", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { ledgers, queries } = openLedger([one]);
    const watch = watchContacts(ledgers, { since: "2026-01-01" });
    for (const _loop of [1, 2]) for await (const _contact of watch) break;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(queries).toEqual(Array(2).fill({ lastJobChangedAt: "2025-12-31T23:59:59Z" }));
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("sees each job change of the fake once, over an outage and a restart", async () => {
  let now = Date.parse("2026-03-01T12:00:00Z");
  const { orgId } = fakeCredentials;
  const fake = createFakeLiveData({ people: 5, clock: () => now });
  const auth = apiKey(fakeCredentials.apiKey);
  const { ledgers } = createLiveData({ orgId, auth, fetch: fake.fetch, retry: false });
  const people = fake.people.slice(0, 3);
  await ledgers.createContacts(
    people.map(({ name, linkedin }) => ({ name: name ?? "", company: "?", linkedin: linkedin ?? "" })),
  );
  const move = (index: number, name: string) =>
    fake.changeJob(people[index]?.id ?? "", { title: "CTO", company: { name } });
  const atDelay = [
    () => move(0, "One"),
    () => {
      fake.failures.next("listContacts", "reset", 2);
      move(1, "Two");
      move(0, "Three");
    },
  ];
  const timing = {
    now: () => 0,
    random: Math.random,
    delay: async () => {
      now += 1_000;
      atDelay.shift()?.();
    },
  };
  const seen: (string | null | undefined)[] = [];
  let stored: ContactsCheckpoint | undefined;
  for await (const { contact, checkpoint } of watchWithTiming(ledgers, { since: new Date(now) }, timing)) {
    seen.push(contact.company);
    stored = checkpoint;
    if (seen.length === 2) break;
  }
  move(2, "Four");
  for await (const { contact } of watchWithTiming(ledgers, { since: stored ?? "" }, timing)) {
    seen.push(contact.company);
    if (contact.company === "Four") break;
  }
  expect(seen.sort()).toEqual(["Four", "One", "Three", "Two"]);
  expect(fake.requestsTo("listContacts").every(({ refusal }) => refusal === undefined)).toBe(true);
});

test("sees both of two changes of one person of the fake within a second", async () => {
  const { orgId } = fakeCredentials;
  const fake = createFakeLiveData({ people: 5, clock: () => Date.UTC(2026, 2, 1) });
  const auth = apiKey(fakeCredentials.apiKey);
  const { ledgers } = createLiveData({ orgId, auth, fetch: fake.fetch });
  const { id } = fake.addPerson({ name: "Ada Example", linkedin: "ada-example" });
  await ledgers.createContacts([{ name: "Ada Example", company: "?", linkedin: "ada-example" }]);
  const move = (name: string) => fake.changeJob(id, { title: "CTO", company: { name } });
  move("One");
  const seen: (string | null | undefined)[] = [];
  const times = new Set<string>();
  const timing = { now: () => 0, random: Math.random, delay: async () => void move("Two") };
  for await (const { contact, checkpoint } of watchWithTiming(ledgers, { since: "2026-03-01" }, timing)) {
    seen.push(contact.company);
    times.add(checkpoint.time);
    if (seen.length === 2) break;
  }
  expect(seen).toEqual(["One", "Two"]);
  expect(times.size).toBe(2);
});

describe("watchContacts refuses at once", () => {
  const { ledgers } = openLedger();
  const checkpoint = { change: "job", time: "2026-01-31", seen: {} };

  test.each([
    [{}, "since"],
    [{ since: null }, "since"],
    [{ since: 1_767_225_600_000 }, "since"],
    [{ since: "last week" }, "since"],
    [{ since: "2026-02-30" }, "since"],
    [{ since: new Date(Number.NaN) }, "since"],
    [{ since: JSON.stringify(checkpoint) }, "since"],
    [{ since: { ...checkpoint, seen: undefined } }, "since"],
    [{ since: { ...checkpoint, seen: ["a"] } }, "since"],
    [{ since: { ...checkpoint, seen: { a: 1 } } }, "since"],
    [{ since: { ...checkpoint, time: "soon" } }, "since"],
    [{ since: { ...checkpoint, change: "info" } }, "change"],
    [{ since: checkpoint, change: "info" }, "change"],
    [{ since: "2026-01-31", change: "title" }, "change"],
    [{ since: "2026-01-31", change: "toString" }, "change"],
    [{ since: "2026-01-31", every: 60 }, "every"],
    [{ since: "2026-01-31", every: Number.NaN }, "every"],
    [{ since: "2026-01-31", every: Infinity }, "every"],
    [{ since: "2026-01-31", every: "60000" }, "every"],
    [{ since: "2026-01-31", timeout: -1 }, "timeout"],
    [{ since: "2026-01-31", totalTimeout: "60000" }, "totalTimeout"],
    [{ since: "2026-01-31", maxWait: Number.NaN }, "maxWait"],
    [{ since: "2026-01-31", retry: "never" }, "retry"],
    [{ since: "2026-01-31", retry: { maxRetries: 0.5 } }, "retry.maxRetries"],
    [{ since: "2026-01-31", signal: new AbortController() }, "signal"],
    [{ since: "2026-01-31", onFailure: "log" }, "onFailure"],
    [{ since: "2026-01-31", interval: 60_000 }, "interval"],
    [undefined, "since"],
  ])("%j, and names `%s`", (options, name) => {
    const watch = () => watchContacts(ledgers, options as unknown as WatchContactsOptions);
    expect(watch).toThrow(ConfigurationError);
    expect(watch).toThrow(`\`${name}\``);
  });

  test("a checkpoint without its `change`, whose message does not speak of another one", () => {
    const since = { ...checkpoint, change: undefined } as unknown as ContactsCheckpoint;
    expect(() => watchContacts(ledgers, { since })).toThrow("`since` must be a Date");
  });

  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1") });
  test.each([undefined, {}, livedata, livedata.people, livedata.companies, livedata.identity])(
    "a first argument that is not the ledgers service",
    (value) => {
      const watch = () => watchContacts(value as unknown as typeof ledgers, { since: "2026-01-31" });
      expect(watch).toThrow("pass `livedata.ledgers`");
    },
  );
});
