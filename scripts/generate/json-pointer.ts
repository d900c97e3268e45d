/**
 * What a segment of a JSON pointer stands for.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901#section-4
 */
export function unescapeSegment(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
