import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { enrich } from "../../src/cli/enrich/index.js";
import { createFakeLiveData, type FakeLiveData } from "../../src/testing/index.js";
import { csvOf } from "./enrich-support.js";
import { folder } from "./run.js";

/** A process that ends between two operations on files, or in the middle of a write: from then on, none works. */
const life = vi.hoisted(() => ({ operations: 0, endsAt: Infinity, writing: 0, mostWriting: 0 }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  const step = (half: () => unknown = () => undefined) => {
    life.operations++;
    if (life.operations === life.endsAt) half();
    if (life.operations >= life.endsAt) throw new Error("ended");
  };
  const { writeFileSync, writeSync } = await vi.importActual<typeof import("node:fs")>("node:fs");
  return {
    ...real,
    async writeFile(file: string, text: string, options?: { flag?: string }) {
      step(() => writeFileSync(file, text.slice(0, text.length / 2), options));
      life.mostWriting = Math.max(life.mostWriting, ++life.writing);
      await real.writeFile(file, text, options);
      life.writing--;
    },
    async rename(from: string, to: string) {
      step();
      return real.rename(from, to);
    },
    async link(from: string, to: string) {
      step();
      return real.link(from, to);
    },
    async rm(file: string, options: object) {
      step();
      return real.rm(file, options);
    },
    async open(file: string, flags?: number) {
      step();
      const handle = await real.open(file, flags);
      const [write, truncate] = [handle.write.bind(handle), handle.truncate.bind(handle)];
      return Object.assign(handle, {
        async write(bytes: Buffer, offset: number, length: number, position: number) {
          step(() => writeSync(handle.fd, bytes, offset, Math.floor(length / 2), position));
          return write(bytes, offset, length, position);
        },
        async truncate(length: number) {
          step();
          return truncate(length);
        },
      });
    },
  };
});

const PEOPLE = 60;
let fake: FakeLiveData;

beforeAll(() => {
  fake = createFakeLiveData({ people: PEOPLE }).install();
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await fake.close();
});

/** Runs `livedata enrich` in this process, which ends at an operation. @returns the exit code; undefined if it ended */
async function run(args: string[], endsAt: number): Promise<number | undefined> {
  Object.assign(life, { operations: 0, endsAt });
  try {
    return await enrich.run(args, new AbortController().signal);
  } catch (error) {
    expect(String(error)).toBe("Error: ended");
    return undefined;
  }
}

describe.each([
  ["CSV", "out.csv", [], 0, PEOPLE],
  ["NDJSON within --max-credits", "out.ndjson", ["--max-credits", "37"], 4, 37],
])("livedata enrich to %s", (_name, outputName, options, exitCode, limit) => {
  test("resumes to the same bytes and credits, at whatever operation on a file it ended, once or twice", async () => {
    const input = path.join(folder(), "in.csv");
    writeFileSync(input, csvOf(fake));
    const attempt = async (ends: readonly number[]) => {
      fake.reset();
      const created = folder();
      const output = path.join(created, outputName);
      const args = [input, "-o", output, ...options];
      for (const endsAt of ends) {
        await run(args, endsAt);
        expect(fake.credits.used()).toBeLessThanOrEqual(limit);
      }
      expect(await run(args, Infinity)).toBe(exitCode);
      const { operations } = life;
      expect(fake.credits.used()).toBe(limit);
      const content = readFileSync(output, "utf8");
      rmSync(created, { recursive: true });
      return { content, operations };
    };
    const whole = await attempt([]);
    expect(whole.operations).toBeGreaterThan(20);
    for (let endsAt = 1; endsAt <= whole.operations; endsAt++) {
      const ends = endsAt % 2 ? [endsAt] : [endsAt, 1 + ((endsAt * 7) % whole.operations)];
      expect(await attempt(ends), `ended at ${ends}`).toMatchObject({ content: whole.content });
    }
  });
});

test("livedata enrich writes one state at a time: each must have what the one before it has", async () => {
  const created = folder();
  const [header = "", ...rows] = csvOf(fake).split(/\n(?=")/);
  const input = path.join(created, "in.csv");
  writeFileSync(input, [header, ...Array.from({ length: 20 }, () => rows).flat()].join("\n"));
  life.mostWriting = 0;
  expect(await run([input, "-o", path.join(created, "out.csv")], Infinity)).toBe(0);
  expect(life.mostWriting).toBe(1);
});
