/** Writes a text as a find compares it: in lower case, with single spaces and none around it. */
export function simplify(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}
