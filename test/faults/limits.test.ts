import { json } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { credits } from "../../src/calls/metadata.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { count } from "../../src/people/count.js";
import { findMany } from "../../src/people/find-many.js";
import { paginate } from "../../src/people/paginate.js";
import { serve } from "../support/serve.js";

type Body = { readonly size: number; readonly matches?: readonly { fields: { search_term: string }[] }[] };

/** A response of the test's server: `lost` breaks the connection after the request was carried out. */
interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly used?: number | string;
  readonly remaining?: number | string;
  readonly cost?: number | string;
  readonly lost?: boolean;
}

/** A client of a server that replies to each request as a function says. */
async function replying(reply: (body: Body, number: number, path: string) => Reply, options: LiveDataOptions = {}) {
  const bodies: Body[] = [];
  const { origin } = await serve(async (request, response) => {
    const body = (await json(request)) as Body;
    const { status = 200, body: data = {}, lost, ...headers } = reply(body, bodies.push(body), request.url ?? "");
    if (lost) {
      request.socket.destroy();
      return;
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(`X-LDT-Credits-${name}`, value);
    response.writeHead(status).end(JSON.stringify(data));
  });
  const retry = { baseDelay: 0 };
  const auth = apiKey("key-1");
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin, retry, ...options });
  return { people: livedata.people, bodies };
}

const person = (id: number | string) => ({ id: `LDP-${id}` });
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => person(from + place));
const query = (term: number) => ({ fields: [{ field_name: "name", search_term: `${term}` }] }) as const;
const queries = (length: number) => Array.from({ length }, (_, term) => query(term));

async function collect<T>(items: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of items) into.push(item);
  return into;
}

describe("[17] a credits header that is not a non-negative integer is unknown", () => {
  test.each(["-1", "-0", "+1", "1.5", "1e3", "", "many", "1, 1", "99999999999999999999", "Infinity", "NaN"])(
    "[17] %j",
    (value) => {
      const headers = { "X-LDT-Credits-Used": value, "X-LDT-Credits-Remaining": value, "X-LDT-Credits-Cost": value };
      const unknown = { used: undefined, remaining: undefined, cost: undefined };
      expect(credits(new Response(null, { headers }))).toEqual(unknown);
    },
  );

  test("[17] a negative cost of a preview is a ProtocolError, and the call is not made", async () => {
    const { people, bodies } = await replying(() => ({ cost: -1 }));
    await expect(people.POST("/search", { body: { size: 5 }, maxCredits: 1 })).rejects.toMatchObject({
      code: "protocol",
    });
    expect(bodies).toHaveLength(1);
  });

  test("[17] a negative `used` counts everyone of the page, and of the batch", async () => {
    const { people } = await replying(({ size, matches }, number) => ({
      used: -1,
      body: matches
        ? { matches: matches.map((_, place) => ({ people: [person(`${number}-${place}`)] })) }
        : { people: ids(number * 10, number * 10 + size), count: 1_000, pagination_token: `${number}` },
    }));
    const found = paginate(people, {}, { pageSize: 10, maxCredits: 25 });
    expect(await collect(found)).toHaveLength(25);
    expect(found.stoppedBy).toBe("max_credits");
    const results = findMany(people, queries(50), { batchSize: 10, maxCredits: 25 });
    expect(await collect(results)).toHaveLength(25);
    expect(results.stoppedBy).toBe("max_credits");
  });
});

describe("[18] a page without anyone new ends paging", () => {
  test.each<[string, (number: number) => object[]]>([
    ["the same people", () => ids(0, 5)],
    ["the same people, not all of them", (number) => ids(number % 2, 5)],
    ["the same people without an id", () => [{ name: "Jane Doe" }, { name: "Joe Doe" }]],
    ["the same people whose id is null, a number or an object", () => [{ id: null, a: 1 }, { id: 7 }, { id: {} }]],
    ["nobody", () => []],
  ])("[18] %s with ever new tokens", async (_name, pageOf) => {
    const { people, bodies } = await replying((_body, number) => ({
      body: { people: pageOf(number - 1), count: 99, pagination_token: `${number}` },
    }));
    const found = paginate(people, {}, { pageSize: 5 });
    expect(await collect(found)).toEqual(pageOf(0));
    expect(found.stoppedBy).toBe("end");
    expect(bodies.length).toBeLessThanOrEqual(2);
  });

  test("[18] but people without an id who look the same are all there", async () => {
    const pages = [
      [{ name: "Jane Doe" }, { name: "Jane Doe" }],
      [{ name: "Joe Doe" }, { name: "Jane Doe" }],
    ];
    const { people } = await replying((_body, number) => ({
      body: { people: pages[number - 1], count: 4, ...(number < 2 && { pagination_token: "1" }) },
    }));
    expect(await collect(paginate(people, {}))).toEqual(pages.flat());
  });
});

