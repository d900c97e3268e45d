import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFakeLiveData, type FakeLiveData } from "../../src/testing/index.js";
import { createJob, csvOf, type Job, watched } from "./enrich-support.js";
import type { Run } from "./run.js";

/** How often runs are killed in each test. `npm run test:soak` has 30. */
const KILLS = Number(process.env["KILLS"] ?? 3);
const PEOPLE = 120;

/** A run that is killed at a random moment: a random time after a random find. */
async function killed(fake: FakeLiveData, args: readonly string[], random: () => number) {
  let running: Run | undefined;
  let killAt = Infinity;
  let finds = 0;
  const api = await watched(fake, (_number, when) => {
    if (when === "before" && ++finds === killAt) setTimeout(() => running?.child.kill("SIGKILL"), random() * 15);
  });
  return {
    createJob: () => createJob(api.env, csvOf(fake)),
    async run(job: Job, isKilled: boolean) {
      finds = 0;
      killAt = isKilled ? 1 + Math.floor(random() * 4) : Infinity;
      running = job.start(args);
      return running.ended;
    },
  };
}

/** Numbers from 0 to 1, the same for each run of the tests, unless `SEED=random`. */
function randomOf(seed: number): () => number {
  const [numbers = []] = fc.sample(
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1_000, maxLength: 1_000 }),
    {
      numRuns: 1,
      seed: process.env["SEED"] === "random" ? Date.now() : seed,
    },
  );
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}

describe("livedata enrich, killed at random moments and resumed,", () => {
  test.each([
    ["without a limit", [], 0, PEOPLE],
    ["within --max-credits", ["--max-credits", "70"], 4, 70],
  ])(
    "writes the bytes of an uninterrupted run and charges nobody twice, %s",
    async (_name, args, exitCode, limit) => {
      const fake = createFakeLiveData({ people: PEOPLE });
      const random = randomOf(limit);
      const { createJob, run } = await killed(fake, args, random);
      const uninterrupted = createJob();
      expect((await run(uninterrupted, false)).code).toBe(exitCode);
      const expected = uninterrupted.read();
      for (let kills = 0; kills < KILLS; ) {
        fake.reset();
        const job = createJob();
        for (let code: number | null = null; code === null; ) {
          const ended = await run(job, kills < KILLS);
          code = ended.code;
          if (code === null) kills++;
          else expect(ended, ended.stderr).toMatchObject({ code: exitCode });
          expect(fake.credits.used()).toBeLessThanOrEqual(limit);
        }
        expect(job.read()).toBe(expected);
        expect(fake.credits.used()).toBe(limit);
      }
    },
    60_000 + KILLS * 5_000,
  );
});
