/** A list with at least one element, so that picking always returns one. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** A source of reproducible randomness. */
export interface Random {
  /** Returns a number from 0 (included) to 1 (excluded). */
  next(): number;
  /** Returns an integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Returns `true` with the given probability. */
  chance(probability: number): boolean;
  /** Returns one of the first `count` elements with equal probability. @default all elements */
  pick<T>(list: NonEmpty<T>, count?: number): T;
  /** Like `pick`, but earlier elements are far more likely. */
  pickEarly<T>(list: NonEmpty<T>, count?: number): T;
  /** Returns eight hex digits. */
  hex(): string;
}

const GOLDEN_RATIO = 0x9e3779b1;

/** mulberry32: small, fast, and the same on every platform, since it only uses 32-bit integers. */
class Mulberry32 implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: NonEmpty<T>, count = list.length): T {
    return list[Math.floor(this.next() * count)] ?? list[0];
  }

  pickEarly<T>(list: NonEmpty<T>, count = list.length): T {
    return list[Math.floor(this.next() ** 2 * count)] ?? list[0];
  }

  hex(): string {
    return hex8(this.next() * 2 ** 32);
  }
}

/**
 * Creates the random source for one item of a series. Each index has its own source, so that a longer series starts
 * with the same items as a shorter one.
 */
export function createRandom(seed: number, index = 0): Random {
  return new Mulberry32(Math.imul(seed | 0, GOLDEN_RATIO) ^ Math.imul(index + 1, 0x85ebca6b));
}

/** Maps each index to distinct eight hex digits that do not look like a counter. */
export function scrambledHex(index: number): string {
  return hex8(Math.imul(index + 1, GOLDEN_RATIO));
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
