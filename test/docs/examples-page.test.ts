import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  closeBrowser,
  type ExamplesSite,
  edit,
  type OpenPage,
  openPage,
  result,
  serveExamples,
} from "./examples-site.js";

const GREETING = 0;
const REFUSED = 1;
const VALUES = 2;
const ENDLESS = 3;
const WAITS = 4;
const EXPORTED = 5;

const codes = [
  `import { createLiveData } from "@livedata/sdk";

const id: string = "LDP-1-EXAMPLE"; // a person
console.log((await createLiveData().people.retrieve(id)).name);
`,
  `import { createLiveData } from "@livedata/sdk";

console.log("before");
await createLiveData().people.search({ size: 5, sort_by: "-salary" });
`,
  `console.log("<b>text</b>", { a: 1, b: ["x", { c: null }] }, [new Date(0)], new Map([[1, 2]]));
console.warn("careful");
console.error(new RangeError("too far"));
`,
  "for (;;);\n",
  'console.log("first");\nawait new Promise(() => {});\n',
  "export async function handler({ id }: { id: string }) {\n  return id;\n}\n",
];

let site: ExamplesSite;
let opened: OpenPage | undefined;

async function open(...options: Parameters<typeof openPage> extends [string, ...infer Rest] ? Rest : never) {
  opened = await openPage(site.url, ...options);
  return opened;
}

