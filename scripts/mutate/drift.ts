import type { Mutation } from "./mutation.js";

/** What `./drift` keeps to itself, and what it must not disturb. */
export const driftMutations: readonly Mutation[] = [
  {
    rule: "drift: names a key by its second response",
    file: "drift/tally.ts",
    in: "NAMED_FROM",
    find: "3",
    replace: "2",
  },
  {
    rule: "drift: names a key that is no identifier",
    file: "drift/tally.ts",
    in: "Tally.#addUnnamed",
    find: "&& IDENTIFIER.test(name)",
    replace: "",
  },
  {
    rule: "drift: names any number of keys of one place",
    file: "drift/tally.ts",
    in: "Tally.#addUnnamed",
    find: "names.size === MAX_NAMES",
    replace: "names.size === Infinity",
  },
  {
    rule: "drift: a pointer has keys that are not in the documents",
    file: "drift/locate.ts",
    in: "locate",
    find: 'isDocumented ? key.replaceAll("~", "~0").replaceAll("/", "~1") : "*"',
    replace: "String(key)",
  },
  {
    rule: "drift: names any media type",
    file: "drift/check.ts",
    in: "differencesOf",
    find: "KNOWN_MEDIA_TYPES.has(mediaType) ? mediaType",
    replace: "mediaType ? mediaType",
  },
  {
    rule: "drift: keeps any number of responses while the process is busy",
    file: "drift/index.ts",
    in: "drift",
    find: "waiting.length < MAX_WAITING &&",
    replace: "",
  },
  {
    rule: "drift: checks every call",
    file: "drift/index.ts",
    in: "drift",
    find: "Math.random() >= sample ||",
    replace: "",
  },
];