describe("[19] a limit is a limit", () => {
  test.each([1, 2, 3, 5])("[19] although pages have more people than `size`: %i", async (limit) => {
    for (const isLast of [true, false]) {
      const { people } = await replying((_body, number) => ({
        body: { people: ids(number * 2, number * 2 + 2), count: 99, ...(!isLast && { pagination_token: `${number}` }) },
      }));
      const found = paginate(people, {}, { limit });
      expect(await collect(found)).toEqual(ids(2, 2 + Math.min(limit, isLast ? 2 : limit)));
      expect(found.stoppedBy).toBe(isLast && limit >= 2 ? "end" : "limit");
      const pages = await collect(paginate(people, {}, { limit }).pages());
      expect(pages.flatMap((page) => page.people)).toHaveLength(Math.min(limit, isLast ? 2 : limit));
    }
  });

  test("[19] the size of findMany, too", async () => {
    const { people } = await replying(({ matches = [] }) => ({
      body: { matches: matches.map(() => ({ people: ids(0, 4) })) },
    }));
    const [result] = await collect(findMany(people, queries(1), { size: 2 }));
    expect(result?.people).toEqual(ids(0, 2));
  });
});

describe("[20] a response that was lost counts", () => {
  test("[20] at the size of its page, since a retry may match others", async () => {
    let charged = 0;
    const { people } = await replying(({ size }, number) => {
      charged += size;
      return {
        lost: number % 2 === 1 && number < 4,
        used: size,
        body: { people: ids(number * 100, number * 100 + size), count: 999, pagination_token: `${number}` },
      };
    });
    const found = paginate(people, {}, { pageSize: 10, maxCredits: 50 });
    const everyone = await collect(found);
    expect([charged, everyone.length, found.stoppedBy]).toEqual([50, 30, "max_credits"]);
  });

  test("[20] each of several", async () => {
    const { people } = await replying(({ size }, number) => ({
      lost: number < 3,
      used: size,
      body: { people: ids(number * 100, number * 100 + size), count: 999, pagination_token: `${number}` },
    }));
    const everyone = await collect(paginate(people, {}, { pageSize: 10, maxCredits: 40 }));
    expect(everyone).toHaveLength(20);
  });

  test("[20] but a retried find once, because it asks for the same people", async () => {
    const paid = new Set<string>();
    const { people } = await replying(({ matches = [] }, number) => {
      const terms = matches.map(({ fields }) => String(fields[0]?.search_term));
      const used = terms.filter((term) => !paid.has(term) && paid.add(term)).length;
      return { lost: number === 1, used, body: { matches: terms.map((term) => ({ people: [person(term)] })) } };
    });
    const results = findMany(people, queries(20), { batchSize: 5, maxCredits: 20 });
    expect(await collect(results)).toHaveLength(20);
    expect([paid.size, results.stoppedBy]).toEqual([20, "end"]);
  });
});

