import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Documentation, listPages, open, readFile, seriousFindings, serveDocumentation } from "./documentation.js";
import { closeBrowser } from "./examples-site.js";

/** A page of each kind, and those that are hardest to lay out. */
const KINDS = [
  "index.html",
  "404.html",
  "docs/guide/index.html",
  "docs/guide/quick-start.html",
  "docs/guide/searching.html",
  "docs/guide/benchmarks.html",
  "docs/guide/platforms.html",
  "docs/internals/architecture.html",
  "openapi/index.html",
  "openapi/people.html",
  "openapi/ledgers.html",
  "sdk/index.html",
  "sdk/interfaces/LiveDataOptions.html",
  "sdk/classes/RateLimitedError.html",
  "sdk/functions/createLiveData.html",
  "sdk/query/variables/job.html",
  "examples/proxy.ts.html",
  "README.html",
];

const LOOKS: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ["wide", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["narrow and dark", { viewport: { width: 375, height: 800 }, colorScheme: "dark" }],
];

let documentation: Documentation;
let opened: Awaited<ReturnType<typeof open>> | undefined;

async function visit(page: string, options: BrowserContextOptions = {}) {
  opened = await open(documentation.url + page, options);
  return opened.page;
}

beforeAll(async () => {
  documentation = await serveDocumentation();
});

afterEach(async () => {
  await opened?.page.close();
  opened = undefined;
});

afterAll(async () => {
  await closeBrowser();
  await documentation?.close();
});

describe.each(LOOKS)("a %s window", (_name, options) => {
  test.each(KINDS)("shows %s without scrolling sideways, and axe finds nothing serious", async (kind) => {
    const page = await visit(kind, options);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(options.viewport?.width);
    expect(await seriousFindings(page)).toEqual([]);
    expect(opened?.complaints).toEqual([]);
  });
});

test("no page has a policy that lets it reach the network, and only pages that run code let it run", () => {
  for (const file of listPages()) {
    const html = readFile(file);
    const [, policy = ""] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy, file).toMatch(/^default-src 'none'/);
    expect(policy, file).not.toMatch(/https?:|\*|data:|unsafe-/);
    expect(policy.includes("blob:"), file).toBe(html.includes("assets/examples.js"));
  }
});

describe("the front page", () => {
  const tasks: readonly (readonly [task: string, call: string])[] = [
    ["Look people up", "livedata.people.find("],
    ["Search", "livedata.people.search("],
    ["Count for free", "count(livedata.people"],
    ["Enrich a file", "npx @livedata/sdk enrich"],
    ["Watch for job changes", "watchContacts("],
    ["Test your backend", "createFakeLiveData().install()"],
    ["Run a fleet", "createFleet("],
  ];

  test.each(tasks)("leads to a section that shows how to: %s", async (task, call) => {
    const page = await visit("index.html");
    await page.getByRole("link", { name: task, exact: true }).click();
    await page.waitForURL(/guide/);
    const start = await page.evaluate<number>(
      "document.querySelector(location.hash || 'main').getBoundingClientRect().top",
    );
    expect(start).toBeLessThan(900);
    const codes = page.locator("pre", { hasText: call });
    const tops = await codes.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(tops.some((top) => top >= start && top < start + 3_000)).toBe(true);
  });

  test("says how to install it, and has an example that runs", async () => {
    const page = await visit("index.html");
    expect(await page.locator("pre").first().innerText()).toBe("npm install @livedata/sdk");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("3 credits used").waitFor();
  });
});

