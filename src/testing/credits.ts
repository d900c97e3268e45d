import { Refusal } from "./reply.js";

/** An organization that the embedded API knows. */
export interface FakeOrg {
  readonly id: string;
  /** Credits of one billing period. Absent: no cap, and no `X-LDT-Credits-Remaining`. */
  readonly credits?: number;
}

/** Looks at and changes the credits of an organization; the first one unless an id is given. */
export interface FakeCredits {
  /** Returns how many different people the organization has bought in this billing period. */
  used(orgId?: string): number;
  /** Returns how many credits are left, `undefined` without a cap. */
  remaining(orgId?: string): number | undefined;
  /** Sets how many credits are left in this billing period; `undefined` lifts the cap. The next one is as it was meant to be. */
  setRemaining(credits: number | undefined, orgId?: string): void;
  /** Ends the billing period: everyone costs again, and the organization has all of its credits. */
  startBillingPeriod(orgId?: string): void;
}

interface Account {
  readonly credits: number | undefined;
  remaining: number | undefined;
  readonly bought: Set<string>;
}

type CreditHeaders = Readonly<Record<string, string>>;

/** The books: who has bought whom. */
export interface CreditBooks {
  readonly control: FakeCredits;
  has(orgId: string): boolean;
  /**
   * Charges one credit for each person that is new to the organization in this billing period, all or nothing.
   *
   * @throws {Refusal} 402 if that is more than is left.
   */
  charge(orgId: string, personIds: Iterable<string>): CreditHeaders;
  /** Tells what `charge` would take. */
  price(orgId: string, personIds: Iterable<string>): CreditHeaders;
}

/** Opens the books of the given organizations. */
export function createCreditBooks(orgs: readonly FakeOrg[]): CreditBooks {
  for (const { credits } of orgs) checkCredits(credits);
  const accounts = new Map<string, Account>(
    orgs.map(({ id, credits }) => [id, { credits, remaining: credits, bought: new Set<string>() }]),
  );
  const accountOf = (orgId = orgs[0]?.id ?? ""): Account => {
    const account = accounts.get(orgId);
    if (account === undefined) throw new RangeError(`There is no organization ${JSON.stringify(orgId)}`);
    return account;
  };
  return {
    has: (orgId) => accounts.has(orgId),
    charge(orgId, personIds) {
      const account = accountOf(orgId);
      const unpaid = newTo(account, personIds);
      if (account.remaining !== undefined) {
        if (unpaid.length > account.remaining) throw overQuota(unpaid.length, account.remaining);
        account.remaining -= unpaid.length;
      }
      for (const id of unpaid) account.bought.add(id);
      return creditHeaders(unpaid.length, account.remaining);
    },
    price(orgId, personIds) {
      return { "X-LDT-Credits-Cost": String(newTo(accountOf(orgId), personIds).length) };
    },
    control: {
      used: (orgId) => accountOf(orgId).bought.size,
      remaining: (orgId) => accountOf(orgId).remaining,
      setRemaining(credits, orgId) {
        checkCredits(credits);
        accountOf(orgId).remaining = credits;
      },
      startBillingPeriod(orgId) {
        const account = accountOf(orgId);
        account.bought.clear();
        account.remaining = account.credits;
      },
    },
  };
}

function checkCredits(credits: number | undefined): void {
  if (credits === undefined || (Number.isSafeInteger(credits) && credits >= 0)) return;
  throw new RangeError("credits must be an integer, 0 or more, or undefined for no cap");
}

function newTo({ bought }: Account, personIds: Iterable<string>): string[] {
  return [...new Set(personIds)].filter((id) => !bought.has(id));
}

function creditHeaders(used: number, remaining: number | undefined): CreditHeaders {
  return {
    "X-LDT-Credits-Used": String(used),
    ...(remaining === undefined ? {} : { "X-LDT-Credits-Remaining": String(remaining) }),
  };
}

function overQuota(needed: number, remaining: number): Refusal {
  return new Refusal(402, `Needs ${needed} credits, ${remaining} are left`, creditHeaders(0, remaining));
}
