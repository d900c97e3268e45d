interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls back when a signal aborts. However many wait for one signal, it has one listener: Node warns of a leak from
 * the eleventh on.
 *
 * @param signal a signal that has not aborted yet
 * @param callback called once
 * @returns stops waiting; the listener goes with the last who waited
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? watch(signal);
  // A wrapper, so that one function given twice is two who wait.
  const own = () => callback();
  callbacks.add(own);
  return () => {
    if (!callbacks.delete(own) || callbacks.size > 0) return;
    signal.removeEventListener("abort", listener);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = () => {
    watches.delete(signal);
    for (const callback of callbacks) callback();
  };
  signal.addEventListener("abort", listener, { once: true });
  const made = { callbacks, listener };
  watches.set(signal, made);
  return made;
}
