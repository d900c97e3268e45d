import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, truncateSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { createSandbox, SMALL, withSchemas } from "./sandbox.js";

describe("a local document", () => {
  it("is received with all files that it references, at the same relative paths", async () => {
    await using sandbox = createSandbox();
    cpSync("openapi", path.join(sandbox.folder, "openapi"), { recursive: true });
    const { files, bundle } = await sandbox.receive(path.join(sandbox.folder, "openapi/people.yaml"));
    expect(files).toContain("people.yaml");
    expect(files).toContain("components/person.yaml");
    expect(files).not.toContain("companies.yaml");
    expect(JSON.stringify(bundle)).toContain(
      JSON.stringify(parseYaml(readFileSync("openapi/examples/find-request.json", "utf8"))),
    );
  });

  it("is named in messages as the user wrote it", async () => {
    await using sandbox = createSandbox();
    expect(await sandbox.refusal("./openapi/nothing.yaml")).toEqual([
      "./openapi/nothing.yaml:1:1 missing-file Cannot read nothing.yaml. Check that it exists.",
    ]);
    expect(await sandbox.refusal("openapi/components/person.yaml")).toEqual([
      "openapi/components/person.yaml:1:1 not-openapi This is a map without `openapi`; OpenAPI 3.0.x and 3.1.x are accepted.",
    ]);
    expect(await sandbox.refusal("./openapi")).toEqual([
      "./openapi:1:1 missing-file Cannot read openapi: it is not a file.",
    ]);
  });

  it("may be JSON and may have Windows line endings, a byte order mark or tabs", async () => {
    await using sandbox = createSandbox();
    const document = { openapi: "3.0.3", info: {}, paths: { "/a/{\ud83d\ude00}": {} } };
    const json = JSON.stringify(document, undefined, "\t");
    expect((await sandbox.receive(sandbox.put("new.json", json))).bundle).toMatchObject(document);
    const windows = `\ufeff${SMALL.replaceAll("\n", "\r\n")}`;
    expect((await sandbox.receive(sandbox.put("new.yaml", windows))).bundle).toMatchObject(parseYaml(SMALL));
  });

  it("may reference files above its folder", async () => {
    await using sandbox = createSandbox();
    sandbox.put("common/person.yaml", "Person: {$ref: '../services/people/new.yaml#/components/schemas/Other'}\n");
    const document = withSchemas("Person: {$ref: '../../common/person.yaml#/Person'}\nOther: {type: string}\n");
    const location = sandbox.put("services/people/new.yaml", document);
    const { files } = await sandbox.receive(location);
    expect(files).toEqual(["../../common/person.yaml", "new.yaml"]);
  });

  it("must not reference files that share only the root or the home folder with it", async () => {
    await using sandbox = createSandbox();
    const up = "../".repeat(40);
    const location = sandbox.put("new.yaml", withSchemas(`Person: {$ref: '${up}etc/hostname'}\n`));
    const [line] = await sandbox.refusal(location);
    expect(line).toMatch(
      /^new\.yaml:12:20 outside .*etc\/hostname has no folder in common with the document\. Put all files/,
    );
  });

  it("is read through symbolic links, but never from a pipe", async () => {
    await using sandbox = createSandbox();
    sandbox.put("real.yaml", SMALL);
    symlinkSync(path.join(sandbox.folder, "real.yaml"), path.join(sandbox.folder, "new.yaml"));
    expect(await sandbox.receive(path.join(sandbox.folder, "new.yaml"))).toMatchObject({ files: ["new.yaml"] });
    await using other = createSandbox();
    execFileSync("mkfifo", [path.join(other.folder, "pipe.yaml")]);
    const location = other.put("new.yaml", withSchemas("Person: {$ref: pipe.yaml}\n"));
    expect(await other.refusal(location)).toEqual([
      "new.yaml:12:20 missing-file Cannot read pipe.yaml: it is not a file.",
    ]);
  });
});

