import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import * as errors from "../../src/errors/classes.js";
import { isLiveDataError, LiveDataError, NotFoundError, ServerError, SessionError } from "../../src/errors/classes.js";

/** Required options of the error classes. */
type Required = { index: number; size: number; cost: number; limit: number; reason: "body" };
type Options = errors.LiveDataErrorOptions & Required;
type ErrorClass = new (message: string, options: Options) => LiveDataError;

const required: Required = {
  index: 50,
  size: 25,
  cost: 7,
  limit: 5,
  reason: "body",
};

const classes = Object.entries<unknown>(errors).filter(
  (entry): entry is [string, ErrorClass] => /Error$/.test(entry[0]) && !/^(is)?(LiveData|Session)Error$/.test(entry[0]),
);

test("these tests cover every error class", () => {
  expect(classes.map(([name]) => name)).toEqual(expect.arrayContaining(["ServerError", "TimeoutError"]));
  expect(classes).toHaveLength(15);
});

describe.each(classes)("%s", (name, ErrorClass) => {
  const error = new ErrorClass("what happened", {
    ...required,
    operation: "POST /search",
    attempts: 3,
    status: 418,
    requestId: "r-1",
    cause: "the cause",
  });

  test("is an instance of its class, LiveDataError and Error", () => {
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toBeInstanceOf(LiveDataError);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(SessionError);
  });

  test("has its name, a unique code and the given details", () => {
    const given = { operation: "POST /search", attempts: 3, status: 418, requestId: "r-1", cause: "the cause" };
    expect(error).toMatchObject({ name, ...given, retryable: false });
    expect(classes.filter(([, Other]) => new Other("", required).code === error.code)).toHaveLength(1);
    expect(String(error)).toBe(`${name}: POST /search: what happened`);
  });
});

test("`instanceof` recognizes an error of another copy of the package", () => {
  const foreign = Object.assign(new Error("from the other copy"), {
    [Symbol.for("@livedata/sdk/error")]: "server",
    code: "server",
  });
  expect(foreign).toBeInstanceOf(ServerError);
  expect(foreign).toBeInstanceOf(LiveDataError);
  expect(foreign).not.toBeInstanceOf(NotFoundError);
  expect(isLiveDataError(foreign)).toBe(true);
});

test.each([undefined, null, "server", new Error("plain"), { code: "server" }])("%s is not a LiveDataError", (value) => {
  expect(isLiveDataError(value)).toBe(false);
  expect(value).not.toBeInstanceOf(ServerError);
});

test("`instanceof` distinguishes a user's subclass from its base class", () => {
  class OwnError extends ServerError {}
  expect(new OwnError("own")).toBeInstanceOf(OwnError);
  expect(new OwnError("own")).toBeInstanceOf(ServerError);
  expect(new ServerError("base")).not.toBeInstanceOf(OwnError);
});

test("an error has the response body but keeps it out of logs", () => {
  const error = new ServerError("what happened", { body: { name: "Jane Doe" } });
  expect(error.body).toEqual({ name: "Jane Doe" });
  expect(inspect(error, { depth: 9 }) + JSON.stringify(error) + Object.keys(error)).not.toContain("Jane");
});

test("an error's JSON has its message, code and details", () => {
  const error = new SessionError("unavailable", "what happened", { status: 503, retryAfter: 1000 });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "SessionError",
    message: "what happened",
    code: "session",
    operation: "POST /session",
    attempts: 1,
    reason: "unavailable",
    status: 503,
    retryAfter: 1000,
    retryable: true,
  });
});

test("an error's JSON has its causes, but only name and code of foreign ones", () => {
  const refused = Object.assign(new Error("to Jane Doe"), { code: "ECONNREFUSED" });
  const connection = new errors.ConnectionError("no response", {
    cause: new TypeError("fetch failed", { cause: refused }),
  });
  const error = new errors.ProtocolError("", { cause: connection });
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: "protocol",
    cause: {
      code: "connection",
      message: "no response",
      cause: { name: "TypeError", cause: { name: "Error", code: "ECONNREFUSED" } },
    },
  });
  expect(JSON.stringify(error)).not.toContain("Jane");
  expect(JSON.stringify(new errors.AbortedError("", { cause: "Jane" }))).not.toContain("Jane");
  const circle = new Error("round");
  circle.cause = new errors.ConnectionError("and round", { cause: circle });
  expect(JSON.stringify(new errors.AbortedError("", { cause: circle }))).toContain("and round");
});

test.each<[LiveDataError, object]>([
  [new errors.CreditsExhaustedError("", { used: 0, remaining: 3 }), { used: 0, remaining: 3 }],
  [new errors.PermissionDeniedError("", { role: "editor" }), { role: "editor" }],
  [new errors.CreditLimitError("", { cost: 7, limit: 5 }), { cost: 7, limit: 5 }],
  [new errors.WebhookError("", { reason: "token" }), { reason: "token" }],
])("the JSON of a %s has its own fields", (error, own) => {
  expect(error).toMatchObject(own);
  expect(JSON.parse(JSON.stringify(error))).toMatchObject(own);
});

test("the README lists each error code with its class", () => {
  const rows = readFileSync("README.md", "utf8").matchAll(/^\| `([a-z_]+)` \| `([A-Za-z]+Error)` \|/gm);
  const documented = [...rows].map(([, code, name]) => `${code} ${name}`).sort();
  const thrown = classes.map(([name, ErrorClass]) => `${new ErrorClass("", required).code} ${name}`);
  expect(documented).toEqual([...thrown, "session SessionError"].sort());
});