describe("[21] findMany", () => {
  test.each<[string, unknown]>([
    ["a string", "x"],
    ["an object with a length", { length: 1 }],
    ["an object with an element", { length: 1, 0: { people: [] } }],
    ["null", null],
    ["an array that is too long", [{ people: [] }, { people: [] }]],
    ["an empty array", []],
    ["null in an array", [null]],
    ["a string in an array", ["x"]],
    ["an array in an array", [[]].map(() => "x")],
    ["people that are a string", [{ people: "x" }]],
    ["people that are an object with a length", [{ people: { length: 1 } }]],
    ["people of null", [{ people: [null] }]],
    ["people of strings", [{ people: ["x"] }]],
  ])("[21] refuses `matches` that are %s", async (_name, matches) => {
    const { people } = await replying(() => ({ body: { matches } }));
    await expect(collect(findMany(people, queries(1)))).rejects.toMatchObject({
      code: "protocol",
      index: 0,
      status: 200,
    });
  });

  test("[21] takes a match without people for nobody found", async () => {
    const { people } = await replying(() => ({ body: { matches: [{ found: false }, { people: null }] } }));
    const results = await collect(findMany(people, queries(2)));
    expect(results.map((result) => [result.people, result.found])).toEqual([
      [[], false],
      [[], false],
    ]);
  });

  /** An organization with some credits left. Only every third person is known; a find that costs more is refused whole. */
  async function withCredits(left: number, size = 1, header = true) {
    const paid = new Set<string>();
    const { people, bodies } = await replying(({ matches = [] }) => {
      const found = matches.map(({ fields }) => {
        const term = Number(fields[0]?.search_term);
        return term % 3 === 0 ? Array.from({ length: size }, (_, place) => `${term}-${place}`) : [];
      });
      const fresh = found.flat().filter((id) => !paid.has(id));
      const remaining = () => (header ? { remaining: left } : {});
      if (fresh.length > left) return { status: 402, used: 0, ...remaining() };
      left -= fresh.length;
      for (const id of fresh) paid.add(id);
      return {
        used: fresh.length,
        ...remaining(),
        body: { matches: found.map((each) => ({ people: each.map(person) })) },
      };
    });
    return { people, bodies, paid, left: () => left };
  }

  test("[21] shrinks a batch that costs more than the credits left", async () => {
    const { people, bodies, left } = await withCredits(5);
    const results: unknown[] = [];
    const error = await collect(findMany(people, queries(25), { concurrency: 1 }), results).catch((reason) => reason);
    expect(bodies.map(({ matches }) => matches?.length)).toEqual([25, 5, 5, 5, 5]);
    expect([results.length, left()]).toEqual([15, 0]);
    expect(error).toMatchObject({
      code: "credits_exhausted",
      index: 15,
      size: 5,
      status: 402,
    });
    // Whoever resumes gets the rest.
    const { people: richer } = await withCredits(25);
    await collect(findMany(richer, queries(25), { start: error.index }), results);
    expect(results).toHaveLength(25);
  });

  test("[21] finishes a batch whose queries cost less than they might", async () => {
    const { people, left } = await withCredits(5);
    expect(await collect(findMany(people, queries(15)))).toHaveLength(15);
    expect(left()).toBe(0);
  });

  test("[21] halves a batch if the API does not say what is left", async () => {
    const { people, left } = await withCredits(5, 1, false);
    const results: unknown[] = [];
    await expect(collect(findMany(people, queries(25)), results)).rejects.toMatchObject({ index: 15, size: 1 });
    expect([results.length, left()]).toEqual([15, 0]);
  });

  test("[21] asks for one query as long as credits are left", async () => {
    const { people, left } = await withCredits(5, 2);
    const results: unknown[] = [];
    const run = collect(findMany(people, queries(25), { size: 2, concurrency: 1 }), results);
    await expect(run).rejects.toMatchObject({ index: 6, size: 1, remaining: 1 });
    expect([results.length, left()]).toEqual([6, 1]);
  });

  test("[21] gives up if the API says that enough is left and refuses all the same", async () => {
    const { people, bodies } = await replying(() => ({ status: 402, remaining: 1_000 }));
    await expect(collect(findMany(people, queries(25)))).rejects.toMatchObject({ index: 0, size: 1 });
    expect(bodies.length).toBeLessThanOrEqual(6);
  });

  test("[21] keeps to `maxCredits` and to the order with several batches", async () => {
    const { people, paid } = await withCredits(12);
    const results = findMany(people, queries(60), { batchSize: 10, maxCredits: 10 });
    const everyone = await collect(results);
    expect(everyone.map(({ index }) => index)).toEqual(everyone.map((_, place) => place));
    expect([paid.size, results.stoppedBy]).toEqual([10, "max_credits"]);
  });
});

test.each([null, "3", -1, 1.5])("[33] count refuses a `count` of %j", async (value) => {
  const { people } = await replying(() => ({ body: { people: [], count: value } }));
  await expect(count(people)).rejects.toMatchObject({ code: "protocol", operation: "POST /search" });
});