describe("a document that is too large", () => {
  it("is rejected before it is read", async () => {
    await using sandbox = createSandbox();
    const location = sandbox.put("new.yaml", SMALL);
    truncateSync(location, 50 * 1024 * 1024);
    expect(await sandbox.refusal(location)).toEqual([
      "new.yaml:1:1 too-large The document has 50.0 MiB in all its files; the limit is 25 MiB.",
    ]);
  });

  it("is rejected by the total size of its files", async () => {
    await using sandbox = createSandbox();
    const schemas = ["a", "b", "c"].map((name) => `${name}: {$ref: ${name}.yaml}\n`).join("");
    const location = sandbox.put("new.yaml", withSchemas(schemas));
    for (const name of ["a", "b", "c"]) sandbox.put(`${name}.yaml`, `# ${"x".repeat(9 * 1024 * 1024)}\ntype: string\n`);
    expect(await sandbox.refusal(location)).toEqual([
      "new.yaml:14:15 too-large The document has 27.0 MiB in all its files; the limit is 25 MiB.",
    ]);
  });

  it("may consist of more than 500 files", async () => {
    await using sandbox = createSandbox();
    for (let file = 1; file <= 600; file += 1) sandbox.put(`${file}.yaml`, "type: string\n");
    const schemas = Array.from({ length: 600 }, (_, index) => `S${index + 1}: {$ref: ${index + 1}.yaml}\n`).join("");
    expect((await sandbox.receive(sandbox.put("new.yaml", withSchemas(schemas)))).files).toHaveLength(601);
  });
});

const unreadable: readonly (readonly [what: string, content: string | Uint8Array, line: string])[] = [
  ["that is not YAML", SMALL.replace("paths:", "paths: ["), "5:9 yaml missed comma between flow collection entries"],
  [
    "that is not JSON",
    '{"openapi": "3.1.0",\n "paths": {}',
    "2:13 yaml unexpected end of the stream within a flow collection",
  ],
  ["with a duplicate key", `${SMALL}paths: {}\n`, "10:1 yaml duplicated mapping key"],
  ["with a number and a string as the same key", `${SMALL}        200: {}\n`, "10:9 yaml duplicated mapping key"],
  ["with a map as a key", `${SMALL}? {a: b}\n: c\n`, "1:1 yaml object-based map does not support complex keys"],
  ["with a custom tag", `${SMALL}x-a: !secret b\n`, "10:6 yaml unknown scalar tag !<!secret>"],
  ["with an unknown alias", `${SMALL}x-a: *nothing\n`, '10:7 yaml unidentified alias "nothing"'],
  [
    "with an alias that contains itself",
    `${SMALL}x-a: &a {b: [*a]}\n`,
    "1:1 yaml An alias is inside what it stands for.",
  ],
  [
    "with several YAML documents",
    `${SMALL}---\n${SMALL}`,
    "1:1 yaml expected a single document in the stream, but found more",
  ],
  ["that is empty", "", "1:1 empty The file is empty."],
  ["with only comments", "# nothing\n", "1:1 empty The file is empty."],
  ["with only spaces", " \n\n", "1:1 empty The file is empty."],
  ["in HTML", "<!doctype html>\n<title>Sign in</title>\n", "1:1 html This is HTML or XML, not YAML or JSON."],
  ["in UTF-16", Buffer.from(`\ufeff${SMALL}`, "utf16le"), "1:1 encoding The file is in UTF-16. Save it as UTF-8."],
  [
    "in Latin-1",
    Buffer.from(SMALL.replace("People.", "Caf\u00e9."), "latin1"),
    "1:1 encoding The file is not text in UTF-8.",
  ],
  ["that is binary", Buffer.from([0x50, 0x4b, 3, 4, 10, 0, 0]), "1:1 encoding The file is not text in UTF-8."],
  [
    "with a control character",
    SMALL.replace("People.", "Peo\u001bple."),
    "9:27 yaml the stream contains non-printable characters",
  ],
  ["that is nested too deeply", `${SMALL}x-a: ${"[".repeat(100_000)}`, "10:105 yaml nesting exceeded maxDepth (100)"],
  [
    "that its aliases nest too deeply",
    `${SMALL}x-0: &0 [a]\n${Array.from({ length: 99 }, (_, index) => `x-${index + 1}: &${index + 1} [*${index}]\n`).join("")}`,
    "1:1 yaml This is nested more than 95 levels deep.",
  ],
  [
    "whose aliases expand without end",
    `${SMALL}x-0: &0 aaaaaaaaa\n${Array.from({ length: 9 }, (_, index) => `x-${index + 1}: &${index + 1} [${Array(9).fill(`*${index}`)}]\n`).join("")}`,
    "1:1 too-large With its aliases expanded, the document has over 25 MiB.",
  ],
];

