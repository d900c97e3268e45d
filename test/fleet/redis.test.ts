import { describe, expect, test } from "vitest";
import { Redis } from "../../src/fleet/redis.js";
import { servers } from "./support.js";

describe.each(servers)("scripts on a server $name", ({ start }) => {
  test("run, also after the server forgot them", async () => {
    const { command, empty } = await start();
    const redis = new Redis(command);
    const script = { text: "redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])" };
    expect(await redis.run(script, ["{a}"], ["1"], String)).toBe("1");
    expect(await redis.run(script, ["{a}"], ["2"], String)).toBe("2");
    await empty();
    expect(await redis.run(script, ["{a}"], ["3"], String)).toBe("3");
  });
});
