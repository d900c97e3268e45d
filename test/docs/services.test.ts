import { describe, expect, test } from "vitest";
import { readFile } from "./documentation.js";

/** The Markdown of a part of a service's page: from its heading to the next one of the same level. */
function partOf(service: string, heading: string): string {
  const level = heading.replace(/ .*/, "");
  const [, part] = readFile(`openapi/${service}.md`).split(`\n${heading}\n`);
  expect(part, `${service} has ${heading}`).toBeDefined();
  return part?.split(`\n${level} `)[0] ?? "";
}

describe("a type", () => {
  test("has the fields that it may have, and none that its schema forbids", () => {
    const fields = [...partOf("people", "### FilterClause").matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(fields).toEqual(["type", "field", "match_type", "string_values", "date_from", "date_to"]);
  });

  test("that is a list shows the fields of its objects", () => {
    expect(partOf("people", "### GroupValues")).toMatch(/^Type: list of object$/m);
    expect(partOf("people", "### GroupValues")).toContain("| `[].value` |");
  });

  test("shows a list of Markdown in a description as lines", () => {
    expect(partOf("people", "### FilterClause")).toMatch(/for dates\.\s*<br>• `exact` .+<br>• `fuzzy` /);
  });

  test("with many fields is folded", () => {
    expect(partOf("people", "### Person")).toMatch(/<details><summary>\d\d fields<\/summary>/);
  });
});

describe("an operation", () => {
  const operations = [
    ["people", "people.retrieve"],
    ["companies", "companies.retrieve"],
    ["ledgers", "ledgers.createContacts"],
    ["identity", "identity.createSession"],
  ] as const;

  test.each(operations)("of %s, %s, lists what any call throws", (service, call) => {
    const [, thrown = ""] = /\*\*Throws:\*\* (.+)/.exec(partOf(service, `## ${call}`)) ?? [];
    for (const [name, statuses] of [
      ["BadRequestError", "400, 422"],
      ["AuthenticationError", "401"],
      ["PermissionDeniedError", "403"],
      ["NotFoundError", "404"],
      ["RateLimitedError", "429"],
      ["LiveDataError", undefined],
    ])
      expect(thrown).toContain(`[${name}](${statuses ? `../sdk/classes/${name}.md) (${statuses})` : ""}`);
  });

  test("marks what is known of an error, and names those of credits only if it costs some", () => {
    const paid = partOf("people", "## people.find");
    expect(paid).toMatch(/\[CreditsExhaustedError\]\([^)]+\) \(402\) <small class="documented">/);
    expect(paid).toMatch(/\[NotFoundError\]\([^)]+\) \(404\),/);
    expect(partOf("people", "## people.previewFind")).not.toContain("CreditsExhaustedError");
  });

  test.each([
    ["identity", "identity.createSession", "none, and no token"],
    ["ledgers", "ledgers.createContacts", "editor or higher"],
    ["people", "people.find", "not documented"],
  ])("of %s, %s, says its role: %s", (service, call, role) => {
    expect(partOf(service, `## ${call}`)).toContain(`- **Role:** ${role}\n`);
  });

  test("says the status of a success", () => {
    expect(partOf("people", "### Response of people.find")).toContain("**200** The results");
    expect(partOf("ledgers", "### Response of ledgers.createContacts")).toContain("**2xx** The import job");
  });

  test("says which other body it takes", () => {
    expect(partOf("identity", "### Request of identity.createSession")).toContain(
      "Or, as `application/x-www-form-urlencoded`: [UserCredentials](#usercredentials)",
    );
  });

  test("describes the request of a preview once, with the call that it previews", () => {
    const request = partOf("people", "### Request of people.previewSearch");
    expect(request.trim()).toBe("The same as the [request of people.search](#request-of-peoplesearch).");
  });

  test("has an example that costs little", () => {
    expect(partOf("people", "## people.search")).toMatch(/^ {2}size: 1,$/m);
    expect(readFile("sdk/interfaces/PeopleOperations.md")).not.toContain("size: 60");
  });

  test("says beside its example that the argument is a guess", () => {
    expect(partOf("companies", "## companies.retrieve")).toMatch(/inferred.+\nconst result = .+\("example\.com"\);/);
  });
});

test("the webhook has its method, its header and its body, each with its own mark", () => {
  const webhook = partOf("ledgers", "## Webhook: a contact changed jobs");
  expect(webhook).toMatch(/`POST` to your URL <small class="inferred">/);
  expect(webhook).toMatch(
    /\| `X-LiveData-Token` <small>required<\/small> \| header, string \| .+ <small class="documented">/,
  );
  expect(webhook).toMatch(/Type: \[Contact\]\(#contact\) or \[ContactV2\]\(#contactv2\) <small class="documented">/);
});

test("each page explains its marks before it uses them", () => {
  for (const service of ["people", "companies", "ledgers", "identity"]) {
    const page = readFile(`openapi/${service}.md`);
    expect(page.indexOf("## How each fact is known"), service).toBeLessThan(page.indexOf("](#how-each-fact-is-known)"));
  }
});