const others: readonly (readonly [what: string, content: string, line: string])[] = [
  ["a list", "- a\n", "1:1 not-openapi This is a list"],
  ["a string", "Hello\n", "1:1 not-openapi This is a string"],
  ["another kind of map", "name: x\n", "1:1 not-openapi This is a map without `openapi`"],
  ["Swagger", 'swagger: "2.0"\n', "1:1 not-openapi This is Swagger 2.0"],
  ["AsyncAPI", "asyncapi: 3.0.0\n", "1:1 not-openapi This is AsyncAPI 3.0.0"],
  ["OpenAPI 3.2", "openapi: 3.2.0\n", "1:10 not-openapi This is OpenAPI 3.2.0"],
  ["OpenAPI without a patch version", 'openapi: "3.1"\n', "1:10 not-openapi This is OpenAPI 3.1"],
  [
    "OpenAPI with a number as its version",
    "openapi: 3.1\n",
    '1:10 not-openapi `openapi` is 3.1, not a string such as "3.1.0"',
  ],
  ["OpenAPI with an empty version", "openapi:\n", '1:9 not-openapi `openapi` is null, not a string such as "3.1.0"'],
];

describe("a file", () => {
  for (const [what, content, line] of unreadable) {
    it(`${what} is rejected`, async () => {
      await using sandbox = createSandbox();
      expect(await sandbox.refusal(sandbox.put("new.yaml", content))).toEqual([`new.yaml:${line}`]);
    });
  }

  for (const [what, content, line] of others) {
    it(`that is ${what} is rejected, with the accepted versions`, async () => {
      await using sandbox = createSandbox();
      const whole = `new.yaml:${line}; OpenAPI 3.0.x and 3.1.x are accepted.`;
      expect(await sandbox.refusal(sandbox.put("new.yaml", content))).toEqual([whole]);
    });
  }

  it("without a path or a webhook is rejected", async () => {
    await using sandbox = createSandbox();
    const refusal = (rest: string) => sandbox.refusal(sandbox.put("new.yaml", `openapi: 3.1.0\n${rest}`));
    expect(await refusal("")).toEqual(["new.yaml:1:1 not-openapi The document has no path and no webhook."]);
    expect(await refusal("paths: {}\n")).toEqual(["new.yaml:1:1 not-openapi The document has no path and no webhook."]);
    expect(await refusal("paths: [a]\n")).toEqual(["new.yaml:2:8 not-openapi `paths` is not a map."]);
    expect(await sandbox.receive(sandbox.put("new.yaml", "openapi: 3.1.0\nwebhooks: {a: {}}\n"))).toBeTruthy();
  });

  it("may use many aliases of a string, and references in merged maps are followed", async () => {
    await using sandbox = createSandbox();
    sandbox.put("a.yaml", "type: string\n");
    const many = `x-many: [&a text${", *a".repeat(5000)}]\n`;
    const merged = "x-base: &base {type: object, properties: {a: {$ref: a.yaml}}}\n";
    const content = `${many}${merged}${withSchemas("A: {<<: *base}\nB: {$ref: '#/components/schemas/A/properties/a'}\n")}`;
    const { files } = await sandbox.receive(sandbox.put("new.yaml", content));
    expect(files).toEqual(["a.yaml", "new.yaml"]);
  });
});

