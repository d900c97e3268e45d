import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConnectionError, SessionError } from "../src/errors/classes.js";
import { FleetUnavailableError } from "../src/fleet/redis.js";
import { describeError, type Logger, type LogLevel, logEvent } from "../src/logger.js";

/** Returns what an event writes at a level. */
function linesOf(level: LogLevel, event: Parameters<typeof logEvent>[1], error?: unknown): string[] {
  const lines: string[] = [];
  const write = (name: string) => (line: string) => void lines.push(`${name} ${line}`);
  const logger: Logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  logEvent({ logger, level }, event, error);
  return lines;
}

test("a fleet whose server is away is a warning, whose reason is only logged at `debug`", () => {
  const away = new FleetUnavailableError("the server refused a command", { cause: new Error("NOPERM Jane Doe") });
  const line =
    "warn livedata: no usable reply of the fleet's server, so this process goes on alone: FleetUnavailableError";
  expect(linesOf("warn", { type: "fleet_away", error: away })).toEqual([`${line}, caused by Error`]);
  expect(linesOf("debug", { type: "fleet_away", error: away })).toEqual([
    `${line}: the server refused a command, caused by Error: NOPERM Jane Doe`,
  ]);
});

describe("a failed exchange", () => {
  const error = new SessionError("unavailable", "The session exchange failed on the server (503)", {
    cause: new Error("Jane Doe"),
  });
  const failed = { type: "exchange_failed", error, nextAttemptIn: 30_000.4 } as const;

  test("in the background is a warning, since no call reports it", () => {
    const line =
      "warn livedata: the background refresh of the access token failed, next attempt in 30000 ms: SessionError (session): " +
      "The session exchange failed on the server (503), caused by Error";
    expect(linesOf("warn", { ...failed, background: true })).toEqual([line]);
    expect(linesOf("debug", { ...failed, background: true })).toEqual([`${line}: Jane Doe`]);
  });

  test("that a call waits for is only logged at `debug`", () => {
    expect(linesOf("info", { ...failed, background: false })).toEqual([]);
    expect(linesOf("debug", { ...failed, background: false })).toEqual([
      expect.stringMatching(/^debug livedata: the session exchange failed/),
    ]);
  });

  test("is not logged at `error` or `off`", () => {
    expect(linesOf("error", { ...failed, background: true })).toEqual([]);
    expect(linesOf("off", { ...failed, background: true })).toEqual([]);
  });
});

test("other events are written with their fields at `debug`", () => {
  const event = {
    type: "call_retried",
    callId: 7,
    operation: "POST /search",
    attempt: 2,
    delay: 350.7,
    reason: 503,
  } as const;
  expect(linesOf("info", event)).toEqual([]);
  expect(linesOf("debug", event)).toEqual([
    "debug livedata: call_retried, callId 7, operation POST /search, attempt 2, delay 351, reason 503",
  ]);
});

describe("an error", () => {
  test("is described by name and code, and its causes, too", () => {
    const cause = Object.assign(new TypeError("fetch failed: Jane Doe"), {
      cause: { name: "Error", code: "ECONNRESET" },
    });
    const error = new ConnectionError("no complete response", { cause });
    expect(describeError(error, false)).toBe(
      "ConnectionError (connection): no complete response, caused by TypeError, caused by Error (ECONNRESET)",
    );
    expect(describeError(error, true)).toContain("caused by TypeError: fetch failed: Jane Doe, caused by");
  });

  test("of a cyclic chain ends", () => {
    const error = new Error("round");
    error.cause = error;
    expect(describeError(error, false).match(/caused by/g)).toHaveLength(5);
  });

  test("stays on one line", () => {
    expect(describeError(new Error("a\nlivedata: forged\r\n"), true)).toBe("Error: a livedata: forged ");
  });

  test("may be any value, and its text is not written", () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    for (const value of [undefined, null, "Jane Doe", 1, hostile, () => {}]) {
      expect(describeError(value, false)).not.toContain("Jane");
    }
  });

  test("does not repeat its operation, nor a cause that it is a copy of", () => {
    const shared = new SessionError("rejected", "The API rejected the credentials", {
      cause: new TypeError("fetch failed"),
    });
    const own = new SessionError("rejected", "The API rejected the credentials", { cause: shared });
    expect(describeError(own, false)).toBe(
      "SessionError (session): The API rejected the credentials, caused by TypeError",
    );
    const failed = new ConnectionError("no complete response", { operation: "GET /person/LDP-1-SENTINEL" });
    expect(describeError(failed, false)).toBe("ConnectionError (connection): no complete response");
  });

  test.each(["sk_live_SENTINEL", "LDP-1-SENTINEL", "jane"])("of others has no code or name such as %s", (text) => {
    expect(describeError({ name: text, code: text, message: "" }, false)).toBe("object");
  });

  test("has no name, code or message that may be a person's", () => {
    const free = fc.string({ minLength: 3 }).map((text) => `Jane ${text}`);
    fc.assert(
      fc.property(free, free, free, (name, code, message) => {
        expect(describeError(Object.assign(new Error(message), { name, code }), false)).toBe("object");
      }),
    );
  });
});
