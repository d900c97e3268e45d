import fc from "fast-check";
import { expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { type ContactsCheckpoint, watchWithTiming } from "../../src/people/watch-contacts.js";

/** What may happen while the watch waits. */
interface Step {
  /** Contacts that change, each with the time since the change before, in ns. One may change twice at the same time. */
  readonly changes: readonly { readonly id: number; readonly later: bigint; readonly form: number }[];
  /** What the next requests do; then they succeed. */
  readonly requests: readonly ("503" | "broken" | "cut" | "list")[];
  /** After how many contacts the process dies, and whether it had stored the checkpoint of the last one. */
  readonly crash: { readonly after: number; readonly isStored: boolean } | undefined;
}

/** How the API lists contacts, as far as it is unknown. */
interface Listing {
  readonly bound: "exclusive" | "ignored" | "inclusive" | "whole seconds";
  readonly pageSize: number;
  readonly orders: readonly number[];
}

const START = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;
const laters = [0n, 0n, 1n, 1_000n, 1_000_000n, 999_999_999n, 1_000_000_000n, 86_400_000_000_000n];

const steps = fc.array(
  fc.record<Step>({
    changes: fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 5 }),
        later: fc.constantFrom(...laters),
        form: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 8 },
    ),
    requests: fc.array(fc.constantFrom("503", "broken", "cut", "list"), { maxLength: 3 }),
    crash: fc.option(fc.record({ after: fc.integer({ min: 1, max: 6 }), isStored: fc.boolean() }), { nil: undefined }),
  }),
  { maxLength: 8 },
);
const listings = fc.record<Listing>({
  bound: fc.constantFrom("exclusive", "ignored", "inclusive", "whole seconds"),
  pageSize: fc.integer({ min: 1, max: 7 }),
  orders: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
});

/** Writes a time in one of the forms that ISO 8601 allows. */
function write(time: bigint, form: number): string {
  const [seconds = "", fraction = ""] = [
    new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19),
    `${time % 1_000_000_000n}`,
  ];
  const digits = fraction.padStart(9, "0").replace(/0+$/, "");
  return `${seconds}${digits && `.${digits}`}${["Z", "", "+00:00"][form]}`;
}

/** A ledger whose contacts change, and whose requests fail, as planned. */
function openLedger({ bound, pageSize, orders }: Listing) {
  const contacts = new Map<string, { time: bigint; text: string; company: string }>();
  const snapshots = new Map<string, { id: string; lastJobChangedAt: string; company: string }[]>();
  const requests: Step["requests"][number][] = [];
  let time = START;
  let order = 0;
  let versions = 0;

  const isListed = (changed: bigint, since: bigint) => {
    if (bound === "exclusive") return changed > since;
    if (bound === "whole seconds") return changed / 1_000_000_000n > since / 1_000_000_000n;
    return bound === "ignored" || changed >= since;
  };
  const fetch = async ({ url }: Request) => {
    const next = requests.shift() ?? "list";
    if (next === "503") return new Response(null, { status: 503 });
    if (next === "broken") throw new TypeError("fetch failed");
    const query = new URL(url).searchParams;
    const since = BigInt(Date.parse(query.get("lastJobChangedAt") ?? "")) * 1_000_000n;
    const shuffle = (id: string) => (Number(id) * 7 + (orders[order % orders.length] ?? 0)) % 11;
    const all = [...contacts].filter(([, changed]) => isListed(changed.time, since));
    order++;
    const rest =
      snapshots.get(query.get("paginationToken") ?? "") ??
      all
        .map(([id, { text, company }]) => ({ id, lastJobChangedAt: text, company }))
        .sort((a, b) => shuffle(a.id) - shuffle(b.id))
        .concat({ id: "never", lastJobChangedAt: null as unknown as string, company: "" });
    const token = `page-${snapshots.size}`;
    snapshots.set(token, rest.slice(pageSize));
    const body = { contacts: rest.slice(0, pageSize), ...(rest.length > pageSize && { paginationToken: token }) };
    if (next === "cut") {
      const text = JSON.stringify(body).slice(0, -1);
      const start = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(text));
          controller.error(new TypeError("terminated"));
        },
      });
      return new Response(start, { headers: { "Content-Type": "application/json" } });
    }
    return Response.json(body);
  };
  return {
    ledgers: createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch, retry: false }).ledgers,
    contacts,
    requests,
    play(step: Step) {
      requests.push(...step.requests);
      for (const { id, later, form } of step.changes) {
        time += later;
        contacts.set(`${id}`, { time, text: write(time, form), company: `Company ${versions++}` });
      }
    },
  };
}

/** Watches as a program does that dies now and then: works on a contact, then stores its checkpoint. */
async function watch(plan: readonly Step[], listing: Listing) {
  const { ledgers, contacts, requests, play } = openLedger(listing);
  const left = [...plan];
  const runs: string[][] = [[]];
  let stored: ContactsCheckpoint | undefined;
  let crash: Step["crash"];
  let lost = 0;
  let quiet = 0;
  const ending = new AbortController();
  const timing = {
    now: () => 0,
    random: Math.random,
    async delay() {
      const step = left.shift();
      if (step) play(step);
      crash ??= step?.crash;
      quiet = step || requests.length > 0 ? 0 : quiet + 1;
      if (quiet > 2) ending.abort();
      ending.signal.throwIfAborted();
    },
  };
  const first = left.shift();
  if (first) play(first);
  while (!ending.signal.aborted) {
    const run: string[] = [];
    runs.push(run);
    try {
      const since = stored ?? "2026-01-01";
      for await (const { contact, checkpoint } of watchWithTiming(ledgers, { since, signal: ending.signal }, timing)) {
        run.push(`${contact.lastJobChangedAt} ${contact.id} ${contact.company}`);
        const dies = crash !== undefined && run.length >= crash.after;
        if (dies && !crash?.isStored) lost++;
        else stored = JSON.parse(JSON.stringify(checkpoint));
        if (!dies) continue;
        crash = undefined;
        break;
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  }
  return { runs, lost, contacts };
}

test("a watch loses no change over crashes, failures and any order, and repeats only what was not stored", async () => {
  await fc.assert(
    fc.asyncProperty(steps, listings, async (plan, listing) => {
      const { runs, lost, contacts } = await watch(plan, listing);
      const seen = new Set(runs.flat());
      for (const [id, { text, company }] of contacts) expect(seen).toContain(`${text} ${id} ${company}`);
      for (const run of runs) expect(new Set(run).size).toBe(run.length);
      expect(runs.flat().length - seen.size).toBeLessThanOrEqual(lost);
    }),
  );
});
