interface Timer {
  readonly at: number;
  readonly id: number;
  readonly callback: () => void;
}

/** A clock without real time, for simulations: fake timers of the test runner are too slow for hundreds of waiting calls. */
export interface VirtualTime {
  /** Lets time pass, timer by timer, until a promise settles. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  /** How many timers are set. */
  readonly timers: () => number;
}

/** When the clock starts. */
const START = Date.parse("2026-11-29T12:00:00Z");

/**
 * Replaces `setTimeout`, `clearTimeout`, `performance.now`, `Date` and `crypto`.
 *
 * @param stub replaces a global: `vi.stubGlobal`, so that `vi.unstubAllGlobals()` brings them back
 */
export function useVirtualTime(stub: (name: string, value: unknown) => void): VirtualTime {
  const heap: Timer[] = [];
  const set = new Set<number>();
  let now = 0;
  let ids = 0;
  stub("setTimeout", (callback: () => void, ms = 0) => {
    // As on Node: whole milliseconds, at least one.
    const timer = { at: now + Math.max(1, Math.trunc(ms)), id: ++ids, callback };
    set.add(timer.id);
    push(heap, timer);
    return timer.id;
  });
  stub("clearTimeout", (id: number) => set.delete(id));
  stub("performance", { now: () => now });
  // Time stands still while another thread encrypts.
  let busy = 0;
  const { crypto } = globalThis;
  const subtle = new Proxy(crypto.subtle, {
    get:
      (target, name) =>
      async (...args: unknown[]) => {
        busy++;
        try {
          return await Reflect.get(target, name).apply(target, args);
        } finally {
          busy--;
        }
      },
  });
  stub("crypto", new Proxy(crypto, { get: (target, name) => (name === "subtle" ? subtle : bound(target, name)) }));
  const RealDate = Date;
  stub(
    "Date",
    class extends RealDate {
      constructor(value: number | string = START + now) {
        super(value);
      }
      static override now = () => START + now;
    },
  );

  return {
    timers: () => set.size,
    async run(promise) {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      for (;;) {
        do await new Promise(setImmediate);
        while (busy > 0);
        if (isSettled) return promise;
        let timer = pop(heap);
        while (timer && !set.delete(timer.id)) timer = pop(heap);
        if (!timer) throw new Error("the promise is pending, but no timer is set");
        now = timer.at;
        timer.callback();
      }
    },
  };
}

function bound(target: object, name: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
}

function isBefore(a: Timer | undefined, b: Timer | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  while (index > 0 && isBefore(timer, heap[(index - 1) >> 1])) {
    heap[index] = heap[(index - 1) >> 1] as Timer;
    index = (index - 1) >> 1;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isBefore(heap[child], last)) break;
    heap[index] = heap[child] as Timer;
    index = child;
  }
  heap[index] = last;
  return first;
}
