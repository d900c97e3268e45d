import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const REPOSITORY = process.cwd();
const SCRIPT = path.join(REPOSITORY, "scripts/generate.ts");
const TSX = import.meta.resolve("tsx");
const OUTPUT = "src/generated";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Copies the files that the script reads and, unless `output` is false, its previous output. */
function createCopy({ output = true } = {}): string {
  const copy = mkdtempSync(path.join(tmpdir(), "livedata-generate-"));
  folders.push(copy);
  for (const name of [
    "openapi",
    "redocly.yaml",
    "redocly.evidence.yaml",
    "redocly.vendor.yaml",
    "package.json",
    ...(output ? [OUTPUT] : []),
  ]) {
    cpSync(path.join(REPOSITORY, name), path.join(copy, name), { recursive: true });
  }
  return copy;
}

function edit(copy: string, file: string, change: (text: string) => string): void {
  const before = readFileSync(path.join(copy, file), "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path.join(copy, file), after);
}

function readOutput(copy: string): Record<string, string> {
  const folder = path.join(copy, OUTPUT);
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(path.join(folder, name), "utf8")]),
  );
}

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(copy: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", TSX, SCRIPT, ...args], { cwd: copy });
}

function finish(child: ChildProcess): Promise<Result> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

function generate(copy: string, ...args: string[]): Promise<Result> {
  return finish(start(copy, ...args));
}

describe("npm run generate", () => {
  it("writes the same bytes in every checkout, deletes unknown files and leaves up-to-date files alone", async () => {
    const copy = createCopy();
    for (const file of ["openapi/people.yaml", "openapi/components/filters.yaml", "openapi/components/person.yaml"]) {
      edit(copy, file, (text) => text.replaceAll("\n", "\r\n"));
    }
    rmSync(path.join(copy, OUTPUT, "identity.ts"));
    writeFileSync(path.join(copy, OUTPUT, "billing.ts"), "export {};\n");
    const people = path.join(copy, OUTPUT, "people.ts");
    const { mtimeMs } = statSync(people);
    expect(await generate(copy)).toMatchObject({ code: 0, stderr: "" });
    expect(readOutput(copy)).toEqual(readOutput(REPOSITORY));
    // An up-to-date file is not written again.
    expect(statSync(people).mtimeMs).toBe(mtimeMs);
  });

  it("lists the documents and their hash in the header of each file", () => {
    const { "version.ts": version, ...output } = readOutput(REPOSITORY);
    expect(version).toMatch(/from package\.json/);
    for (const [name, text] of Object.entries(output)) {
      const head = text.slice(0, text.indexOf("*/"));
      expect(head).toMatch(/SHA-256 of the documents: [0-9a-f]{64}\n/);
      const isOfAll = ["operation-facts.ts", "operations.ts", "request-schemas.ts", "response-schemas.ts"].includes(
        name,
      );
      const document = isOfAll ? "people" : name.replace(".ts", "");
      expect(head).toContain(` * - openapi/${document}.yaml\n`);
      expect(head).not.toContain("openapi/examples");
      expect(head).not.toContain(REPOSITORY);
    }
    expect(output["people.ts"]).toContain(" * - openapi/components/person.yaml\n");
    expect(output["identity.ts"]).not.toContain(" * - openapi/components/person.yaml\n");
  });

  it("rejects an unknown argument", async () => {
    const result = await generate(createCopy(), "--chek");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toBe("Unknown argument: --chek. Usage: npm run generate [-- --check]\n");
  });
});

