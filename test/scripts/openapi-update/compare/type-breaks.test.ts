import { describe, expect, it } from "vitest";
import {
  findTypeChanges,
  type Queries,
  type TypeChange,
} from "../../../../scripts/openapi-update/compare/type-breaks.js";

function findTypeBreaks(before: string, after: string, queries: Queries = new Map()): readonly TypeChange[] {
  return findTypeChanges(before, after, [queries, queries]).breaks;
}

/** The types of one operation, `POST /things`, and what else there is. */
function moduleOf({ body = "never", answer = "never", more = "" }: { body?: string; answer?: string; more?: string }) {
  return `export interface paths {
  "/things": {
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": ${body} } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": ${answer} } } };
    };
  };
}
export type webhooks = Record<string, never>;
export interface components { schemas: { ${more} } }
`;
}

/** What is found where a body of one type becomes another, `path problem`. */
function sent(before: string, after: string): string[] {
  return findTypeBreaks(moduleOf({ body: before }), moduleOf({ body: after })).map(({ path, problem }) =>
    `${path} ${problem}`.trim(),
  );
}

function read(before: string, after: string): string[] {
  return findTypeBreaks(moduleOf({ answer: before }), moduleOf({ answer: after })).map(({ path, problem }) =>
    `${path} ${problem}`.trim(),
  );
}

describe("a type that a program sends", () => {
  it.each([
    ["a property that was made required", "{ a?: string }", "{ a: string }", ["a is now required"]],
    ["a new required property", "{ a: string }", "{ a: string; b: string }", ["b is now required"]],
    ["a removed optional property", "{ a: string; b?: string }", "{ a: string }", ["b was removed"]],
    ["a removed property deep inside", "{ a?: { b: { c?: 1 }[] } }", "{ a?: { b: {}[] } }", ["a.b[].c was removed"]],
    ["a changed type", "{ a: string }", "{ a: number }", ["a accepts number now, not string"]],
    ["a removed enum value", `{ a: "x" | "y" }`, `{ a: "x" }`, [`a no longer accepts "y"`]],
    ["a removed null", "{ a: string | null }", "{ a: string }", ["a no longer accepts null"]],
    ["an open enum that was closed", `{ a: "x" | (string & {}) }`, `{ a: "x" }`, ["a no longer accepts string & {}"]],
    [
      "an open object that was closed",
      "{ a: string; [name: string]: unknown }",
      "{ a: string }",
      ["no longer has other properties"],
    ],
    [
      "a map with another value type",
      "{ [name: string]: string }",
      "{ [name: string]: number }",
      ["[] accepts number now, not string"],
    ],
    [
      "a removed union branch",
      "{ k: 'x'; a: 1 } | { k: 'y'; b: 1 }",
      "{ k: 'x'; a: 1 }",
      [`no longer accepts { k: "y"; b: 1; }`],
    ],
    [
      "a property removed from a union branch",
      "{ k: 'x'; a?: 1 } | { k: 'y' }",
      "{ k: 'x' } | { k: 'y' }",
      ["a was removed"],
    ],
    ["a property that became never", "{ a?: string }", "{ a?: never }", ["a was removed"]],
  ])("breaks with %s", (_, before, after, breaks) => {
    expect(sent(before, after)).toEqual(breaks);
  });

  it.each([
    ["a new optional property", "{ a: string }", "{ a: string; b?: string }"],
    ["a property that became optional", "{ a: string }", "{ a?: string }"],
    ["a new enum value", `{ a: "x" }`, `{ a: "x" | "y" }`],
    ["a wider type", "{ a: string }", "{ a: string | number | null }"],
    ["another value of an open enum", `{ a: "x" | (string & {}) }`, `{ a: "y" | (string & {}) }`],
    ["another order", "{ a: string; b: 1 | 2 }", "{ b: 2 | 1; a: string }"],
    ["new additional properties", "{ a: string }", "{ a: string; [name: string]: unknown }"],
    ["the same type as an intersection", "{ a: string; b?: 1 }", "{ a: string } & { b?: 1 }"],
  ])("does not break with %s", (_, before, after) => {
    expect(sent(before, after)).toEqual([]);
  });
});

describe("a type that a program reads", () => {
  it.each([
    ["a removed optional property", "{ a?: string; b: 1 }", "{ b: 1 }", ["a was removed"]],
    ["a property that may now be absent", "{ a: string }", "{ a?: string }", ["a may now be absent"]],
    ["a new null", "{ a: string }", "{ a: string | null }", ["a may now also be null"]],
    ["a new enum value", `{ a: "x" }`, `{ a: "x" | "y" }`, [`a may now also be "y"`]],
    [
      "a removed enum value, which a switch may compare with",
      `{ a: "x" | "y" }`,
      `{ a: "x" }`,
      [`a is never "y" any more`],
    ],
    ["a wider type", "{ a: string }", "{ a: string | number }", ["a may now also be number"]],
    ["a list that became a single value", "{ a: string[] }", "{ a: string }", ["a is string now, not string[]"]],
    [
      "a new union branch",
      "{ k: 'x' } | { k: 'y' }",
      "{ k: 'x' } | { k: 'y' } | { k: 'z' }",
      [`may now also be { k: "z"; }`],
    ],
    [
      "removed additional properties",
      "{ [name: string]: string }",
      "{ a?: string }",
      ["no longer has other properties"],
    ],
    [
      "a property that only additional properties still allow",
      "{ a: string }",
      "{ [name: string]: unknown }",
      ["a was removed"],
    ],
  ])("breaks with %s", (_, before, after, breaks) => {
    expect(read(before, after)).toEqual(breaks);
  });

  it.each([
    ["a new property", "{ a: string }", "{ a: string; b: string; c?: 1 }"],
    ["a property that became required", "{ a?: string }", "{ a: string }"],
    ["null that is no longer returned", "{ a: string | null }", "{ a: string }"],
    ["other values of an open enum", `{ a: "x" | (string & {}) }`, `{ a: "y" | "z" | (string & {}) }`],
    ["a string that became an enum", "{ a: string }", `{ a: "x" | "y" }`],
  ])("does not break with %s", (_, before, after) => {
    expect(read(before, after)).toEqual([]);
  });
});