describe("the search", () => {
  const found: readonly (readonly [query: string, title: string, place: string])[] = [
    ["credits remaining", "Credits, status and headers of a call", "Guide · Calls"],
    ["people.search", "people.search", "API · People"],
    ["createLiveData", "createLiveData()", "SDK · createLiveData()"],
    ["create live data", "createLiveData()", "SDK · createLiveData()"],
    ["webhook", "Webhooks", "Guide · Webhooks"],
    ["rate limt", "Rate limits", "Guide · Retries and timeouts"],
  ];

  test.each(found)("finds %s", async (query, title, place) => {
    const page = await visit("docs/guide/auth.html");
    await page.keyboard.press("/");
    await page.keyboard.type(query);
    const result = page.getByRole("dialog").getByRole("link").filter({ hasText: place }).filter({ hasText: title });
    await result.first().waitFor();
    const places = await page.getByRole("dialog").getByRole("link").allInnerTexts();
    expect(places.slice(0, 5).join("\n")).toContain(title);
  });

  test("knows words, and no markup", () => {
    expect(readFile("assets/search.js")).not.toMatch(/<small|<\/small/);
  });

  test("says that its texts did not load, and loads them when asked again", async () => {
    const page = await visit("index.html");
    let tries = 0;
    await page.route("**/assets/search.js", (route) => (++tries === 1 ? route.abort() : route.continue()));
    await page.keyboard.press("/");
    await page.getByText("The search did not load.").waitFor();
    await page.keyboard.type("fleet");
    await page.getByRole("dialog").getByRole("link").first().waitFor();
    expect(await page.getByText("The search did not load.").count()).toBe(0);
    expect(opened?.complaints).toEqual([expect.stringContaining("net::ERR_FAILED")]);
  });

  test("follows the first result for Enter, also if its texts load only then", async () => {
    const page = await visit("index.html");
    let ask = () => {};
    const isAsked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    await page.route("**/assets/search.js", async (route) => {
      await isAsked;
      await route.continue();
    });
    await page.keyboard.press("/");
    await page.keyboard.type("webhook");
    await page.keyboard.press("Enter");
    ask();
    await page.waitForURL(/webhooks/);
  });

  test("says so if nothing is found", async () => {
    const page = await visit("index.html");
    await page.getByRole("button", { name: "Search" }).click();
    await page.keyboard.type("zyxwvu");
    await page.getByText("Nothing found for “zyxwvu”").waitFor();
  });
});

describe("the keyboard alone", () => {
  test("skips to the content", async () => {
    const page = await visit("docs/guide/auth.html");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
  });

  test("searches, chooses a result, and closes the search", async () => {
    const page = await visit("index.html");
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("/");
    await page.keyboard.type("currentJob");
    await page.getByRole("dialog").getByRole("link").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/currentJob|searching/);
  });

  test("opens the menu of a narrow window, and closes it", async () => {
    const page = await visit("index.html", { viewport: { width: 375, height: 800 } });
    const link = page.getByRole("link", { name: "Quick start" });
    expect(await link.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Menu" }).focus();
    await page.keyboard.press("Enter");
    expect(await link.isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await link.isVisible()).toBe(false);
  });
});

describe("colors", () => {
  test("follow the button, also on the next page", async () => {
    const page = await visit("index.html", { colorScheme: "light" });
    const color = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await color();
    await page.getByRole("button", { name: "Dark colors" }).click();
    const dark = await color();
    expect(dark).not.toBe(light);
    await page.getByRole("link", { name: "Quick start" }).click();
    await page.waitForURL(/quick-start/);
    expect(await color()).toBe(dark);
  });
});

describe("without JavaScript", () => {
  test("everything can be read and reached, and no button is dead", async () => {
    const page = await visit("docs/guide/quick-start.html", { javaScriptEnabled: false });
    expect(await page.locator("pre").first().isVisible()).toBe(true);
    expect(await page.locator("button:visible").count()).toBe(0);
    await page.getByRole("link", { name: "Webhooks" }).first().click();
    await page.waitForURL(/webhooks/);
  });

  test("the menu of a narrow window opens", async () => {
    const page = await visit("index.html", { javaScriptEnabled: false, viewport: { width: 375, height: 800 } });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.waitForURL(/webhooks/);
  });
});

