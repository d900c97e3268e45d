import { readFileSync } from "node:fs";
import path from "node:path";
import { type Measured, measureCalls, measureMemory, type Values } from "./call/rounds.js";
import { type Figure, figureOf, finish, isQuick, ratiosOf } from "./result.js";

/**
 * Compares a call of this SDK with one of bare openapi-fetch and one of plain fetch: CPU time, garbage collection, and
 * the memory of many calls at once. `bench/call/peers` compares it with other clients.
 */
const CALLS_AT_ONCE = isQuick ? 1_000 : 10_000;
const MEMORY_ROUNDS = isQuick ? 1 : 3;

/** The forms of our calls. CPU time is compared with openapi-fetch, collection and memory with fetch. */
const OURS = [
  { name: "named methods", cpu: { "small response": 0.85, "90 kB response": 0.97 } },
  { name: "path calls", cpu: { "small response": 1, "90 kB response": 1 } },
];
/** Over undici, CPU time is compared with fetch. */
const OVER_UNDICI = { name: "named methods over undici", budget: 0.55 };
/** Compared with named methods without. */
const OBSERVED = { name: "named methods with observer and logger", budget: 1.1 };
const COLLECTION = 1.25;
const MEMORY = 1.1;

const file = path.join(import.meta.dirname, "call/clients.ts");
/** Also compared with named methods without, in a full run. Without a budget, the figure is only printed. */
const WITH_PLUGIN = [
  {
    name: "named methods with drift of every call",
    file,
    budget: { "small response": undefined, "90 kB response": 1.3 },
  },
  { name: "named methods with drift of 1 call in 100", file },
  { name: "named methods with otel", file: path.join(import.meta.dirname, "call/with-otel.ts") },
];
const ours = OURS.map(({ name }) => ({ name, file }));
const fetch = { name: "fetch", file };
/** The least that a client with a timeout can cost over `fetch`. */
const LIMITED = { name: "fetch with a timeout", file };
// A short run measures only what it judges. Garbage collection varies too much in it.
const measured = await measureCalls([
  { name: "openapi-fetch", file },
  ...ours,
  { name: OBSERVED.name, file },
  ...(isQuick ? [] : [fetch, LIMITED, { name: OVER_UNDICI.name, file }, ...WITH_PLUGIN]),
]);
const memory = await measureMemory([fetch, ...ours], CALLS_AT_ONCE, MEMORY_ROUNDS);
const { dependencies: versions } = JSON.parse(readFileSync("package.json", "utf8"));
const collections = isQuick ? [] : measured.flatMap(collectionFigures);
finish("call", [...measured.flatMap(cpuFigures), ...collections, ...memoryFigures(memory)], versions);

function cpuFigures({ size, cells }: Measured): Figure[] {
  return cells.flatMap(({ title, costs }) => [
    ...OURS.map(({ name, cpu }) => comparison(`${title}: ${name}`, costs, name, "openapi-fetch", cpu[size.title])),
    comparison(`${title}: ${OBSERVED.name}`, costs, OBSERVED.name, "named methods", OBSERVED.budget),
    ...(isQuick
      ? []
      : [
          comparison(`${title}: fetch`, costs, "fetch", "openapi-fetch"),
          comparison(`${title}: ${LIMITED.name}`, costs, LIMITED.name, "openapi-fetch"),
          comparison(`${title}: ${OVER_UNDICI.name}`, costs, OVER_UNDICI.name, "fetch", OVER_UNDICI.budget),
          ...WITH_PLUGIN.map(({ name, budget }) =>
            comparison(`${title}: ${name}`, costs, name, "named methods", budget?.[size.title]),
          ),
        ]),
    figureOf(`${title}: openapi-fetch`, "µs", costs["openapi-fetch"] ?? []),
  ]);
}

function collectionFigures({ size, collections }: Measured): Figure[] {
  const title = `${size.title}: garbage collection of 1,000 calls`;
  return [
    ...OURS.map(({ name }) => comparison(`${title}, ${name}`, collections, name, "fetch", COLLECTION)),
    figureOf(`${title}, fetch`, "ms", collections["fetch"] ?? []),
  ];
}

function memoryFigures(values: Values): Figure[] {
  const title = `peak memory of ${CALLS_AT_ONCE.toLocaleString("en")} calls at once`;
  return [
    ...OURS.map(({ name }) => comparison(`${title}, ${name}`, values, name, "fetch", MEMORY)),
    figureOf(`${title}, fetch`, "MB", values["fetch"] ?? []),
  ];
}

function comparison(title: string, values: Values, name: string, other: string, budget?: number): Figure {
  const ratios = ratiosOf(values[name] ?? [], values[other] ?? []);
  return figureOf(`${title}, compared with ${other}`, "×", ratios, budget);
}
