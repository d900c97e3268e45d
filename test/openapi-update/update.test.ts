import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readApis } from "../../scripts/generate/config.js";
import { bundledDocuments, record } from "../openapi/support.js";
import { toOpenApi30, toVendorDocument } from "../support/vendor-document.js";
import { Repository } from "./repository.js";

const repository = new Repository();
const folder = mkdtempSync(path.join(tmpdir(), "livedata-given-"));

afterEach(() => {
  repository.restore();
  expect(repository.leftovers()).toEqual([]);
});

afterAll(() => {
  repository.remove();
  rmSync(folder, { recursive: true });
});

function changesets(): string[] {
  return repository
    .status()
    .filter((line) => line.includes(".changeset/"))
    .map((line) => line.slice(3));
}

describe("npm run openapi:update", () => {
  it("writes a major changeset for three edits of our document, one of them breaking", async () => {
    repository.edit("openapi/people.yaml", "if sent to `/find`. Free.", "if sent to `/find`. It is free.");
    repository.edit(
      "openapi/components/person.yaml",
      "    country:\n",
      '    middle_name:\n      type: [string, "null"]\n    country:\n',
    );
    repository.edit("openapi/components/search.yaml", "    pagination_token:\n", "    next_token:\n");
    const { code, stdout, stderr } = await repository.run("openapi-update", ["people"]);
    expect(code, stderr).toBe(0);

    expect(stdout).toMatch(/^A major change of the documents since [0-9a-f]{7}: 0\.1\.0 → 1\.0\.0\n/);
    expect(stdout).toMatch(/ {4}✗ request body: `SearchRequest\.pagination_token` was removed\n/);
    expect(stdout).toMatch(/ {4}\+ response 200: .*middle_name.* is new\n/);
    expect(stdout).toMatch(/ {2}POST \/find\/preview\n {4}· its description has changed\n/);
    expect(stdout).toMatch(/What users of v0\.1\.0 write no longer compiles:\n {2}\S+:\d+ {2}\S/);
    expect(stdout.split("\n").length).toBeLessThan(60);

    const [changeset = "", ...others] = changesets();
    expect(others).toEqual([]);
    expect(
      repository
        .status()
        .map((line) => line.slice(3))
        .sort(),
    ).toEqual(
      [
        changeset,
        "openapi/components/person.yaml",
        "openapi/components/search.yaml",
        "openapi/people.yaml",
        "src/generated/operation-facts.ts",
        "src/generated/operations.ts",
        "src/generated/people.ts",
        "src/generated/request-schemas.ts",
        "src/generated/response-schemas.ts",
      ].sort(),
    );
    expect(repository.read(changeset)).toMatch(
      /^---\n"@livedata\/sdk": major\n---\n\nThe document of `people` has changed\.\n\n.*\*\*Breaks:\*\* request body: `SearchRequest\.pagination_token`/s,
    );
    expect(await repository.run("generate", ["--check"])).toMatchObject({ code: 0 });
  });

  it("uses the first document of another people-data API, without operation ids, with a report of a minute", async () => {
    const given = path.resolve("test/openapi-update/fixtures/persona.yaml");
    const { code, stdout, stderr } = await repository.run("openapi-update", ["people", given]);
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^A major change of the documents since/);
    expect(lines.length).toBeLessThan(100);
    expect(stdout).toMatch(/ {2}removed operations\n( {4}✗ [A-Z]+ \/\S+\n){6}/);
    expect(stdout).toMatch(/ {2}new operations\n( {4}\+ [A-Z]+ \/\S+\n){10} {4}\+ and 11 more of that kind\n/);
    expect(stdout).toContain("The fake does not check:\n  `not` of SearchRequest\n");
    expect(stdout).toContain(
      "Deleted from the overlay, because the document has nothing there:\n  $.paths['/find'].post\n",
    );
    expect(stdout).not.toMatch(/src\/generated\/\S+:\d/);
    expect(stdout).toContain("\n  openapi/overlays/people.yaml (deleted)\n  openapi/people.yaml\n");
    expect(repository.read("openapi/people.yaml")).toMatch(
      /^# .* from openapi\/vendor\/people\.yaml\. Do not edit\.\n/,
    );
    expect(lines.at(-1)).toMatch(
      /^Next: look at `git diff`, fix what is listed above, run `npm test` and commit\. The fake does not play GET \/person\/enrich, .* and 16 more operations yet\.$/,
    );
    expect(repository.read("src/generated/operations.ts")).toContain(
      "getPersonEnrich(options?: GetPersonEnrichOptions)",
    );
    expect(await repository.run("generate", ["--check"])).toMatchObject({ code: 0 });
  });

  it("stores a vendor document, given as OpenAPI 3.0 in JSON, separately from its overlay", async () => {
    const index = readApis(process.cwd()).findIndex(({ name }) => name === "companies");
    const ours = record((await bundledDocuments())[index]?.document);
    const given = `${folder}/companies.json`;
    writeFileSync(given, JSON.stringify(toOpenApi30(toVendorDocument(ours))));
    const { code, stdout, stderr } = await repository.run("openapi-update", ["companies", given]);
    expect(code, stderr).toBe(0);
    expect(parse(repository.read("openapi/vendor/companies.yaml"))).toMatchObject({ openapi: "3.0.3" });
    expect(parse(repository.read("openapi/companies.yaml"))).toMatchObject({
      openapi: "3.1.0",
      paths: { "/companies/{company_lookup}": { get: { operationId: "getCompany", "x-evidence": "documented" } } },
    });
    expect(stdout).not.toContain("✗");
    expect(await repository.run("generate", ["--check"])).toMatchObject({ code: 0 });
    repository.commit("Take in the vendor's document");

    writeFileSync(`${folder}/ours.yaml`, repository.read("openapi/companies.yaml"));
    const again = await repository.run("openapi-update", ["companies", `${folder}/ours.yaml`]);
    const edit = "our-document This is a document of ours. Edit openapi/overlays/companies.yaml and run this";
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(edit) });
    repository.edit("openapi/overlays/companies.yaml", "['/companies/{company_lookup}']", "['/company']");
    const lost = await repository.run("openapi-update", ["companies"]);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toMatch(
      /^openapi\/overlays\/companies\.yaml:\d+:5 overlay-target Nothing is at \$\.paths\['\/company'\]\.get\./,
    );
  });

  it("reports that nothing has changed and writes nothing", async () => {
    // Neither to be committed nor in the way: what git ignores, and a repository within this one.
    writeFileSync(path.join(repository.folder, "openapi/notes.log"), "mine");
    mkdirSync(path.join(repository.folder, "nested"));
    repository.git("init", "--quiet", "nested");
    writeFileSync(path.join(repository.folder, "nested/file"), "mine");
    const { code, stdout } = await repository.run("openapi-update", ["people"]);
    expect(repository.read("openapi/notes.log")).toBe("mine");
    rmSync(path.join(repository.folder, "nested"), { recursive: true });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^No change of the documents since/),
    });
    expect(repository.status()).toEqual([]);
  });

  const broken: readonly [what: string, spoil: () => void, said: RegExp][] = [
    [
      "a misspelt keyword",
      () => repository.edit("openapi/people.yaml", "requestBody:", "requestBodies:"),
      /people\.yaml:67:7 struct /,
    ],
    [
      "a broken reference",
      () => repository.edit("openapi/people.yaml", "find.yaml#/FindRequest", "find.yaml#/Find"),
      /people\.yaml:72:21 no-unresolved-refs /,
    ],
    [
      "a duplicate operationId",
      () => repository.edit("openapi/people.yaml", "operationId: previewFind", "operationId: findPeople"),
      /people\.yaml:103:7 operation-operationId-unique \S/,
    ],
    [
      "an HTML page",
      () => writeFileSync(path.join(repository.folder, "openapi/people.yaml"), "<!doctype html><html></html>"),
      /people\.yaml:1:1 /,
    ],
  ];
  it.each(broken)("rejects %s and writes nothing", async (_what, spoil, said) => {
    spoil();
    const { code, stdout, stderr } = await repository.run("openapi-update", ["people"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(repository.status()).toEqual([" M openapi/people.yaml"]);
  });

  it("rejects a copy of our document, which is edited in place", async () => {
    cpSync(path.join(repository.folder, "openapi"), `${folder}/copy`, { recursive: true });
    const { code, stderr } = await repository.run("openapi-update", ["people", `${folder}/copy/people.yaml`]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("our-document This is a document of ours. Edit openapi/people.yaml and run this"),
    ]);
    expect(repository.status()).toEqual([]);
  });

  it("does not run files that came with a document", async () => {
    const marker = path.join(folder, "was-run");
    const code = `import("node:fs").then((fs) => fs.writeFileSync(${JSON.stringify(marker)}, ""))`;
    mkdirSync(path.join(folder, "vendors"));
    writeFileSync(path.join(folder, "vendors/evil.js"), code);
    writeFileSync(path.join(folder, "vendors/redocly.yaml"), "plugins: [./evil.js]\n");
    const document = `${repository.read("openapi/companies.yaml")}x-a: { $ref: ./redocly.yaml }\nx-b: { $ref: ./evil.js }\n`;
    writeFileSync(path.join(folder, "vendors/companies.yaml"), document.replaceAll(/^ *x-evidence: .*\n/gm, ""));
    for (const name of ["components", "examples"]) {
      cpSync(path.join(repository.folder, "openapi", name), path.join(folder, "vendors", name), { recursive: true });
    }
    await repository.run("openapi-update", ["companies", `${folder}/vendors/companies.yaml`], (said, stop) => {
      if (said.includes("linted")) stop();
    });
    expect(existsSync(marker)).toBe(false);
  });

  it("rejects a vendor document whose files are missing", async () => {
    const document = repository.read("openapi/companies.yaml").replaceAll(/^ *x-evidence: .*\n/gm, "");
    writeFileSync(`${folder}/alone.yaml`, document);
    const { code, stderr } = await repository.run("openapi-update", ["companies", `${folder}/alone.yaml`]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/alone\.yaml:\d+:\d+ missing-file /)]);
  });

  it("reports what a vendor document lacks, with its location", async () => {
    const operation = { operationId: "x", responses: { 200: { description: "" } } };
    const paths = { "/companies/{company_lookup}": { get: operation } };
    writeFileSync(
      `${folder}/-few.json`,
      JSON.stringify({ openapi: "3.1.0", info: { title: "a", version: "1" }, paths }),
    );
    const { code, stderr } = await repository.run("openapi-update", ["companies", `${folder}/-few.json`]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/-few\.json:1:\d+ path-parameters-defined .*company_lookup.* At #\/paths\//),
    ]);
  });

  it.each(["linted", "compared"])("writes nothing when stopped by ctrl-C after it has %s", async (step) => {
    repository.edit("openapi/people.yaml", "if sent to `/find`. Free.", "if sent to `/find`. It is free.");
    let isStopped = false;
    const { code, stderr } = await repository.run("openapi-update", ["people"], (said, stop) => {
      if (said.includes(step) && !isStopped) stop();
      isStopped ||= said.includes(step);
    });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Stopped by SIGINT. Nothing was written."),
    });
    expect(repository.status()).toEqual([" M openapi/people.yaml"]);
  });
});

