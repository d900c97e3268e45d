/** Keeps a value on objects that other code made, where nobody else sees it. */
export interface PrivateSlot<Value> {
  readonly get: (target: object) => Value | undefined;
  readonly set: (target: object, value: Value) => void;
}

/** A constructor that returns an object makes a derived class add its private fields to that object. */
class Target {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return target;
  }
}

/**
 * Creates a slot: a private field that is added to other objects. A WeakMap would do the same, more slowly, and its values
 * would outlive every quick garbage collection. It is used for objects that cannot be extended: a proposal of TC39 forbids
 * adding private fields to those.
 */
export function privateSlot<Value>(): PrivateSlot<Value> {
  const fixed = new WeakMap<object, Value>();

  return class Slot extends Target {
    #value: Value;

    constructor(target: object, value: Value) {
      super(target);
      this.#value = value;
    }

    static get(this: void, target: object): Value | undefined {
      return #value in target ? target.#value : fixed.get(target);
    }

    static set(this: void, target: object, value: Value): void {
      if (#value in target) target.#value = value;
      else if (Object.isExtensible(target)) new Slot(target, value);
      else fixed.set(target, value);
    }
  };
}
