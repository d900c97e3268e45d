import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { apiKey, serviceAccount, userPassword } from "../../src/auth/credentials.js";

const create = {
  clientId: (value: never) => serviceAccount({ clientId: value, clientSecret: "s3cret" }),
  clientSecret: (value: never) => serviceAccount({ clientId: "client-1", clientSecret: value }),
  username: (value: never) => userPassword({ username: value, password: "s3cret" }),
  password: (value: never) => userPassword({ username: "jane", password: value }),
  apiKey: (value: never) => apiKey(value),
};

const variables = {
  clientId: "LIVEDATA_CLIENT_ID",
  clientSecret: "LIVEDATA_CLIENT_SECRET",
  username: "LIVEDATA_USERNAME",
  password: "LIVEDATA_PASSWORD",
  apiKey: "LIVEDATA_API_KEY",
};

const faults: [unknown, string][] = [
  [undefined, "missing"],
  [null, "missing"],
  ["", "a blank string"],
  [" \t ", "a blank string"],
  [42, "a number, not a string"],
  [{ secret: "s3cret" }, "an object, not a string"],
  ["s3cret\n", "a string with a line break"],
  ["s3c\r\nret", "a string with a line break"],
];

/** The fault as an error message describes it for the return value of a function. */
const returnFault = (value: unknown, fault: string) => (fault === "missing" ? String(value) : fault);

describe.each(Object.keys(create) as (keyof typeof create)[])("%s", (option) => {
  test.each(faults)("rejects %j and names the option", (value, fault) => {
    expect(() => create[option](value as never)).toThrow(
      expect.objectContaining({
        code: "configuration",
        message: expect.stringMatching(new RegExp(`^\`${option}\` is ${fault}.*${variables[option]}$`)),
      }),
    );
  });

  test.each(faults)("rejects a function that returns %j when the credentials are read", async (value, fault) => {
    const credentials = create[option]((() => value) as never);
    const error: unknown = await Promise.resolve(credentials.read()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "configuration",
      message: expect.stringMatching(
        new RegExp(`^\`${option}\` function returned ${returnFault(value, fault)}.*; it must return`),
      ),
    });
    expect(inspect(error)).not.toContain("s3cret\n");
  });

  test("rejects a function that throws, with its error as the cause", async () => {
    const cause = new Error("the vault is sealed");
    const credentials = create[option]((() => Promise.reject(cause)) as never);
    await expect(credentials.read()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(`\`${option}\``),
      cause,
    });
  });
});

test("functions for credentials, sync or async, are called for every exchange", async () => {
  let round = 0;
  const account = serviceAccount({ clientId: () => "client-1", clientSecret: async () => `secret-${++round}` });
  await account.read();
  expect((await account.read()).body).toMatchObject({ clientId: "client-1", clientSecret: "secret-2" });
});

test.each(["key…", "key 1", "kéy", "key\u0000"])("apiKey rejects %j, which a header cannot carry", async (key) => {
  const refusal = { code: "configuration", message: expect.stringContaining("a header cannot carry") };
  expect(() => apiKey(key)).toThrow(expect.objectContaining(refusal));
  const error: unknown = await apiKey(() => key)
    .read()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject(refusal);
  expect(String(error)).not.toContain(key);
});

test("a secret function that does not settle fails after 10 s", async () => {
  vi.useFakeTimers();
  try {
    const account = serviceAccount({ clientId: "client-1", clientSecret: () => new Promise<never>(() => {}) });
    const read = account.read();
    read.catch(() => {});
    await vi.advanceTimersByTimeAsync(9_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await expect(read).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("`clientSecret`"),
    });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("an API key function is called once for concurrent calls", async () => {
  let reads = 0;
  const source = createTokenSource({ auth: apiKey(async () => `key-${++reads}`) });
  const tokens = await Promise.all(Array.from({ length: 100 }, () => source.token()));
  expect(new Set(tokens).size).toBe(1);
  expect(reads).toBe(1);
});

test("credentials do not expose their values in inspect or JSON output", async () => {
  const held = [
    serviceAccount({ clientId: "client-1", clientSecret: "s3cret" }),
    userPassword({ username: "jane", password: "s3cret" }),
    apiKey("s3cret"),
  ];
  const seen = inspect(held, { showHidden: true, getters: true, depth: 9 }) + JSON.stringify(held);
  expect(seen).not.toMatch(/s3cret|client-1|jane/);
});

test.each([undefined, null, "s3cret", {}, { clientId: "client-1", clientSecret: "s3cret" }])(
  "createTokenSource rejects %j as credentials",
  (auth) => {
    expect(() => createTokenSource({ auth: auth as never })).toThrow(
      expect.objectContaining({
        code: "configuration",
        message: expect.stringMatching(/^`auth` .*serviceAccount\(/),
      }),
    );
  },
);

test("keeps the current API key if an older one is rejected late", async () => {
  let reads = 0;
  const source = createTokenSource({ auth: apiKey(() => `key-${++reads}`) });
  const first = await source.token();
  source.invalidate(first);
  const second = await source.token();
  source.invalidate(first);
  expect(await source.token()).toBe(second);
  expect(reads).toBe(2);
});