describe("a recursive type", () => {
  const group = (leaf: string) => `export interface Group {\n  filters: (Group | { field: string; ${leaf} })[];\n}\n`;
  const typesWith = (leaf: string) => group(leaf) + moduleOf({ body: "Group", more: "Group: Group;" });

  it("is compared without endless recursion", () => {
    expect(findTypeBreaks(typesWith("a?: string;"), typesWith(""))).toEqual([
      {
        operation: "POST /things",
        place: "request body",
        path: "filters[].a",
        problem: "was removed",
        inComponent: "Group.filters[].a",
      },
    ]);
    expect(findTypeBreaks(typesWith(""), typesWith("a?: string;"))).toEqual([]);
  });
});

describe("an operation", () => {
  const operation = (inside: string) => `export interface paths { "/a": { get: { parameters: {}; ${inside} } } }`;
  const of = (before: string, after: string) =>
    findTypeBreaks(operation(before), operation(after)).map(({ place, problem }) => `${place ?? "it"} ${problem}`);
  const ok = `200: { headers: {}; content: { "application/json": string } };`;

  it("is reported when it is removed", () => {
    expect(findTypeBreaks(operation(""), "export interface paths {}")).toMatchObject([
      { operation: "GET /a", problem: "was removed" },
    ]);
  });

  it("is compared by the type of its named method's query, too", () => {
    const typesOf = (query: string, inline: string) => `export interface paths { "/a": { get: operations["a"] } }
export interface operations { a: AOperation; }
export interface AOperation {
  parameters: { query?: { q?: ${inline} } };
}
export interface AQuerySchema {
  q${query};
}`;
    const queries = new Map([["GET /a", "AQuerySchema"]]);
    const broken = { operation: "GET /a", place: "query parameter `q`", path: "" };
    expect(findTypeBreaks(typesOf("?: 1", "1"), typesOf(": 1", "1"), queries)).toEqual([
      { ...broken, problem: "is now required" },
    ]);
    expect(findTypeBreaks(typesOf("?: 1", "1"), typesOf("?: 2", "2"), queries)).toEqual([
      { ...broken, problem: "accepts 2 now, not 1" },
    ]);
  });

  it.each([
    ["a new error with the same body as the others", `400: { content: { "application/json": { m: string } } };`, []],
    [
      "a new error with another body",
      `400: { content: { "application/json": { e: string } } };`,
      ["response 400 is new, and its body ({ e: string; }) unlike the others"],
    ],
    ["a new error without a body", "400: { content?: never };", ["response 400 may have no body, unlike the others"]],
    [
      "a new success with another body",
      `201: { content: { "application/json": number } };`,
      ["response 201 is new, and its body (number) unlike the others"],
    ],
  ])("is compared correctly given %s", (_, more, breaks) => {
    const failure = `default: { content: { "application/json": { m: string } } };`;
    expect(of(`responses: { ${ok} ${failure} }`, `responses: { ${ok} ${failure} ${more} }`)).toEqual(breaks);
  });

  it("may document its first error without a break", () => {
    expect(of(`responses: { ${ok} }`, `responses: { ${ok} 400: { content: { "a/b": string } } }`)).toEqual([]);
  });

  it("breaks when a status or a media type is removed", () => {
    expect(of(`responses: { ${ok} 404: {} }`, `responses: { ${ok} }`)).toEqual(["response 404 was removed"]);
    expect(of(`requestBody: { content: { "a/b": string } }`, `requestBody: { content: { "a/c": string } }`)).toEqual([
      "request body as a/b was removed",
    ]);
  });
});

describe("a webhook", () => {
  const hook = (payload: string, answer: string) => `export interface webhooks { changed: { post: {
    requestBody: { content: { "application/json": ${payload} } };
    responses: { 200: { content: { "application/json": ${answer} } } } } } }
export interface paths {}`;

  it("treats its payload as read and its response as sent", () => {
    const before = hook("{ a: string }", "{ b?: string }");
    expect(findTypeBreaks(before, hook("{ a?: string }", "{ b?: string }"))).toMatchObject([
      { operation: "webhook POST changed", place: "payload", path: "a", problem: "may now be absent" },
    ]);
    expect(findTypeBreaks(before, hook("{ a: string }", "{ b: string }"))).toMatchObject([
      { operation: "webhook POST changed", place: "response 200", path: "b", problem: "is now required" },
    ]);
    expect(findTypeBreaks(before, hook("{ a: string; c: 1 }", "{ b?: string; d?: 1 }"))).toEqual([]);
  });
});

describe("gains", () => {
  it("are the changes that would break in the opposite direction", () => {
    const { breaks, gains } = findTypeChanges(
      moduleOf({ body: "{ a: string }", answer: "{ b?: string }" }),
      moduleOf({ body: "{ a?: string; c?: 1 }", answer: "{ b: string }" }),
    );
    expect(breaks).toEqual([]);
    expect(gains.map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      "a may now be left out",
      "c is new",
      "b is now always there",
    ]);
  });

  it("are empty when only comments differ", () => {
    const types = moduleOf({ body: "{ a: string }" });
    expect(findTypeChanges(types, types.replace("post:", "/** Makes a thing. */ post:"))).toEqual({
      breaks: [],
      gains: [],
    });
  });
});
