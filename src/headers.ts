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

/** How many more requests the API says it will accept, and until when. */
export interface Quota {
  readonly remaining: number;
  /** Time until it is renewed, in ms. */
  readonly reset: number;
}

/**
 * Reads how many requests are left: `RateLimit` of the IETF draft, in its present form (`"default";r=5;t=30`) and its former
 * one (`limit=10, remaining=5, reset=30`), `RateLimit-Remaining` with `RateLimit-Reset`, and the same with `X-`. Of several
 * limits, the one with the least left counts.
 *
 * @returns undefined if the API does not say, does not say until when, or the limit lasts longer than 5 minutes
 * @see {@link https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ RateLimit header fields for HTTP}
 */
export function readQuota(headers: Headers): Quota | undefined {
  const field = headers.get("ratelimit");
  if (field !== null) {
    const isFormer = !/[;"]/.test(field);
    const quotas = (isFormer ? [field] : field.split(",")).flatMap((text) => {
      const value = (name: string) => new RegExp(`(?:^|[;,])\\s*${name}=(\\d+)\\s*(?:$|[;,])`).exec(text)?.[1];
      return quotaOf(value(isFormer ? "remaining" : "r"), value(isFormer ? "reset" : "t"), headers);
    });
    return quotas.sort((a, b) => a.remaining - b.remaining || b.reset - a.reset)[0];
  }
  for (const prefix of ["ratelimit", "x-ratelimit"]) {
    const remaining = headers.get(`${prefix}-remaining`);
    if (remaining !== null) return quotaOf(remaining, headers.get(`${prefix}-reset`), headers)[0];
  }
  return undefined;
}

/** A limit of hours, such as a daily quota, is left to the API's rejections: calls do not wait that long. */
const MAX_RESET = 300_000;

/** The reset is in seconds, or a time in seconds or ms since the epoch, as many APIs have it. */
function quotaOf(remaining: string | undefined, reset: string | null | undefined, headers: Headers): Quota[] {
  if (!/^\d+$/.test(remaining ?? "") || !/^\d+(?:\.\d+)?$/.test(reset ?? "")) return [];
  const value = Number(reset);
  const epoch = value > 1e12 ? value : value * 1_000;
  const ms = value < 1e9 ? epoch : epoch - (parseHttpDate(headers.get("date")) ?? Date.now());
  return ms > 0 && ms <= MAX_RESET ? [{ remaining: Number(remaining), reset: ms }] : [];
}
