import { budgets } from "./weigh/budgets.js";
import { bundle } from "./weigh/bundle.js";
import { coldImports } from "./weigh/cold-import.js";
import { instantiations } from "./weigh/type-check.js";

/** Measures bundle size, import time and type-check cost of the built package. Exits 1 if one exceeds its budget. */

interface Line {
  readonly title: string;
  readonly measured: string;
  readonly budget: string;
  readonly isWithin: boolean;
}

/** One string per helper that only its code contains and that no minifier renames. */
const MARKS = ["stoppedBy", "batchSize", "x-livedata-token"];

const kB = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`;

function lineOf(title: string, value: number, budget: number, show: (value: number) => string): Line {
  return { title, measured: show(value), budget: show(budget), isWithin: value <= budget };
}

async function bundleLines(): Promise<Line[]> {
  const client = await bundle('export { createLiveData } from "@livedata/sdk"');
  const everything = await bundle('export * from "@livedata/sdk"');
  const missing = MARKS.filter((mark) => !everything.code.includes(mark));
  if (missing.length > 0) throw new Error(`No helper contains ${missing.join(" or ")}: choose other MARKS in weigh.ts`);
  const unwanted = MARKS.filter((mark) => client.code.includes(mark));
  const lines = [
    lineOf("createLiveData, min+gzip", client.size, budgets.bundle, kB),
    {
      title: "unused helpers in it",
      measured: `${unwanted.length}`,
      budget: "0",
      isWithin: unwanted.length === 0,
    },
  ];
  for (const [name, budget] of Object.entries(budgets.helper)) {
    const { size } = await bundle(`export { createLiveData, ${name} } from "@livedata/sdk"`);
    lines.push(lineOf(`${name}, added to it`, size - client.size, budget, kB));
  }
  return lines;
}

function importLines(): Line[] {
  const times = coldImports({
    empty: "",
    fetch: 'import "openapi-fetch"',
    sdk: 'import "@livedata/sdk"',
  });
  const net = (time: number) => time - times.empty;
  const show = (ms: number) => `${ms.toFixed(1)} ms`;
  const line = lineOf("cold import, minus an empty module", net(times.sdk), budgets.coldImport, show);
  return [{ ...line, measured: `${line.measured} (openapi-fetch alone: ${show(net(times.fetch))})` }];
}

function typeLines(): Line[] {
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
  const ratio = (value: number) => `${value.toFixed(2)} ×`;
  const line = lineOf("type-check, relative to bare createClient<paths>", ours / bare, budgets.typeCheck, ratio);
  return [{ ...line, measured: `${line.measured} (${ours} and ${bare} instantiations)` }];
}

const lines = [...(await bundleLines()), ...importLines(), ...typeLines()];
const width = Math.max(...lines.map(({ title }) => title.length));
for (const { title, measured, budget, isWithin } of lines) {
  console.log(`${isWithin ? "✓" : "✗"} ${title.padEnd(width)}  ${measured} of ${budget}`);
}
if (lines.some(({ isWithin }) => !isWithin)) process.exitCode = 1;
