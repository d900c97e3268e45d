/**
 * Returns how the names of keys begin: the prefix, and a digest of what they are about, in braces, so that a cluster keeps
 * them on one node.
 */
export async function keyBase(prefix: string, about: string): Promise<string> {
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", text.encode(prefix), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(about)));
  return `${prefix}:{${btoa(String.fromCharCode(...digest.slice(0, 16))).replaceAll("=", "")}}`;
}
