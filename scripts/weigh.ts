import { type Figure, figureOf, finish } from "../bench/result.js";
import { budgets } from "./weigh/budgets.js";
import { bundle } from "./weigh/bundle.js";
import { coldImports } from "./weigh/cold-import.js";
import { instantiations } from "./weigh/type-check.js";

/**
 * Measures bundle size, import time and type-check cost of the built package, and writes `bench/results/weigh.json`.
 * Exits 1 if one exceeds its budget.
 */

/** One string per helper that only its code contains and that no minifier renames. */
const MARKS = ["stoppedBy", "batchSize", "x-livedata-token", "lastInfoChangedAt"];

const kB = (title: string, bytes: number, budget: number) => figureOf(title, "kB", [bytes / 1000], budget / 1000);

async function bundleFigures(): Promise<Figure[]> {
  const client = await bundle('export { createLiveData } from "@livedata/sdk"');
  const everything = await bundle('export * from "@livedata/sdk"');
  const missing = MARKS.filter((mark) => !everything.code.includes(mark));
  if (missing.length > 0) throw new Error(`No helper contains ${missing.join(" or ")}: choose other MARKS in weigh.ts`);
  const unwanted = MARKS.filter((mark) => client.code.includes(mark));
  if (unwanted.length > 0) throw new Error(`A bundle of createLiveData contains a helper: ${unwanted.join(", ")}`);
  const helpers = Object.entries(budgets.helper).map(async ([name, budget]) => {
    const { size } = await bundle(`export { createLiveData, ${name} } from "@livedata/sdk"`);
    return kB(`\`${name}\`, added to that`, size - client.size, budget);
  });
  const title = "`import { createLiveData }`, minified and gzipped, with openapi-fetch";
  const query = await bundle('export * from "@livedata/sdk/query"');
  return [
    kB(title, client.size, budgets.bundle),
    ...(await Promise.all(helpers)),
    kB("All of `./query`, on its own", query.size, budgets.query),
  ];
}

function importFigures(): Figure[] {
  const times = coldImports({
    empty: "",
    fetch: 'import "openapi-fetch"',
    sdk: 'import "@livedata/sdk"',
  });
  const net = (all: readonly number[]) => all.map((ms, round) => ms - (times.empty[round] ?? 0));
  return [
    figureOf("Cold import, over an empty module", "ms", net(times.sdk), budgets.coldImport),
    figureOf("Cold import of openapi-fetch alone", "ms", net(times.fetch)),
  ];
}

function typeFigures(): Figure[] {
  const call = `
const { data } = await client.POST("/search", { body: { size: 25, filters: [{ operator: "and", filters: [
  { type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }] }] } });
const names: (string | null | undefined)[] | undefined = data?.people.map(({ name }) => name);
const { data: person } = await client.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } });
export const title: string | null | undefined = person?.position?.title;
export { names };
`;
  const ours = instantiations(`
import { createLiveData } from "@livedata/sdk";
const client = createLiveData().people;${call}`);
  const bare = instantiations(`
import createClient from "openapi-fetch";
import type { PeoplePaths } from "@livedata/sdk";
const client = createClient<PeoplePaths>();${call}`);
  const title = "Type check of a program, compared with a bare `createClient<paths>`";
  return [figureOf(title, "×", [ours / bare], budgets.typeCheck)];
}

finish("weigh", [...(await bundleFigures()), ...importFigures(), ...typeFigures()]);
