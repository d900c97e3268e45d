import type { Mutation } from "./mutation.js";

/** What the helpers over people promise. */
export const peopleMutations: readonly Mutation[] = [];
