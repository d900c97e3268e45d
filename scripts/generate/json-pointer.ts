/**
 * Decodes `~1` and `~0` in a segment of a JSON pointer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901#section-4
 */
export function unescapeSegment(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
