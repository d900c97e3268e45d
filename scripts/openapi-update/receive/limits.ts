/** Most bytes that a document may have, over all its files. GitHub's, one of the largest there are, has 12 MB. */
export const MAX_BYTES = 25 * 1024 * 1024;

/** Most files that a document may consist of. */
export const MAX_FILES = 500;

/** Most levels that maps and lists may be nested in one another; Redocly refuses from 98 to 101, as it counts. */
export const MAX_DEPTH = 95;

/** Most tokens in a file, so that 25 MiB of brackets do not take all memory. GitHub's document has some 3 million. */
export const MAX_TOKENS = 6_000_000;

/** Most redirects that a download follows. */
export const MAX_REDIRECTS = 5;

/** Time that all downloads of a document may take together, in ms. */
export const DOWNLOAD_TIMEOUT = 30_000;

/** `26214400` as `25.0 MiB`. */
export function inMebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
