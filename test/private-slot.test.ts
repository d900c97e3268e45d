import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { privateSlot } from "../src/private-slot.js";

const targets = fc.constantFrom(
  () => ({ a: 1 }),
  () => [1],
  () => new Response(),
  () => Object.freeze({ a: 1 }),
  () => Object.create(null),
  () => new Proxy({}, {}),
  () => new Error("failed"),
);

describe("a private slot", () => {
  it("has the latest value of each object, as a Map has", () => {
    const writes = fc.array(fc.tuple(fc.nat(4), fc.option(fc.string(), { nil: undefined })));
    fc.assert(
      fc.property(fc.array(targets, { minLength: 5, maxLength: 5 }), writes, (make, values) => {
        const objects = make.map((one) => one());
        const slot = privateSlot<string | undefined>();
        const map = new Map<object, string | undefined>();
        for (const [index, value] of values) {
          slot.set(objects[index] ?? {}, value);
          map.set(objects[index] ?? {}, value);
        }
        for (const object of objects) expect(slot.get(object)).toBe(map.get(object));
      }),
    );
  });

  it("shares nothing with another slot", () => {
    const [one, other] = [privateSlot<number>(), privateSlot<number>()];
    const target = {};
    one.set(target, 1);
    expect(other.get(target)).toBeUndefined();
    other.set(target, 2);
    expect([one.get(target), other.get(target)]).toEqual([1, 2]);
  });

  it("changes nothing that a program or a log can see", () => {
    const target = { name: "Jane" };
    privateSlot<string>().set(target, "secret");
    expect(inspect(target, { showHidden: true, getters: true })).toBe("{ name: 'Jane' }");
    expect(Reflect.ownKeys(target)).toEqual(["name"]);
    expect(structuredClone(target)).toStrictEqual({ name: "Jane" });
    expect({ ...target }).toStrictEqual(target);
  });
});
