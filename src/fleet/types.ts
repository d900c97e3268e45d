import type { Moment } from "../auth/clock.js";
import type { SessionRequest } from "../auth/credentials.js";
import type { Service } from "../base-urls.js";
import type { CreditBudget } from "../calls/credit-budget.js";
import type { FleetEvent, Observer } from "../events.js";
import type { Pacer, RateLimitOptions } from "../pipeline/pace.js";

/** Runs one command of Redis or Valkey, such as `["GET", "key"]`, and resolves with its reply. */
export type Command = (args: string[]) => Promise<unknown>;

/** Options of {@link Fleet.budget}. */
export interface FleetBudgetOptions {
  /** How many credits all members may spend together. */
  readonly limit: number;
  /** How long after its first reservation the budget is full again, in ms. */
  readonly expiresIn: number;
}

/** Processes that share an access token, a rate limit and budgets. Made by `createFleet`. */
export interface Fleet {
  /**
   * Returns a budget of credits that all members of the fleet share: pass it as `maxCredits`.
   *
   * @param name tells it from other budgets of the fleet
   * @throws ConfigurationError that names the option
   */
  budget(name: string, options: FleetBudgetOptions): CreditBudget;

  /** Connects a client. `createLiveData` calls it. */
  connect(client: FleetClient): FleetConnection;
}

/** What a client tells its fleet. */
export interface FleetClient {
  /** The organization and the origin of the API, whose rate limit this is. */
  readonly organization: string;
  /** Base URL of the identity service. */
  readonly identity: string;
  readonly rateLimit: RateLimitOptions | undefined;
  /** Receives the events of the fleet; must not throw. */
  readonly observe: Observer<FleetEvent>;
}

/** What a fleet does for a client. */
export interface FleetConnection {
  readonly tokens: SharedTokens;
  /** The pace of the whole fleet; undefined without a rate limit. */
  readonly pace: Pacer | undefined;
  /** Returns what the members tell each other of the holds of a service. */
  holds(service: Service): SharedHolds;
}

/** An access token, as much as its fleet needs to know of it. */
export interface IssuedToken {
  /** The token. It is a secret. */
  readonly value: string;
  /** Time from issue to expiry, in ms. */
  readonly life: number;
}

/** A token that another member made. */
export interface SharedToken extends IssuedToken {
  /** The moment, by this process's clocks, at which it has its whole life left. */
  readonly start: Moment;
}

/** The tokens that do not serve. */
export interface UnwantedTokens {
  /** The current token, and the life it has left, in ms: only one with more is better. */
  readonly current?: { readonly value: string; readonly left: number } | undefined;
  /** A token that the API rejected. No token serves that was made before the fleet knew of it. */
  readonly rejected?: string | undefined;
}

/** The access token of the fleet. */
export interface SharedTokens {
  /**
   * Returns a token that another member made, or makes one for all.
   *
   * @param request the session request, whose secret is the key of what is stored
   * @param exchange makes a token
   * @throws SessionError with `attempts: 0` if another member could not make one just now; what `exchange` throws
   */
  get<Token extends IssuedToken>(
    request: SessionRequest,
    unwanted: UnwantedTokens,
    exchange: () => Promise<Token>,
  ): Promise<SharedToken | Token>;
}

/** The holds of one service: the API rejected a request of some member for its rate. */
export interface SharedHolds {
  /** Tells the other members that a hold lasts for some ms from now. */
  report(ms: number): void;
  /** Asks for the holds of other members, if nobody did lately. */
  refresh(): void;
  /** Registers who wants to know of the holds of others. */
  onHold(hold: (ms: number) => void): void;
}
