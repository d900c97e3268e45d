/**
 * Decodes `~1` and `~0` in a segment of a JSON pointer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901#section-4
 */
export function unescapeSegment(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Decodes a segment of a JSON pointer in a URI fragment. Malformed percent-encoding stands for itself. */
export function decodeSegment(segment: string): string {
  try {
    return unescapeSegment(decodeURIComponent(segment));
  } catch {
    return unescapeSegment(segment);
  }
}

/** Encodes a segment of a JSON pointer. */
export function escapeSegment(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}
