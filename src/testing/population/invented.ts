import type { NonEmpty } from "./random.js";
import { SURNAME_ENDS, SURNAME_STARTS } from "./words.js";

/** Up to so many people, the world is the one that tests know: whoever pins ids and counts should not find others. */
const SMALL_WORLD = 1000;

/** Tells how many there are of what grows with the number of people, beyond those that are always there. */
export function countGrown(people: number, peopleForEach: number): number {
  return Math.max(0, Math.floor((people - SMALL_WORLD) / peopleForEach));
}

/** Gives every number a kind, in turn, and a name that no other of that kind has, such as `Ashbottom`. */
export function invent<Kind>(number: number, kinds: NonEmpty<Kind>): { readonly name: string; readonly kind: Kind } {
  const surnames = SURNAME_STARTS.length * SURNAME_ENDS.length;
  // Turns of two lists repeat together only after as many as both have, or sooner if a number divides both.
  const [turn, round] = [number % surnames, Math.floor(number / surnames / kinds.length) + 1];
  const surname = `${inTurn(SURNAME_STARTS, turn)}${inTurn(SURNAME_ENDS, Math.floor(turn / SURNAME_STARTS.length))}`;
  return { name: round === 1 ? surname : `${surname} ${round}`, kind: inTurn(kinds, number) };
}

function inTurn<T>(list: NonEmpty<T>, number: number): T {
  return list[number % list.length] ?? list[0];
}