const references: readonly (readonly [what: string, schemas: string, lines: readonly string[]])[] = [
  ["to a missing file", "A: {$ref: b.yaml}", ["12:15 missing-file Cannot read b.yaml. Check that it exists."]],
  [
    "to a missing component",
    "A: {$ref: '#/components/schemas/B'}",
    [
      "12:15 no-unresolved-refs Cannot resolve #/components/schemas/B: new.yaml has no /components/schemas/B. Correct the reference.",
    ],
  ],
  [
    "that is badly encoded",
    "A: {$ref: '#/components/schemas/B%zz'}",
    [
      "12:15 no-unresolved-refs Cannot resolve #/components/schemas/B%zz: new.yaml has no /components/schemas/B%zz. Correct the reference.",
    ],
  ],
  [
    "over http, whose secrets are not shown,",
    "A: {$ref: 'http://me:pass@example.com/a.yaml?token=t#/A'}",
    ["12:15 remote-ref Refer to a file, not to http://example.com/a.yaml."],
  ],
  [
    "over https",
    "A: {$ref: 'https://example.com/a.yaml'}",
    ["12:15 remote-ref Refer to a file, not to https://example.com/a.yaml."],
  ],
  [
    "to a file URL",
    "A: {$ref: 'file:///etc/passwd'}",
    ["12:15 remote-ref Refer to a file, not to file:///etc/passwd."],
  ],
  ["to another host", "A: {$ref: '//example.com/a.yaml'}", ["12:15 remote-ref Refer to a file, not to //."]],
  [
    "to an absolute path",
    "A: {$ref: /etc/passwd}",
    ["12:15 outside ../../../../etc/passwd has no folder in common with the document. Put all files into one folder."],
  ],
  ["with backslashes", "A: {$ref: 'a\\b.yaml'}", ["12:15 missing-file Cannot read a\\b.yaml. Check that it exists."]],
  ["with a query", "A: {$ref: 'b.yaml?token=t'}", ["12:15 missing-file Cannot read b.yaml?…. Check that it exists."]],
  [
    "to itself",
    "A: {$ref: '#/components/schemas/A'}",
    ["12:15 circular-ref These references lead only to each other: #/components/schemas/A → #/components/schemas/A"],
  ],
  [
    "in a circle",
    "A: {$ref: '#/components/schemas/B'}\nB: {$ref: '#/components/schemas/C'}\nC: {$ref: '#/components/schemas/A'}",
    [
      "12:15 circular-ref These references lead only to each other: #/components/schemas/B → #/components/schemas/C → #/components/schemas/A → #/components/schemas/B",
    ],
  ],
];

