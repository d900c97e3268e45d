/** Credits that several callers share, such as `fleet.budget(…)`. Accepted wherever `maxCredits` is. */
export interface CreditBudget {
  /**
   * Reserves credits before a request.
   *
   * @param most how many the request would use if they are left
   * @param least how many it needs
   * @returns a reservation of as many as are left, at most `most`; undefined if fewer than `least` are left
   * @throws CreditLimitError if the budget cannot be asked: it then refuses
   */
  reserve(most: number, least: number): Promise<CreditReservation | undefined>;
}

/** Credits that are reserved for one request. */
export interface CreditReservation {
  readonly credits: number;
  /**
   * Ends the reservation: what was not used returns to the budget. Until then all of it counts as spent.
   *
   * @param used how many credits the request used; 0 if it was not sent
   */
  settle(used: number): Promise<void>;
}
