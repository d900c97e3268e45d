import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { apiKey } from "../src/auth/credentials.js";
import { createLiveData } from "../src/client.js";

const page = readFileSync("docs/internals/architecture.md", "utf8");
const { stackTraceLimit } = Error;

beforeEach(() => {
  Error.stackTraceLimit = 100;
});

afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Returns the files of src, and openapi-fetch, on a stack, from the caller to the network; each where it begins. */
function hopsOf(stack: string): string[] {
  const frames = [...stack.matchAll(/\/(?:src\/([a-z/-]+\.ts)|node_modules\/(openapi-fetch)\/)/g)];
  return [...new Set(frames.map(([, file = "", library]) => library ?? file).reverse())];
}

/** Returns the bold names that start the numbered items of a section. */
function stepsOf(section: string): string[] {
  const [, text = ""] = page.split(`## ${section}\n`);
  const [list = ""] = text.split("\n## ");
  return [...list.matchAll(/^\d+\. \*\*`?([^*`]+)`?\*\*/gm)].map(([, name = ""]) => name);
}

test("the path of a call in architecture.md is the stack of a real call", async () => {
  let stack = "";
  const fetch = async () => {
    stack = new Error().stack ?? "";
    return Response.json({ people: [], count: 0 });
  };
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), totalTimeout: 5_000, fetch });
  await livedata.people.POST("/search", { body: { size: 0 } });
  const [method, ...steps] = stepsOf("The path of a call");
  expect(method).toBe("A call");
  expect([...hopsOf(stack), "fetch"]).toEqual(steps);
  expect(steps.length + 1).toBeLessThanOrEqual(10);
});

test("the tree in architecture.md has every file of src, and no other", () => {
  const [, tree = ""] = /```\nsrc\/\n([\s\S]*?)```/.exec(page) ?? [];
  let folder = "";
  const drawn = tree.split("\n").flatMap((line) => {
    const [, indent = "", name = ""] = /^( +)([a-z/-]+(?:\.ts|\/))/.exec(line) ?? [];
    if (name.endsWith("/")) folder = name;
    else if (indent.length === 2) folder = "";
    return name.endsWith(".ts") ? [folder + name] : [];
  });
  const files = readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/^(generated|testing)\//.test(file));
  expect(drawn.sort()).toEqual(files.sort());
});
