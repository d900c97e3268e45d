/**
 * Has events observed without harm: whatever an observer does, the call goes on.
 *
 * @param observe the observer, if there is one
 */
export function observer<Event>(observe: ((event: Event) => void) | undefined): (event: Event) => void {
  if (!observe) return () => {};
  return (event) => {
    try {
      const outcome: unknown = observe(event);
      if (outcome instanceof Promise) outcome.catch(() => {});
    } catch {
      // An observer that fails changes nothing.
    }
  };
}
