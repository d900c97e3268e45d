const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/**
 * Parses a time of the API, such as a session's `expiresAt`. The vendor writes that without a time zone and means UTC;
 * `new Date()` would read it as local. The writer is Python's `isoformat`, which omits a fraction of zero.
 *
 * @param text such as `2021-11-19T23:36:09.092720`, with 0 to 9 fraction digits; `Z` or an offset is respected
 * @returns ms since the epoch, rounded down; undefined if the text is not a time
 */
export function parseTime(text: string): number | undefined {
  const match = ISO_TIME.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers;
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const offset = offsetOf(match[8], match[9], match[10]);
  if (offset === undefined || !isSameTime(time, text)) return undefined;
  return time - offset;
}

type SixNumbers = [number, number, number, number, number, number];

function offsetOf(sign = "+", hours = "0", minutes = "0"): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** `Date.UTC` turns 30 February into 2 March: a text that moved was not a time. */
function isSameTime(time: number, text: string): boolean {
  return new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}
