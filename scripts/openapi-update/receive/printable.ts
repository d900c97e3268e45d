const LONGEST = 200;

/** Text out of a document as a message may show it: on one line, no longer than a line, and without control characters. */
export function printable(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A URL as a message may show it: without user, password, query and fragment, which may be secrets. */
export function printableUrl(url: string): string {
  if (!URL.canParse(url)) return printable(/^[a-z][a-z0-9+.-]*:|^\/\//i.exec(url)?.[0] ?? "");
  const { protocol, host, pathname, href } = new URL(url);
  return printable(`${protocol}${href.startsWith(`${protocol}//`) ? "//" : ""}${host}${pathname}`);
}
