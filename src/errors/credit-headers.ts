/** What a response tells of credits. A member is undefined where the response does not tell it. */
export interface Credits {
  /** New people this call was charged for. Someone already paid for in this billing period is free. */
  readonly used: number | undefined;
  /** What is left after this call; undefined where the organization has no cap. */
  readonly remaining: number | undefined;
  /** What the real call would cost; on the response of a preview. */
  readonly cost: number | undefined;
}

/**
 * Reads the credits from the headers of a response.
 *
 * @param headers the response's headers
 */
export function creditsIn(headers: Headers): Credits {
  return {
    used: numberIn(headers, "X-LDT-Credits-Used"),
    remaining: numberIn(headers, "X-LDT-Credits-Remaining"),
    cost: numberIn(headers, "X-LDT-Credits-Cost"),
  };
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  return value !== null && /^-?\d+$/.test(value) ? Number(value) : undefined;
}
