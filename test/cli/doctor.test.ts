import { createServer } from "node:https";
import { expect, test } from "vitest";
import { createCertificate } from "../support/certificate.js";
import { file, listening, run, start } from "./run.js";

/** The checks in order, with their states. */
function states(stdout: string): string[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ +/, 2).join(" "));
}

test("doctor checks everything, one line each, and spends nothing", async () => {
  const fake = await listening({ orgs: [{ id: "o_0123abcd", credits: 500 }] });
  const { code, stdout, stderr } = await run(fake, ["doctor"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(states(stdout)).toEqual([
    "✓ configuration",
    "✓ network",
    "✓ session",
    "✓ clock",
    "✓ organization",
    "✓ credits",
    "✓ people",
    "– ledgers",
  ]);
  expect(stdout).toContain("500 credits left");
  expect(stdout).toContain("valid for 60 minutes");
  expect(fake.credits.used()).toBe(0);
  expect(new Set(fake.requests.map(({ operation }) => operation))).toEqual(
    new Set(["createSession", "searchPeople", "previewSearch", "previewFind"]),
  );
});

test("doctor says which variable comes from where, and no value", async () => {
  const fake = await listening();
  const { LIVEDATA_CLIENT_SECRET: secret, LIVEDATA_CLIENT_ID: id, ...env } = fake.env;
  const dotenv = file(".env", `LIVEDATA_CLIENT_ID=${id}\nLIVEDATA_CLIENT_SECRET=${secret}\n`);
  const { code, stdout } = await run(undefined, ["doctor", "--dotenv", dotenv], { env: { ...env } });
  expect(code).toBe(0);
  expect(stdout).toContain(`LIVEDATA_CLIENT_ID (${dotenv}), LIVEDATA_CLIENT_SECRET (${dotenv})`);
  expect(stdout).toContain("LIVEDATA_ORG_ID (environment)");
  expect(stdout).not.toContain(secret);
  expect(stdout).not.toContain(id);
  expect(stdout).not.toContain(env.LIVEDATA_ORG_ID);
});

test("doctor --json prints the findings as JSON", async () => {
  const { code, stdout } = await run(await listening(), ["doctor", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)[0]).toEqual({ check: "configuration", status: "ok", detail: expect.any(String) });
});

test("doctor works with an API key, which has no exchange", async () => {
  const fake = await listening({ clockSkew: -90_000 });
  const { LIVEDATA_BASE_URL, LIVEDATA_ORG_ID } = fake.env;
  const env = { LIVEDATA_BASE_URL, LIVEDATA_ORG_ID, LIVEDATA_API_KEY: "ldtkey_fa4efa4efa4efa4efa4efa4efa4efa4e" };
  const { code, stdout } = await run(undefined, ["doctor"], { env });
  expect(code).toBe(0);
  expect(stdout).toContain("✓ session       an API key needs no exchange");
  expect(stdout).toMatch(/! clock +(89|90|91) seconds ahead of the API's. Synchronize it/);
});

test.each([
  [
    "a missing variable",
    { LIVEDATA_CLIENT_SECRET: "" },
    2,
    "✗ configuration The credentials are incomplete: LIVEDATA_CLIENT_SECRET is missing or blank. Set it [LIVEDATA_",
  ],
  ["a host that does not exist", { LIVEDATA_BASE_URL: "https://api.invalid" }, 1, "✗ network       api.invalid: E"],
  ["a wrong secret", { LIVEDATA_CLIENT_SECRET: "wrong" }, 3, "✗ session       The API rejected the credentials"],
  ["another organization", { LIVEDATA_ORG_ID: "o_ffffffff" }, 3, "✗ organization  POST /search: 403"],
])("doctor finds %s, and skips what depends on it", async (_name, env, exitCode, line) => {
  const { code, stdout } = await run(await listening(), ["doctor"], { env });
  expect(code).toBe(exitCode);
  expect(stdout).toContain(line);
  const marks = states(stdout).map(([mark]) => mark);
  expect(marks).toHaveLength(8);
  expect(marks.slice(marks.indexOf("✗") + 1).every((mark) => mark === "–" || mark === "✓")).toBe(true);
});

test("doctor finds a clock that differs, credits that are spent and previews that are refused", async () => {
  const fake = await listening({ clockSkew: 300_000, orgs: [{ id: "o_0123abcd", credits: 0 }] });
  fake.failures.next("previewFind", { status: 403 });
  const { code, stdout } = await run(fake, ["doctor"]);
  expect(code).toBe(4);
  expect(stdout).toMatch(/! clock +(299|300|301) seconds behind the API's/);
  expect(stdout).toMatch(/✗ credits +none left. Wait for the next billing period/);
  expect(stdout).toMatch(/✗ people +POST \/find\/preview: 403: .* \[preview of a find\]/);
  expect(stdout).toContain("the role may use: search with size 0, preview of a search\n");
});

test("doctor tells an outage from a refusal, and ends with its exit code", async () => {
  const fake = await listening();
  fake.failures.next("previewFind", { status: 503 });
  const { code, stdout } = await run(fake, ["doctor"]);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/✗ people +POST \/find\/preview: 503/)]);
});

test("doctor warns of a variable that the SDK does not read", async () => {
  const { code, stdout } = await run(await listening(), ["doctor"], { env: { LIVEDATA_ORGID: "o_0123abcd" } });
  expect([code, stdout]).toEqual([0, expect.stringContaining("The SDK does not read LIVEDATA_ORGID. Check the name")]);
});

test("doctor says of a rejected API key that the clock was not checked", async () => {
  const { LIVEDATA_BASE_URL, LIVEDATA_ORG_ID } = (await listening()).env;
  const env = { LIVEDATA_BASE_URL, LIVEDATA_ORG_ID, LIVEDATA_API_KEY: "wrong" };
  const { code, stdout } = await run(undefined, ["doctor"], { env });
  expect([code, stdout]).toEqual([3, expect.stringMatching(/– clock +not checked/)]);
});

test.each(["previewSearch", "createSession"] as const)(
  "ctrl-C ends doctor during %s with exit code 130",
  async (operation) => {
    const fake = await listening();
    fake.failures.next(operation, "stall");
    const { child, ended } = start(fake, ["doctor"]);
    const reached = operation === "createSession" ? "configuration" : "credits";
    await new Promise<void>((resolve) => {
      let shown = "";
      child.stdout?.on("data", (chunk) => {
        shown += chunk;
        if (shown.includes(reached)) resolve();
      });
    });
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: "livedata: Stopped\n" });
  },
);

test("doctor finds a certificate that is not trusted", async () => {
  const fake = await listening();
  const server = createServer(createCertificate(), (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const env = { LIVEDATA_BASE_URL: `https://127.0.0.1:${port}` };
  const { code, stdout } = await run(fake, ["doctor"], { env });
  server.close();
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ network +127.0.0.1:\d+: DEPTH_ZERO_SELF_SIGNED_CERT. If a proxy/);
});
