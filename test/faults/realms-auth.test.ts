import { createContext, runInContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { ConnectionError } from "../../src/errors/classes.js";
import { safeObserver } from "../../src/events.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const orgId = "o_0123abcd";

/** Runs code in a realm of its own, as jest does with tests. */
function elsewhere<T>(code: string): T {
  return runInContext(code, createContext({})) as T;
}

describe("another realm", () => {
  test("[8] the codes of its errors are named by a SessionError", async () => {
    const fetch = async () => {
      throw elsewhere(`
        const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
        new TypeError("fetch failed", { cause })`);
    };
    const livedata = createLiveData({ orgId, auth, fetch });
    await expect(livedata.accessToken()).rejects.toMatchObject({
      reason: "unreachable",
      message: expect.stringContaining("(ECONNREFUSED)"),
    });
  });

  test("[8] its errors are written into the JSON as causes", () => {
    const cause = elsewhere(`Object.assign(new Error("x"), { code: "ECONNRESET", cause: new TypeError("y") })`);
    expect(JSON.parse(JSON.stringify(new ConnectionError("broken", { cause }))).cause).toEqual({
      name: "Error",
      code: "ECONNRESET",
      cause: { name: "TypeError" },
    });
  });

  test("[8] an observer's rejected promise of another realm is ignored", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    safeObserver(() => elsewhere(`Promise.reject(new Error("observer"))`))({});
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("[8] an async observer's rejection is ignored when the global Promise was replaced", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    class Bluebird extends Promise<unknown> {}
    vi.stubGlobal("Promise", Bluebird);
    safeObserver(async () => {
      throw new Error("observer");
    })({});
    vi.unstubAllGlobals();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("cyclic causes", () => {
  function cyclic() {
    const first = Object.assign(new Error("a"), { code: "EA" });
    const second = Object.assign(new Error("b", { cause: first }), { code: "EB" });
    first.cause = second;
    return first;
  }

  test("[9] end in the message of a failed exchange", async () => {
    const fetch = async () => {
      throw cyclic();
    };
    const error = await createLiveData({ orgId, auth, fetch })
      .accessToken()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "configuration", message: expect.stringContaining("(EA)") });
  });

  test("[9] end in the JSON of an error", () => {
    const json = JSON.parse(JSON.stringify(new ConnectionError("broken", { cause: cyclic() })));
    expect(json.cause).toMatchObject({ name: "Error", code: "EA", cause: { name: "Error", code: "EB" } });
  });
});

describe("the environment", () => {
  const unreadable = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_target, name) {
        throw Object.assign(new Error(`Requires env access to "${String(name)}"`), { name: "NotCapable" });
      },
      getOwnPropertyDescriptor() {
        throw Object.assign(new Error("Requires env access"), { name: "NotCapable" });
      },
    },
  );

  test("[4] a variable that must not be read counts as missing", () => {
    vi.stubGlobal(
      "process",
      new Proxy(process, { get: (of, key) => (key === "env" ? unreadable : Reflect.get(of, key)) }),
    );
    try {
      expect(() => createLiveData({ orgId, auth })).not.toThrow();
      expect(() => createLiveData({ orgId })).toThrow(/`auth` is missing/);
      expect(() => createLiveData({ auth })).toThrow(/`orgId` is missing/);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("[4] an environment that must not be read counts as empty", () => {
    const { platform } = process;
    vi.stubGlobal("process", {
      platform,
      get env() {
        throw new Error("Requires env access");
      },
    });
    try {
      expect(() => createLiveData({ orgId, auth })).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
