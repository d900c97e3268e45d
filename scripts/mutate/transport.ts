import type { Mutation } from "./mutation.js";

/** The rules of `docs/transport.md`. */
export const transportMutations: readonly Mutation[] = [];
