import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { serviceAccount } from "../src/auth/credentials.js";
import { type LiveDataOptions, resolveConfiguration } from "../src/config.js";
import { ConfigurationError } from "../src/errors/classes.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });
const orgId = "o_0123abcd";

function failure(options: unknown, environment: Record<string, string> = {}): ConfigurationError {
  try {
    resolveConfiguration(options as LiveDataOptions, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error("no ConfigurationError");
}

test.each(["identity", "people", "companies", "ledgers"] as const)(
  "the default base URL of %s is the one in its OpenAPI document",
  (service) => {
    const { servers } = parse(readFileSync(`openapi/${service}.yaml`, "utf8")) as { servers: { url: string }[] };
    const { services } = resolveConfiguration({ orgId, auth }, {});
    expect(services[service]).toBe(servers[0]?.url.replace("{orgId}", orgId));
  },
);

test("an option takes precedence over its environment variable", () => {
  const environment = { LIVEDATA_ORG_ID: "o_ffffffff", LIVEDATA_BASE_URL: "https://staging.gotlivedata.io" };
  expect(resolveConfiguration({ auth }, environment).services.people).toBe(
    "https://staging.gotlivedata.io/api/people/v1/o_ffffffff",
  );
  expect(resolveConfiguration({ auth, orgId, baseUrl: "https://proxy.test/live/" }, environment).services.people).toBe(
    `https://proxy.test/live/api/people/v1/${orgId}`,
  );
});

describe("environment variables", () => {
  const account = { LIVEDATA_CLIENT_ID: "client-1", LIVEDATA_CLIENT_SECRET: "secret-1" };
  const user = { LIVEDATA_USERNAME: "jane", LIVEDATA_PASSWORD: "secret-2" };
  const key = { LIVEDATA_API_KEY: "key-1" };

  test.each([
    [account, "service account"],
    [user, "user"],
    [key, "API key"],
    [{ ...account, LIVEDATA_API_KEY: " " }, "service account"],
  ])("%j select credentials of kind %s", (environment, kind) => {
    expect(resolveConfiguration({ orgId }, environment).auth.kind).toBe(kind);
  });

  test.each([
    [{}, /^`auth` is missing: .*serviceAccount.*LIVEDATA_CLIENT_ID.*LIVEDATA_API_KEY.*LIVEDATA_USERNAME/],
    [{ LIVEDATA_CLIENT_ID: "client-1" }, /LIVEDATA_CLIENT_SECRET is missing or blank/],
    [{ ...account, LIVEDATA_CLIENT_SECRET: "  " }, /LIVEDATA_CLIENT_SECRET is missing or blank/],
    [{ LIVEDATA_PASSWORD: "secret-2" }, /LIVEDATA_USERNAME is missing or blank/],
    [{ ...account, ...key }, /ambiguous: LIVEDATA_CLIENT_ID and LIVEDATA_CLIENT_SECRET and LIVEDATA_API_KEY are set/],
    [{ ...key, LIVEDATA_USERNAME: "jane" }, /ambiguous: LIVEDATA_API_KEY and LIVEDATA_USERNAME are set/],
    [
      { ...account, LIVEDATA_CLIENT_SECRET: "secret-1\n" },
      /`clientSecret` is a string with a line break.*LIVEDATA_CLIENT_SECRET/,
    ],
  ])("%j are rejected", (environment, message) => {
    const error = failure({ orgId }, environment);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/secret-\d|key-\d/);
  });

  test("are ignored if `auth` is passed", () => {
    expect(resolveConfiguration({ orgId, auth }, { ...account, ...key }).auth).toBe(auth);
  });
});

describe("option validation", () => {
  test.each<[unknown, RegExp]>([
    [{ orgId: undefined }, /^`orgId` is missing: .*LIVEDATA_ORG_ID$/],
    [{ orgId: "" }, /^`orgId` is blank/],
    [{ orgId: " \t" }, /^`orgId` is blank/],
    [{ orgId: 12 }, /^`orgId` is not a string/],
    [{ orgId: ".." }, /^`orgId` is not an id/],
    [{ orgId: "o_1/../.." }, /^`orgId` is not an id/],
    [{ orgId: '"o_0123abcd"' }, /^`orgId` is not an id/],
    [{ orgId: "o_\ud800" }, /^`orgId` is not an id/],
    [{ baseUrl: "gotlivedata.io" }, /^`baseUrl` \(LIVEDATA_BASE_URL\) is not a URL/],
    [{ baseUrl: "" }, /^`baseUrl`.* is not a URL/],
    [{ baseUrl: "http://gotlivedata.io" }, /^`baseUrl`.* is not https/],
    [{ baseUrl: "http://127.0.0.1.example.com" }, /is not https/],
    [{ baseUrl: "http://localhost.example.com" }, /is not https/],
    [{ baseUrl: "https://gotlivedata.io/api/people/v1" }, /contains the path of a service/],
    [{ baseUrl: "ftp://gotlivedata.io" }, /is not https/],
    [{ baseUrl: "https://me:hunter2@gotlivedata.io" }, /contains a user name or password/],
    [{ baseUrl: "https://gotlivedata.io/?a=b" }, /has a query or fragment/],
    [{ baseUrl: "https://gotlivedata.io/#" }, /has a query or fragment/],
    [{ baseUrls: { companies: "http://dwh.test" } }, /^`baseUrls.companies` is not https/],
    [{ timeout: 0 }, /^`timeout` must be/],
    [{ timeout: Number.NaN }, /^`timeout` must be/],
    [{ timeout: "30s" }, /^`timeout` must be/],
    [{ timeout: 2 ** 31 }, /^`timeout` must be/],
    [{ fetch: "fetch" }, /^`fetch` must be a function/],
    [{ observe: {} }, /^`observe` must be a function/],
  ])("rejects %j and names the option", (option, message) => {
    const error = failure({ orgId, auth, ...(option as object) });
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toContain("hunter2");
  });

  test.each([
    "http://localhost:8080",
    "http://127.0.0.1:1",
    "http://[::1]:8080",
    "https://proxy.test/a/b",
    "https://api",
  ])("accepts %s as `baseUrl`", (baseUrl) => {
    expect(resolveConfiguration({ orgId, auth, baseUrl }, {}).services.identity).toBe(`${baseUrl}/api/identity/v1`);
  });
});

describe("the browser check", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each([
    [
      "rejects a browser unless `dangerouslyAllowBrowser` is true",
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
      true,
    ],
    ["accepts jsdom", "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/26.1.0", false],
    ["accepts happy-dom", "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) HappyDOM/20.0.0", false],
    ["accepts Node", "Node.js/22", false],
    ["accepts Bun", "Bun/1.3.0", false],
    ["accepts Deno", "Deno/2.5.0", false],
    ["accepts Workers", "Cloudflare-Workers", false],
  ])("%s", (_name, userAgent, isRefused) => {
    vi.stubGlobal("navigator", { userAgent });
    if (isRefused) expect(failure({ orgId, auth }).message).toMatch(/web browser.*`dangerouslyAllowBrowser: true`/);
    else expect(resolveConfiguration({ orgId, auth }, {}).auth).toBe(auth);
    expect(resolveConfiguration({ orgId, auth, dangerouslyAllowBrowser: true }, {}).auth).toBe(auth);
  });
});
