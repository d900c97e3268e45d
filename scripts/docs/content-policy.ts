/**
 * What every page is allowed: the site's own files. So that nobody who reads it is told of to anyone, whatever the tools
 * that write it may come to load. For a page that was opened from a disk, `'self'` is not enough in every browser; the search of a
 * service's page makes its worker out of text.
 */
export const CONTENT_POLICY =
  "default-src 'self' file: data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'none'; form-action 'none'";
