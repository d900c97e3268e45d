import { expect, test } from "vitest";
import { toJavaScript } from "../../scripts/docs/examples/javascript.js";
import { renderExample, runnable } from "../../scripts/docs/examples/render.js";

test("the JavaScript of an example has its comments, blank lines and indentation, and no types", () => {
  const typed = `// Setup.
import { createLiveData, type FilterGroup, type LiveData } from "@livedata/sdk";

interface Store {
  load(): Promise<string>;
}

declare const store: Store;

let livedata: LiveData | undefined;

const filters: FilterGroup[] = []; // none
const ids = new Map<string, number>([["a", 1]]);
async function load({ id }: { id: string }, size: number): Promise<string> {
  const text = (await store.load()) as string;

  return text + id + size; //   aligned
}
`;
  expect(toJavaScript(typed)).toBe(`// Setup.
import { createLiveData } from "@livedata/sdk";

let livedata;

const filters = []; // none
const ids = new Map([["a", 1]]);
async function load({ id }, size) {
  const text = (await store.load());

  return text + id + size; //   aligned
}
`);
});

test("an example with an enum, which no removal of types makes JavaScript, is an error", () => {
  expect(() => toJavaScript("enum Level { A }")).toThrow("An example has a EnumDeclaration");
});

test.each([
  ['import { createLiveData } from "@livedata/sdk";', true],
  ['import * as q from "@livedata/sdk/query";\nimport createClient from "openapi-fetch";', true],
  ['import { createFleet } from "@livedata/sdk/fleet";', false],
  ['import { createServer } from "node:http";', false],
  ['import pino from "pino";', false],
  ['const { createServer } = await import("node:http");', false],
  ["export const size = 25;", false],
  ["export async function handler({ id }: { id: string }) {}", true],
])("whether %j can run in a page: %s", (code, can) => {
  expect(runnable(code)).toBe(can);
});

test("code with markup cannot end the field that has it", () => {
  const html = renderExample('console.log("</textarea><script>&amp;");', "<pre></pre>");
  expect(html).toContain("console.log(&quot;&lt;/textarea&gt;&lt;script&gt;&amp;amp;&quot;);");
  expect(html).not.toContain("<script>");
});
