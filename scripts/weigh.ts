import { budgets } from "./weigh/budgets.js";
import { bundle } from "./weigh/bundle.js";
import { coldImports } from "./weigh/cold-import.js";
import { instantiations } from "./weigh/type-check.js";

/** Prints what the built package weighs, and exits 1 where that is past a budget. */

interface Line {
  readonly what: string;
  readonly is: string;
  readonly budget: string;
  readonly isWithin: boolean;
}

/** What of a helper's code no minifier can rename, and nothing else has. */
const MARKS = ["stoppedBy", "batchSize", "x-livedata-token"];

const kB = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`;

function within(what: string, value: number, budget: number, show: (value: number) => string): Line {
  return { what, is: show(value), budget: show(budget), isWithin: value <= budget };
}

async function bundleLines(): Promise<Line[]> {
  const client = await bundle('export { createLiveData } from "@livedata/sdk"');
  const everything = await bundle('export * from "@livedata/sdk"');
  const gone = MARKS.filter((mark) => !everything.code.includes(mark));
  if (gone.length > 0) throw new Error(`No helper can be told by ${gone.join(" or ")} any more: look for another mark`);
  const unpaid = MARKS.filter((mark) => client.code.includes(mark));
  const lines = [
    within("createLiveData, min+gzip", client.size, budgets.bundle, kB),
    {
      what: "helpers in it that were not asked for",
      is: `${unpaid.length}`,
      budget: "0",
      isWithin: unpaid.length === 0,
    },
  ];
  for (const [name, budget] of Object.entries(budgets.helper)) {
    const { size } = await bundle(`export { createLiveData, ${name} } from "@livedata/sdk"`);
    lines.push(within(`${name}, on top of that`, size - client.size, budget, kB));
  }
  return lines;
}

function importLines(): Line[] {
  const times = coldImports({
    empty: "",
    fetch: 'import "openapi-fetch"',
    sdk: 'import "@livedata/sdk"',
  });
  const over = (time: number) => time - times.empty;
  const show = (ms: number) => `${ms.toFixed(1)} ms`;
  const line = within("cold import, over an empty module", over(times.sdk), budgets.coldImport, show);
  return [{ ...line, is: `${line.is} (openapi-fetch alone: ${show(over(times.fetch))})` }];
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
  const line = within("type-check, against bare createClient<paths>", ours / bare, budgets.typeCheck, ratio);
  return [{ ...line, is: `${line.is} (${ours} and ${bare} instantiations)` }];
}

const lines = [...(await bundleLines()), ...importLines(), ...typeLines()];
const width = Math.max(...lines.map(({ what }) => what.length));
for (const { what, is, budget, isWithin } of lines) {
  console.log(`${isWithin ? "✓" : "✗"} ${what.padEnd(width)}  ${is}, of ${budget}`);
}
if (lines.some(({ isWithin }) => !isWithin)) process.exitCode = 1;
