/** Keeps a value on objects of any kind, where nobody else sees it. */
export interface PrivateSlot<Value> {
  readonly get: (target: object) => Value | undefined;
  readonly set: (target: object, value: Value) => void;
}

/** A derived class has its private fields on what this returns. */
class Target {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return target;
  }
}

/**
 * Creates a slot: a private field that is added to objects of others. It works like a WeakMap, whose entries cost ten times
 * as much and outlive every quick garbage collection.
 */
export function privateSlot<Value>(): PrivateSlot<Value> {
  return class Slot extends Target {
    #value: Value;

    constructor(target: object, value: Value) {
      super(target);
      this.#value = value;
    }

    static get(this: void, target: object): Value | undefined {
      return #value in target ? target.#value : undefined;
    }

    static set(this: void, target: object, value: Value): void {
      if (#value in target) target.#value = value;
      else new Slot(target, value);
    }
  };
}
