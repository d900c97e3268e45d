/**
 * The content security policy of every page: only the site's own files. No reader is reported to anyone, whatever the tools
 * that write the pages may load in the future. If a page was opened from a disk, `'self'` is not enough in every browser. The
 * search of a service's page creates its worker from text.
 */
export const CONTENT_POLICY =
  "default-src 'self' file: data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'none'; form-action 'none'";
