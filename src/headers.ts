const HTTP_DATES = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [\d ]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** Servers and proxies commonly use these names. Which one the API uses, if any, is not known. */
const REQUEST_ID_NAMES = ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid"];

/**
 * Parses an HTTP date in any of its three forms.
 *
 * @returns ms since the epoch; undefined if the text is not an HTTP date
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 RFC 9110, section 5.6.7}
 */
export function parseHttpDate(text: string | null): number | undefined {
  if (text === null || !HTTP_DATES.some((date) => date.test(text))) return undefined;
  // The asctime form names no zone and means GMT.
  const time = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  // The platform reads 31 February as 3 March.
  const [day] = /\d+/.exec(text) ?? [];
  return new Date(time).getUTCDate() === Number(day) ? time : undefined;
}

/**
 * Reads `Retry-After`. A date counts from the response's `Date`, or from the local clock if there is none. Fractions of
 * seconds are accepted, although the standard has none. If a proxy joined several headers, the first value counts.
 *
 * @returns the delay in ms; undefined if the header is absent or malformed
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110, section 10.2.3}
 */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  // The day of a date may be followed by a comma of its own.
  const [first = ""] = /^\s*(?:[a-z]+,)?[^,]*/i.exec(text) ?? [];
  const value = first.trim();
  if (/^(?:\d+\.?\d*|\.\d+)$/.test(value)) return Math.round(Number(value) * 1000);
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  return Math.max(0, until - (parseHttpDate(headers.get("date")) ?? Date.now()));
}

/** Returns the server's id of the request; undefined if it sent none. */
export function requestId(headers: Headers): string | undefined {
  return REQUEST_ID_NAMES.map((name) => headers.get(name)).find(Boolean) ?? undefined;
}

/**
 * Returns where a redirect leads; undefined for any other response.
 *
 * @param from what a relative `Location` is relative to
 */
export function redirectTarget(
  { status, headers, url }: Pick<Response, "headers" | "status" | "url">,
  from: string | URL = url,
): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const location = headers.get("location");
  if (location === null) return undefined;
  try {
    return new URL(location, from || undefined);
  } catch {
    return undefined;
  }
}