describe("npm run generate -- --check", () => {
  it("exits 0 and prints nothing if all files are up to date", async () => {
    expect(await generate(createCopy(), "--check")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("lists files that are stale after an edit, missing, changed by hand or not generated from any document", async () => {
    const copy = createCopy();
    edit(copy, "openapi/people.yaml", (text) =>
      text.replace("- name: id\n", "- name: person_id\n").replace("{id}", "{person_id}"),
    );
    rmSync(path.join(copy, OUTPUT, "identity.ts"));
    edit(copy, `${OUTPUT}/ledgers.ts`, (text) => `${text}\n`);
    writeFileSync(path.join(copy, OUTPUT, "billing.ts"), "export {};\n");
    edit(copy, "package.json", (text) => text.replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
    const before = readOutput(copy);
    const { code, stdout, stderr } = await generate(copy, "--check");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trim().split("\n")).toEqual([
      "src/generated/identity.ts is stale: run npm run generate",
      "src/generated/people.ts is stale: run npm run generate",
      "src/generated/ledgers.ts is stale: run npm run generate",
      "src/generated/request-schemas.ts is stale: run npm run generate",
      "src/generated/response-schemas.ts is stale: run npm run generate",
      "src/generated/operation-facts.ts is stale: run npm run generate",
      "src/generated/operations.ts is stale: run npm run generate",
      "src/generated/version.ts is stale: run npm run generate",
      "src/generated/billing.ts is not generated from any document: run npm run generate to delete it",
    ]);
    expect(readOutput(copy)).toEqual(before);
  });
});

describe("npm run generate reports place and rule, exits 1 and writes nothing if a document", () => {
  const broken: { what: string; file: string; change: (text: string) => string; says: RegExp[] }[] = [
    {
      what: "is not YAML",
      file: "openapi/people.yaml",
      change: (text) => text.replace("\npaths:\n", "\npaths: [\n"),
      says: [/^openapi\/people\.yaml:\d+:\d+ yaml \S/],
    },
    {
      what: "has a duplicate key",
      file: "openapi/components/find.yaml",
      change: (text) => text.replace("  type: object\n", "  type: object\n  type: object\n"),
      says: [/^openapi\/components\/find\.yaml:3:3 yaml duplicated mapping key/],
    },
    {
      what: "has a dangling reference",
      file: "openapi/companies.yaml",
      change: (text) => text.replace("company.yaml#/Company", "company.yaml#/Compny"),
      says: [/^openapi\/companies\.yaml:\d+:\d+ no-unresolved-refs .*components\/company\.yaml#\/Compny/],
    },
    {
      what: "has a reference with malformed percent-encoding",
      file: "openapi/companies.yaml",
      change: (text) => text.replace("company.yaml#/Company", "company.yaml#/Comp%ny"),
      says: [/^openapi\/companies\.yaml:\d+:\d+ no-unresolved-refs .*components\/company\.yaml#\/Comp%ny/],
    },
    {
      what: "refers to a missing file",
      file: "openapi/identity.yaml",
      change: (text) => text.replace("components/session.yaml#/Session", "components/sessions.yaml#/Session"),
      says: [
        /^openapi\/identity\.yaml:\d+:\d+ missing-file Cannot read openapi\/components\/sessions\.yaml\. Check that it exists\.$/,
      ],
    },
    {
      what: "has a remote reference",
      file: "openapi/identity.yaml",
      change: (text) => text.replace("components/session.yaml#/Session", "https://example.com/session.yaml#/Session"),
      says: [/^openapi\/identity\.yaml:\d+:\d+ remote-ref Refer to a file/],
    },
    {
      what: "breaks lint rules in a shared component",
      file: "openapi/components/errors.yaml",
      change: (text) =>
        text
          .replace("  description: Any other failure.", "  # description: Any other failure.")
          .replaceAll("x-evidence: inferred", "x-evidence: rumoured"),
      says: [
        /^openapi\/components\/errors\.yaml:\d+:\d+ struct \S/,
        /^openapi\/components\/errors\.yaml:\d+:\d+ rule\/evidence-values \S/,
      ],
    },
    {
      what: "has an example that does not match its schema",
      file: "openapi/examples/search-response.json",
      change: (text) => text.replace('"count": 1024', '"count": "1024"'),
      says: [/^openapi\/examples\/search-response\.json:\d+:\d+ no-invalid-media-type-examples \S/],
    },
    {
      what: "is empty",
      file: "openapi/companies.yaml",
      change: () => "",
      says: [/^openapi\/companies\.yaml:1:1 empty The file is empty\.$/],
    },
    {
      what: "has an output outside src/generated",
      file: "redocly.yaml",
      change: (text) => text.replace("output: src/generated/ledgers.ts", "output: src/ledgers.ts"),
      says: [/^redocly\.yaml:\d+:\d+ config apis\.ledgers needs/],
    },
    {
      what: "has the same output as another document",
      file: "redocly.yaml",
      change: (text) => text.replace("output: src/generated/ledgers.ts", "output: src/generated/people.ts"),
      says: [
        /^redocly\.yaml:\d+:\d+ config apis\.ledgers has .* as apis\.people: src\/generated\/people\.ts\. Use another file\.$/,
      ],
    },
    {
      what: "has the same output as the request schemas",
      file: "redocly.yaml",
      change: (text) => text.replace("output: src/generated/ledgers.ts", "output: src/generated/request-schemas.ts"),
      says: [/^redocly\.yaml:\d+:\d+ config apis\.ledgers has .* as the request schemas: \S+ Use another file\.$/],
    },
    {
      what: "is linted with a misspelled rule",
      file: "redocly.yaml",
      change: (text) => text.replace("  info-contact: off\n", "  info-contakt: off\n"),
      says: [/^redocly\.yaml:\d+:3 config .*`info-contakt`/],
    },
  ];

  for (const { what, file, change, says } of broken) {
    it(what, async () => {
      const copy = createCopy();
      edit(copy, file, change);
      const before = readOutput(copy);
      const { code, stdout, stderr } = await generate(copy);
      const lines = stderr.trim().split("\n");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      for (const line of says) expect(lines).toContainEqual(expect.stringMatching(line));
      expect(lines.length).toBe(says.length);
      expect(stderr).not.toMatch(/^\s+at |node:internal/m);
      expect(stderr).not.toContain(copy);
      expect(readOutput(copy)).toEqual(before);
    });
  }

  it("is missing", async () => {
    const copy = createCopy();
    rmSync(path.join(copy, "openapi/people.yaml"));
    const { code, stderr } = await generate(copy, "--check");
    expect(code).toBe(1);
    expect(stderr).toBe(
      "openapi/people.yaml:1:1 missing-file Cannot read openapi/people.yaml. Check that it exists.\n",
    );
  });
});

describe("npm run generate leaves the old output complete", () => {
  function makeStale(copy: string): void {
    for (const name of readdirSync(path.join(copy, OUTPUT))) {
      writeFileSync(path.join(copy, OUTPUT, name), `// old ${name}\n`);
    }
  }

  it("if a file cannot be written", async () => {
    const copy = createCopy();
    makeStale(copy);
    const before = readOutput(copy);
    mkdirSync(path.join(copy, OUTPUT, ".people.ts.tmp"));
    const { code, stderr } = await generate(copy);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^generate: EISDIR/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readOutput(copy)).toEqual(before);
  });

  it("if the process is killed during the write", async () => {
    const copy = createCopy();
    makeStale(copy);
    const old = readOutput(copy);
    const fresh = readOutput(REPOSITORY);
    const child = start(copy);
    const result = finish(child);
    const watcher = watch(path.join(copy, OUTPUT), () => child.kill("SIGKILL"));
    await result;
    watcher.close();
    for (const [name, text] of Object.entries(readOutput(copy))) {
      if (!name.startsWith(".")) expect([old[name], fresh[name]]).toContain(text);
    }
    expect(readdirSync(path.join(copy, OUTPUT))).toEqual(expect.arrayContaining(Object.keys(fresh)));
    expect(await generate(copy)).toMatchObject({ code: 0 });
    expect(readOutput(copy)).toEqual(fresh);
  });
});