describe("a reference", () => {
  for (const [what, schemas, lines] of references) {
    it(`${what} is rejected`, async () => {
      await using sandbox = createSandbox();
      const refusal = await sandbox.refusal(sandbox.put("new.yaml", withSchemas(`${schemas}\n`)));
      expect(refusal).toEqual(lines.map((line) => `new.yaml:${line}`));
    });
  }

  it("that is broken is reported in every file, by the name of the file", async () => {
    await using sandbox = createSandbox();
    const location = sandbox.put("new.yaml", withSchemas("A: {$ref: sub/a.yaml}\nB: {$ref: sub/b.yaml#/B}\n"));
    sandbox.put("sub/a.yaml", "type: object\nproperties: {c: {$ref: ../c.yaml}, b: {$ref: 'b.yaml#/C'}}\n");
    sandbox.put("sub/b.yaml", "B: {type: string}\n");
    expect(await sandbox.refusal(location)).toEqual([
      "sub/a.yaml:2:24 missing-file Cannot read c.yaml. Check that it exists.",
      "sub/a.yaml:2:46 no-unresolved-refs Cannot resolve b.yaml#/C: sub/b.yaml has no /C. Correct the reference.",
    ]);
  });

  it("in a circle of files is rejected, and a broken file is reported by its own name", async () => {
    await using sandbox = createSandbox();
    const location = sandbox.put("new.yaml", withSchemas("A: {$ref: a.yaml#/A}\nB: {$ref: b.yaml}\n"));
    sandbox.put("a.yaml", "A: {$ref: 'new.yaml#/components/schemas/A'}\n");
    sandbox.put("b.yaml", "type: [\n");
    expect(await sandbox.refusal(location)).toEqual([
      "b.yaml:2:1 yaml deficient indentation",
      "new.yaml:12:15 circular-ref These references lead only to each other: a.yaml#/A → new.yaml#/components/schemas/A → a.yaml#/A",
    ]);
  });

  const good: readonly (readonly [what: string, schemas: string])[] = [
    ["from a property to its schema", "A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}}"],
    ["from the items of a property", "A: {properties: {a: {items: {$ref: '#/components/schemas/A'}}}}"],
    [
      "through another reference",
      "A: {$ref: '#/components/schemas/B/properties/c'}\nB: {$ref: '#/components/schemas/C'}\nC: {properties: {c: {type: string}}}",
    ],
    ["that is only a property named $ref", "A: {properties: {$ref: {type: string}, default: {enum: [a]}}}"],
    // An overlay may still mend what TypeScript would refuse.
    ["from a list to itself", "A: {type: array, items: {$ref: '#/components/schemas/A'}}"],
    [
      "in a default, enum, const or examples",
      "A: {default: {$ref: b.yaml}, enum: [{$ref: '#/b'}], const: {a: {$ref: /b}}, examples: [{$ref: '#b'}]}",
    ],
    ["with escapes", "a/b~c d: {type: string}\nB: {$ref: '#/components/schemas/a~1b~0c%20d'}"],
    [
      "of a discriminator",
      "A: {oneOf: [{$ref: '#/components/schemas/B'}], discriminator: {propertyName: a, mapping: {b: B, c: '#/components/schemas/B'}}}\nB: {type: object}",
    ],
    ["to a path", "A: {$ref: '#/paths/~1find/post/responses/200/description'}"],
  ];

  for (const [what, schemas] of good) {
    it(`${what} is accepted`, async () => {
      await using sandbox = createSandbox();
      expect(await sandbox.receive(sandbox.put("new.yaml", withSchemas(`${schemas}\n`)))).toBeTruthy();
    });
  }

  it("to a path item, a response, a discriminator's file and an example is followed", async () => {
    await using sandbox = createSandbox();
    const location = sandbox.put("new.yaml", "openapi: 3.1.0\npaths: {/a: {$ref: paths/a.yaml}}\n");
    sandbox.put(
      "paths/a.yaml",
      "get: {responses: {default: {$ref: ../d.yaml}}, requestBody: {content: {a: {schema: {discriminator: {mapping: {m: ../m.yaml}}}, examples: {e: {$ref: ../e.json}}}}}}\n",
    );
    sandbox.put("d.yaml", "description: x\n");
    sandbox.put("m.yaml", "type: object\n");
    sandbox.put("e.json", '{"value": {"$ref": 1}}');
    const { files, bundle } = await sandbox.receive(location);
    expect(files).toEqual(["d.yaml", "m.yaml", "new.yaml", "paths/a.yaml"]);
    expect(JSON.stringify(bundle)).toContain('"value":{"$ref":1}');
  });

  it("with control characters is printed escaped and shortened", async () => {
    await using sandbox = createSandbox();
    const reference = `\\e[31mred\\n${"x".repeat(10_000)}.yaml#/a`;
    const [line = ""] = await sandbox.refusal(sandbox.put("new.yaml", withSchemas(`A: {$ref: "${reference}"}\n`)));
    expect(line).toMatch(/^new\.yaml:12:15 missing-file Cannot read \\u001b\[31mred\\u000axxx/);
    expect(line.length).toBeLessThan(400);
  });
});
