/** Whether this runs in a web browser, a page or a worker of it: those alone name themselves after Mozilla. */
export function isBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return navigator?.userAgent?.startsWith("Mozilla/") ?? false;
}
