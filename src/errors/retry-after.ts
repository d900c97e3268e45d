const DATES = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [\d ]\d \d\d:\d\d:\d\d \d{4}$/,
];

/**
 * An HTTP date in any of its three forms, as ms since the epoch; undefined where the text is anything else.
 *
 * @param text the header's value
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 RFC 9110, section 5.6.7}
 */
export function parseHttpDate(text: string | null): number | undefined {
  if (text === null || !DATES.some((date) => date.test(text))) return undefined;
  // The asctime form names no zone and means GMT.
  const time = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  // The platform takes the 31st of February for the 3rd of March.
  const [day] = /\d+/.exec(text) ?? [];
  return new Date(time).getUTCDate() === Number(day) ? time : undefined;
}

/**
 * How long a response asks to wait, in ms; undefined where it does not say, or says it unreadably.
 *
 * @param headers the response's headers; a date is counted from their `Date`, else from the local clock
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110, section 10.2.3}
 */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  return Math.max(0, until - (parseHttpDate(headers.get("date")) ?? Date.now()));
}
