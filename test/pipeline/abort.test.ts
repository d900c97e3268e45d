import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { onAbort, untilAborted } from "../../src/pipeline/abort.js";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("onAbort adds one listener per signal and removes it with the last callback", () => {
  const controller = new AbortController();
  const calls: number[] = [];
  const stops = Array.from({ length: 20 }, (_, index) => onAbort(controller.signal, () => calls.push(index)));
  expect(listeners(controller.signal)).toBe(1);
  for (const stop of stops) {
    expect(listeners(controller.signal)).toBe(1);
    stop();
    stop();
  }
  expect(listeners(controller.signal)).toBe(0);
  controller.abort();
  expect(calls).toEqual([]);
});

test("onAbort calls each remaining callback once, even if one removes another", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => {
    calls.push("first");
    stopSecond();
  });
  const stopSecond = onAbort(controller.signal, () => calls.push("second"));
  const same = () => calls.push("same");
  onAbort(controller.signal, same);
  onAbort(controller.signal, same);
  controller.abort();
  expect(calls).toEqual(["first", "same", "same"]);
  expect(listeners(controller.signal)).toBe(0);
});

test("untilAborted rejects with the reason of an already aborted signal and adds no listener", async () => {
  const reason = new Error("gone");
  const signal = AbortSignal.abort(reason);
  await expect(untilAborted(Promise.reject(new Error("late")), signal)).rejects.toBe(reason);
  expect(listeners(signal)).toBe(0);
});

test("untilAborted removes its listener when the promise settles", async () => {
  const { signal } = new AbortController();
  const wait = untilAborted(Promise.resolve(1), signal);
  expect(listeners(signal)).toBe(1);
  expect(await wait).toBe(1);
  await Promise.resolve();
  expect(listeners(signal)).toBe(0);
});