beforeAll(async () => {
  site = await serveExamples(codes);
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

afterAll(async () => {
  await closeBrowser();
  await site?.close();
});

describe("output", () => {
  test("shows values as Node prints them, and markup as text", async () => {
    const { run } = await open();
    const { state, output } = await run(VALUES);
    expect(output).toBe(
      `<b>text</b> { a: 1, b: [ 'x', { c: null } ] } [ 1970-01-01T00:00:00.000Z ] Map(1) { 1 => 2 }
warn: careful
error: RangeError: too far
    at example.js:3:15`,
    );
    expect(state).toMatch(/^Finished in \d+ ms$/);
  });

  test("shows an error that nobody caught with its name, code, message and line", async () => {
    const { run, example } = await open();
    const { state, output } = await run(REFUSED);
    expect(state).toBe("Failed");
    expect(output).toMatch(
      /^before\nUncaught BadRequestError: POST \/search: 400: .+\n {4}at async example\.js:4:1 \{\n/,
    );
    expect(output).toContain("code: 'bad_request',\n");
    expect(await example(REFUSED).locator("tbody tr").last().innerText()).toMatch(
      /^POST\t\/api\/people\/v1\/o_0123abcd\/search\nsort_by is not a known field.+\n?\t400\t–$/,
    );
  });

  test.each([
    [
      "const x = 1;\nconst y = ;",
      /^Uncaught SyntaxError: Unexpected token ';'\n {4}at example\.js:2:11\nThis field takes JavaScript/,
    ],
    ["const id: string = '';", /^Uncaught SyntaxError: .+\n {4}at example\.js:1:\d+\nThis field takes JavaScript/],
    ['import { readFileSync } from "node:fs";', /^Uncaught Error: Cannot find module 'node:fs'\. In this page/],
    [
      'import pino from "pino";',
      /^Uncaught Error: Cannot find module 'pino'\. In this page, examples can import @live/,
    ],
    ['import { nobody } from "@livedata/sdk";', /^Uncaught SyntaxError: .+'@livedata\/sdk'.+ export named 'nobody'$/],
    ["throw 7", /^Uncaught 7$/],
    ["setTimeout(() => { throw new Error('later') }); await new Promise(() => {})", /^Uncaught Error: later/],
    ["Promise.reject(new Error('lost')); await new Promise(() => {})", /^Uncaught Error: lost/],
    [
      'const { createFakeLiveData: create } = await import("@livedata/sdk/testing"); await create().listen()',
      /^Uncaught Error: A browser cannot listen: `listen` needs Node/,
    ],
    ["await fetch('https://example.com')", /^Uncaught TypeError: fetch failed: examples in this page have no network/],
  ])("shows what is wrong with %s", async (code, shown) => {
    const { example } = await open();
    await edit(example(GREETING), code);
    await example(GREETING).locator(".example-run").click();
    await example(GREETING).locator(".example-thrown").waitFor();
    expect(await example(GREETING).locator(".example-thrown").innerText()).toMatch(shown);
  });

  test("lists a request once, whichever fake receives it", async () => {
    const { example, run } = await open();
    await edit(
      example(GREETING),
      `import { createLiveData } from "@livedata/sdk";
import { createFakeLiveData } from "@livedata/sdk/testing";

const first = createLiveData();
await createFakeLiveData().install().close();
await first.people.search({ size: 0 });
const fake = createFakeLiveData();
const second = createLiveData({ fetch: fake.fetch });
await second.people.search({ size: 0 });
console.log(fake.requests.length);
`,
    );
    const { output, caption } = await run(GREETING);
    expect([output, caption]).toEqual(["2", "Requests to the fake: 4. Credits used: 0."]);
  });

  test("lists no request that the fake does not receive", async () => {
    const { example, run } = await open();
    await edit(example(GREETING), 'await fetch("https://example.com").catch(({ name }) => console.log(name));');
    const { output, caption } = await run(GREETING);
    expect([output, caption]).toEqual(["TypeError", ""]);
  });

  test("has all methods of console", async () => {
    const { example, run } = await open();
    await edit(
      example(GREETING),
      `console.table([{ a: 1 }]);
console.dir({ b: 2 }, { depth: 0 });
console.assert(true, "holds");
console.assert(false, "does not hold");
console.count();
console.count();
console.group("outer");
console.log("first\\nsecond");
console.groupEnd();
console.time("timer");
console.timeEnd("timer");
console.timeEnd("timer");
console.trace("here");
`,
    );
    const { output } = await run(GREETING);
    expect(output.split("\n")).toEqual([
      "[ { a: 1 } ]",
      "{ b: 2 }",
      "error: Assertion failed does not hold",
      "default: 1",
      "default: 2",
      "outer",
      "  first",
      "  second",
      expect.stringMatching(/^timer: \d+\.\d{3}ms$/),
      "error: Trace: here",
    ]);
  });

  test("ends after a thousand lines", async () => {
    const { example, run } = await open();
    await edit(example(GREETING), "for (let n = 1; n <= 5_000; n++) console.log(n);");
    const { output } = await run(GREETING);
    expect(output.split("\n").slice(-2)).toEqual(["1000", "warn: … The rest is left out."]);
  });
});

describe("editing", () => {
  test("shows the example as JavaScript, runs what was written, and can be undone", async () => {
    const { example, run } = await open();
    const greeting = example(GREETING);
    await greeting.getByRole("button", { name: "Edit" }).click();
    const source = greeting.getByRole("textbox");
    expect(await source.inputValue()).toBe(codes[GREETING]?.replace(": string", ""));
    await source.fill('console.log("edited")');
    expect((await run(GREETING)).output).toBe("edited");
    await greeting.getByRole("button", { name: "Undo edits" }).click();
    expect(await source.isVisible()).toBe(false);
    expect((await run(GREETING)).output).toBe("Jane Doe");
  });

  test("shows the lines that call what the example only declares", async () => {
    const { example, run } = await open();
    await edit(example(EXPORTED));
    const source = await example(EXPORTED).getByRole("textbox").inputValue();
    expect(source).toContain("// Added here, to call it.\nconsole.log(await handler(");
    expect((await run(EXPORTED)).output).toBe("LDP-1-EXAMPLE");
  });
});

describe("ending", () => {
  test("Stop ends an endless loop", async () => {
    const { example, page } = await open();
    await example(ENDLESS).locator(".example-run").click();
    await example(ENDLESS).getByRole("button", { name: "Stop" }).click();
    expect((await result(example(ENDLESS))).state).toBe("Stopped");
    expect(page.frames()).toHaveLength(1);
  });

  test("an example ends after 10 seconds", async () => {
    const { example, page } = await open();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await example(ENDLESS).locator(".example-run").click();
    await page.locator("iframe").waitFor({ state: "attached" });
    await page.clock.runFor(9_999);
    expect(await example(ENDLESS).locator(".example-state").innerText()).toBe("Running…");
    await page.clock.runFor(1);
    expect((await result(example(ENDLESS))).state).toBe("Stopped after 10 s");
    expect(page.frames()).toHaveLength(1);
  });

  test("a second run replaces the first", async () => {
    const { example, page } = await open();
    const lines = example(WAITS).locator(".example-line");
    for (const _ of ["first", "second"]) {
      await example(WAITS).locator(".example-run").click();
      await lines.first().waitFor();
    }
    expect(await lines.allInnerTexts()).toEqual(["first"]);
    expect(page.frames()).toHaveLength(2);
  });
});

describe("readers", () => {
  test("an example works with the keyboard alone", async () => {
    const { page, example } = await open();
    const focused = () => page.evaluate("document.activeElement.textContent.trim()");
    const waits = example(WAITS);
    await waits.locator("pre").focus();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Run");
    await page.keyboard.press("Enter");
    await waits.locator(".example-line").waitFor();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Stop");
    await page.keyboard.press("Space");
    expect((await result(waits)).state).toBe("Stopped");
    expect(await focused()).toBe("Run");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+A");
    await page.keyboard.type('console.log("typed")');
    await page.keyboard.press("Control+Enter");
    expect((await result(waits)).output).toBe("typed");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Run");
  });

  test("without JavaScript the code is there, and no button", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator("pre").first().isVisible()).toBe(true);
    expect(await page.locator("button:visible, textarea:visible").count()).toBe(0);
  });

  test("what a run says is announced", async () => {
    const { run, example } = await open();
    await run(GREETING);
    expect(await example(GREETING).getByRole("status").innerText()).toMatch(/^Finished/);
    expect(await example(GREETING).getByRole("log", { name: "Output" }).innerText()).toBe("Jane Doe");
    expect(await example(GREETING).getByRole("table").getByRole("row").count()).toBe(3);
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious in %s colours", async (colorScheme) => {
    const { page, run, example } = await open({ colorScheme });
    for (const index of [GREETING, REFUSED, VALUES]) await run(index);
    await edit(example(GREETING));
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const serious = `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`;
    expect(await page.evaluate(serious)).toEqual([]);
  });

  test.each([320, 1440])("a page of %i pixels does not scroll sideways", async (width) => {
    const { page, run, example } = await open({ viewport: { width, height: 800 } });
    await edit(example(GREETING), 'console.log("x".repeat(500))');
    for (const index of [GREETING, REFUSED, VALUES]) await run(index);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const cut = `[...document.querySelectorAll(".example-result, .example-result *")]
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
      .map(({ className }) => className)`;
    expect(await page.evaluate(cut)).toEqual([]);
  });

  test("examples run on a page that was opened from a disk", async () => {
    opened = await openPage(pathToFileURL(`${site.folder}/index.html`).href);
    expect((await opened.run(GREETING)).output).toBe("Jane Doe");
  });
});
