import { Refusal } from "./reply.js";

/** An organization of the fake. */
export interface FakeOrg {
  readonly id: string;
  /**
   * Credits per billing period: an integer of at least 0.
   *
   * @default no cap, and no `X-LDT-Credits-Remaining` in responses
   */
  readonly credits?: number;
}

/**
 * Reads and changes the credits of an organization. `orgId` defaults to the first organization; every method throws a
 * RangeError if there is no such organization.
 */
export interface FakeCredits {
  /** Returns how many people the organization paid for in this billing period. */
  used(orgId?: string): number;
  /** Returns how many credits are left; `undefined` without a cap. */
  remaining(orgId?: string): number | undefined;
  /**
   * Sets how many credits are left in this billing period; `undefined` removes the cap. The next period starts with the
   * organization's own credits again.
   *
   * @throws {RangeError} if `credits` is not an integer of at least 0.
   */
  setRemaining(credits: number | undefined, orgId?: string): void;
  /** Starts the next billing period: every person costs a credit again, and all credits are back. */
  startBillingPeriod(orgId?: string): void;
}

interface Account {
  readonly credits: number | undefined;
  remaining: number | undefined;
  /** Ids of the people already paid for in this billing period. */
  readonly paidFor: Set<string>;
}

type CreditHeaders = Readonly<Record<string, string>>;

/** The credit accounts of all organizations. */
export interface CreditAccounts {
  readonly control: FakeCredits;
  has(orgId: string): boolean;
  /**
   * Charges one credit for each person not yet paid for in this billing period: all of them or none.
   *
   * @throws {Refusal} 402 if too few credits are left.
   */
  charge(orgId: string, personIds: Iterable<string>): CreditHeaders;
  /** Returns what `charge` would charge. */
  price(orgId: string, personIds: Iterable<string>): CreditHeaders;
}

/**
 * Creates the credit accounts.
 *
 * @throws {RangeError} if the credits of an organization are not an integer of at least 0.
 */
export function createCreditAccounts(orgs: readonly FakeOrg[]): CreditAccounts {
  for (const { credits } of orgs) checkCredits(credits);
  const accounts = new Map<string, Account>(
    orgs.map(({ id, credits }) => [id, { credits, remaining: credits, paidFor: new Set<string>() }]),
  );
  const accountOf = (orgId = orgs[0]?.id ?? ""): Account => {
    const account = accounts.get(orgId);
    if (account === undefined) throw new RangeError(`Unknown organization ${JSON.stringify(orgId)}`);
    return account;
  };
  return {
    has: (orgId) => accounts.has(orgId),
    charge(orgId, personIds) {
      const account = accountOf(orgId);
      const unpaid = unpaidIds(account, personIds);
      if (account.remaining !== undefined) {
        if (unpaid.length > account.remaining) throw notEnoughCredits(unpaid.length, account.remaining);
        account.remaining -= unpaid.length;
      }
      for (const id of unpaid) account.paidFor.add(id);
      return creditHeaders(unpaid.length, account.remaining);
    },
    price(orgId, personIds) {
      return { "X-LDT-Credits-Cost": String(unpaidIds(accountOf(orgId), personIds).length) };
    },
    control: {
      used: (orgId) => accountOf(orgId).paidFor.size,
      remaining: (orgId) => accountOf(orgId).remaining,
      setRemaining(credits, orgId) {
        checkCredits(credits);
        accountOf(orgId).remaining = credits;
      },
      startBillingPeriod(orgId) {
        const account = accountOf(orgId);
        account.paidFor.clear();
        account.remaining = account.credits;
      },
    },
  };
}

function checkCredits(credits: number | undefined): void {
  if (credits === undefined || (Number.isSafeInteger(credits) && credits >= 0)) return;
  throw new RangeError("credits must be an integer of at least 0, or undefined for no cap");
}

function unpaidIds({ paidFor }: Account, personIds: Iterable<string>): string[] {
  return [...new Set(personIds)].filter((id) => !paidFor.has(id));
}

function creditHeaders(used: number, remaining: number | undefined): CreditHeaders {
  return {
    "X-LDT-Credits-Used": String(used),
    ...(remaining === undefined ? {} : { "X-LDT-Credits-Remaining": String(remaining) }),
  };
}

function notEnoughCredits(needed: number, remaining: number): Refusal {
  const message = `Not enough credits: ${needed} needed, ${remaining} left`;
  return new Refusal(402, message, creditHeaders(0, remaining));
}
