/** A list that certainly has an element, so that picking from it always gives one. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** A source of reproducible randomness. */
export interface Random {
  /** Returns a number from 0 (included) to 1 (excluded). */
  next(): number;
  /** Returns an integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Returns `true` with the given probability. */
  chance(probability: number): boolean;
  /** Returns one element, each as likely as any other. */
  pick<T>(list: NonEmpty<T>): T;
  /** Returns one element, the first ones far more likely than the last. */
  pickEarly<T>(list: NonEmpty<T>): T;
  /** Returns eight hex digits. */
  hex(): string;
}

const GOLDEN_RATIO = 0x9e3779b1;

/** mulberry32: tiny, fast, and the same on every platform since it only uses 32-bit integers. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Creates the random source of one thing in a series. Each index has a source of its own, so that a longer series begins
 * with the very same things as a shorter one.
 */
export function createRandom(seed: number, index = 0): Random {
  const next = mulberry32(Math.imul(seed | 0, GOLDEN_RATIO) ^ Math.imul(index + 1, 0x85ebca6b));
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    pickEarly: (list) => list[Math.floor(next() ** 2 * list.length)] ?? list[0],
    hex: () => hex8(next() * 2 ** 32),
  };
}

/** Gives every index its own eight hex digits that do not look like a counter. */
export function scrambledHex(index: number): string {
  return hex8(Math.imul(index + 1, GOLDEN_RATIO));
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
