/** Credits reported by a response. A property is undefined if its header is absent or not a non-negative integer. */
export interface Credits {
  /** New people this call was charged for. A person already paid for in this billing period is free. */
  readonly used: number | undefined;
  /** Credits left after this call; undefined if the organization has no cap. */
  readonly remaining: number | undefined;
  /** What the real call would cost. Only on the response of a preview. */
  readonly cost: number | undefined;
}

/** Reads the credits from headers. The vendor documents them for every success and for a 402. */
export function readCredits(headers: Headers): Credits {
  return {
    used: readNumber(headers, "X-LDT-Credits-Used"),
    remaining: readNumber(headers, "X-LDT-Credits-Remaining"),
    cost: readNumber(headers, "X-LDT-Credits-Cost"),
  };
}

function readNumber(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  const number = value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}
