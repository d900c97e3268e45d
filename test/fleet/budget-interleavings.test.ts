import fc from "fast-check";
import { expect, test } from "vitest";
import type { CreditReservation } from "../../src/calls/credit-budget.js";
import type { Command } from "../../src/fleet/types.js";
import { patientBudget } from "./patient-budget.js";
import { servers } from "./support.js";

const LIMIT = 20;
const operation = "POST /search";

/**
 * The fate of a command. "lost before" never reaches the server. "lost after" is executed, but its reply is lost. "twice"
 * is executed twice. "late" is executed after its sender has given up.
 */
const fates = fc.constantFrom("arrives", "arrives", "arrives", "lost before", "lost after", "twice", "late");

/** What a member does with a reservation. */
const jobs = fc.record({
  most: fc.integer({ min: 0, max: 12 }),
  least: fc.integer({ min: 0, max: 12 }),
  /** How much of what was reserved the request is charged. */
  part: fc.constantFrom(0, 0.3, 1),
  end: fc.constantFrom("settle", "settle", "settle twice", "never sent", "crash"),
});
const schedules = fc.record({
  members: fc.array(fc.array(jobs, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
  fates: fc.array(fates, { maxLength: 60 }),
  /** The order in which commands that wait are executed. */
  picks: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 60 }),
});

/** Executes commands one at a time, in any order, with any fate. */
function scheduler(command: Command, fates: readonly string[], picks: readonly number[]) {
  const waiting: (() => Promise<void>)[] = [];
  let isCalm = false;
  let executed = 0;
  let wasLate = false;
  const scheduled: Command = (args) =>
    new Promise((resolve, reject) => {
      waiting.push(async () => {
        const fate = isCalm ? "arrives" : (fates[executed % Math.max(1, fates.length)] ?? "arrives");
        executed++;
        try {
          if (fate === "late") {
            wasLate = true;
            waiting.push(async () => void (await command(args)));
          }
          if (fate === "lost before" || fate === "late") throw new Error("ECONNRESET");
          const reply = await command(args);
          if (fate === "twice") await command(args);
          if (fate === "lost after") throw new Error("ECONNRESET");
          resolve(reply);
        } catch (error) {
          reject(error);
        }
      });
    });
  /** Runs what waits until a promise settles. */
  const run = async <T>(promise: Promise<T>): Promise<T> => {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      const pick = picks[executed % picks.length] ?? 0;
      const [next] = waiting.splice(pick % Math.max(1, waiting.length), 1);
      await next?.();
    }
    return done;
  };
  const calm = () => {
    isCalm = true;
  };
  return { command: scheduled, run, calm, wasLate: () => wasLate };
}

test("a budget is never overspent over random interleavings, and is whole again if nobody crashes", async () => {
  const server = await servers[0]?.start();
  if (!server) throw new Error("there is no server");
  let round = 0;
  let crashes = 0;
  let wholes = 0;
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      round++;
      const { command, run, calm, wasLate } = scheduler(server.command, schedule.fates, schedule.picks);
      const budgets = schedule.members.map(() =>
        patientBudget(command, { limit: LIMIT, expiresIn: 600_000 }, `round-${round}`),
      );
      let charged = 0;
      let hasCrashed = false;

      async function work(budget: (typeof budgets)[number], jobs: (typeof schedule.members)[number]) {
        for (const { most, least, part, end } of jobs) {
          let reservation: CreditReservation | undefined;
          try {
            reservation = await budget.reserve({ most, least: Math.min(most, least), operation });
          } catch (error) {
            expect(error).toMatchObject({ code: "credit_limit", attempts: 0 });
            continue;
          }
          if (!reservation) continue;
          expect(reservation.credits).toBeGreaterThanOrEqual(Math.min(most, least));
          expect(reservation.credits).toBeLessThanOrEqual(most);
          const used = end === "never sent" ? 0 : Math.floor(reservation.credits * part);
          charged += used;
          expect(charged).toBeLessThanOrEqual(LIMIT);
          if (end === "crash") {
            hasCrashed = true;
            return;
          }
          await reservation.settle(used);
          if (end === "settle twice") await reservation.settle(used);
        }
      }
      await run(Promise.all(schedule.members.map((jobs, index) => budgets[index] && work(budgets[index], jobs))));
      // Members settle what is open before they are refused.
      calm();
      const rest = LIMIT - charged;
      const ask = async (budget: (typeof budgets)[number], credits: number) => {
        const reservation = await run(budget.reserve({ most: credits, least: credits, operation }));
        await run(reservation?.settle(0) ?? Promise.resolve());
        return reservation?.credits;
      };
      if (charged > 0) for (const budget of budgets) expect(await ask(budget, rest + 1)).toBeUndefined();
      if (hasCrashed) crashes++;
      // A reservation that is made after it was settled stays spent.
      else if (!wasLate()) {
        for (const budget of budgets) await ask(budget, LIMIT);
        for (const budget of budgets) expect(await ask(budget, rest)).toBe(rest);
        if (charged === LIMIT) wholes++;
      }
    }),
    { numRuns: Number(process.env["INTERLEAVINGS"] ?? 200) },
  );
  expect(Math.min(crashes, wholes)).toBeGreaterThan(0);
});
