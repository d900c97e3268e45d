/**
 * Whether this runs in a web browser, a page or a worker of it: those name themselves after Mozilla. So do jsdom and
 * happy-dom, in which backends are tested.
 */
export function isBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const { userAgent = "" } = navigator ?? {};
  return userAgent.startsWith("Mozilla/") && !/jsdom|happydom/i.test(userAgent);
}