test("a site opened from a disk can be read and searched", async () => {
  opened = await open(pathToFileURL(path.resolve("site/docs/guide/auth.html")).href);
  const { page, complaints } = opened;
  await page.keyboard.press("/");
  await page.keyboard.type("fleet");
  await page.getByRole("dialog").getByRole("link", { name: "Fleets" }).first().click();
  await page.waitForURL(/^file:.*fleet\.html/);
  expect(await page.locator("h1").innerText()).toContain("Fleets");
  expect(complaints).toEqual([]);
});

describe.each(["/", "/some/path/", "/docs/", "/docs/sdk/"])("an address below %s that does not exist", (root) => {
  let mounted: Documentation;

  beforeAll(async () => {
    mounted = await serveDocumentation(root);
  });

  afterAll(() => mounted.close());

  test.each(["gone.html", "nope/gone.html", "docs/guide/deep/er/gone.html", "docs/guide/sdk/gone.html"])(
    "shows a page that leads back: %s",
    async (address) => {
      opened = await open(mounted.url + address);
      const { page } = opened;
      expect(await page.locator("h1").innerText()).toBe("This page does not exist");
      await page.getByRole("button", { name: "Search" }).click();
      expect(await page.evaluate("getComputedStyle(document.querySelector('body > header')).display")).toBe("flex");
      await page.keyboard.type("fleet");
      await page.getByRole("dialog").getByRole("link").first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "front page" }).click();
      await page.waitForURL(`${mounted.url}index.html`);
    },
  );
});

describe("a service page", () => {
  test("lets the keyboard stop only at what scrolls, and names it", async () => {
    const page = await visit("openapi/people.html", { viewport: { width: 1440, height: 900 } });
    const stops = page.locator("article [tabindex='0']:is(.table, pre)");
    const scrolling = `[...document.querySelectorAll("article :is(.table, pre)")].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length`;
    expect(await stops.count()).toBe(await page.evaluate(scrolling));
    expect(await page.locator("article th:empty").count()).toBe(0);
    expect(await page.locator("[aria-label='Table']").count()).toBe(0);
  });

  test("lists its headings above the text where there is no room beside it", async () => {
    const page = await visit("openapi/people.html", { viewport: { width: 1000, height: 900 } });
    await page.getByText("On this page").filter({ visible: true }).click();
    await page.locator(".contents").getByRole("link", { name: "people.previewSearch" }).click();
    await page.waitForURL(/#peoplepreviewsearch$/);
  });
});

test("a printed page has no buttons, light colors, and all of its code", async () => {
  const page = await visit("docs/guide/quick-start.html", { colorScheme: "dark" });
  await page.getByRole("button", { name: "Dark colors" }).click();
  await page.getByRole("button", { name: "Dark colors" }).click();
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("button:visible, .anchor:visible").count()).toBe(0);
  expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
  expect(await page.evaluate("getComputedStyle(document.querySelector('pre')).whiteSpace")).toBe("pre-wrap");
});

test("what the first Run downloads is no larger than decision 0030 says", () => {
  expect(gzipSync(readFile("assets/examples-worker.js")).length).toBeLessThan(105_000);
});

describe("for machines", () => {
  test("each page has its Markdown beside it", async () => {
    for (const file of listPages().filter((one) => one !== "404.html")) {
      const [, markdown = ""] = /type="text\/markdown" href="([^"]+)"/.exec(readFile(file)) ?? [];
      expect(readFile(path.join(path.dirname(file), markdown)), file).toMatch(/^#+ /m);
    }
  });

  test("llms.txt lists Markdown that exists", () => {
    const links = [...readFile("llms.txt").matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(60);
    for (const link of links) expect(readFile(link), link).not.toBe("");
  });

  test("llms.txt says what each page of the guide is for", () => {
    const guide = readFile("llms.txt").match(/^- .*\(docs\/guide\/.*$/gm) ?? [];
    expect(guide.length).toBeGreaterThan(15);
    for (const line of guide) expect(line).toMatch(/^- \[.+\]\(.+\.md\): [A-Z`].{15,}\.$/);
  });
});

test("a page loads nothing that does not exist, and nothing outside of its path", () => {
  expect(documentation.missed).toEqual([]);
});