describe("npm run openapi:diff", () => {
  it("exits 1 while the changesets ask for a smaller bump than the change needs", async () => {
    const base = repository.git("rev-parse", "HEAD");
    repository.edit(
      "openapi/components/person.yaml",
      "    country:\n",
      "    city:\n      type: string\n    country:\n",
    );
    expect(await repository.run("generate", [])).toMatchObject({ code: 0 });
    const changeset = path.join(repository.folder, ".changeset/a-change.md");
    writeFileSync(changeset, '---\n"@livedata/sdk": patch\n---\n\nA change.\n');
    repository.commit("Change the documents, and say less than that");
    const less = await repository.run("openapi-diff", [base]);
    expect(less).toMatchObject({ code: 1, stderr: expect.stringContaining("The changesets ask for patch since") });
    expect(less.stdout).toMatch(/^A minor change/);

    writeFileSync(changeset, '---\n"@livedata/sdk": minor\n---\n\nA change.\n');
    repository.commit("Say how much");
    expect(await repository.run("openapi-diff", [base])).toMatchObject({ code: 0, stdout: less.stdout });
  });

  it("reports an unknown commit", async () => {
    const { code, stderr } = await repository.run("openapi-diff", ["--upload-pack=x"]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^openapi:diff: There is no commit /),
    });
  });
});
