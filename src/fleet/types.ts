import type { Moment } from "../auth/clock.js";
import type { SessionRequest } from "../auth/credentials.js";
import type { Service } from "../base-urls.js";
import type { CreditBudget } from "../calls/credit-budget.js";
import type { FleetEvent, Observer } from "../events.js";
import type { Pacer, RateLimitOptions } from "../pipeline/pace.js";

/** Runs one command of Redis or Valkey, such as `["GET", "key"]`, and resolves with its reply. */
export type Command = (args: [name: string, ...rest: string[]]) => Promise<unknown>;

/** Options of {@link Fleet.budget}. */
export interface FleetBudgetOptions {
  /** How many credits all members may spend together. Each member keeps to its own `limit`: a lower one applies at once. */
  readonly limit: number;
  /**
   * How long after its first reservation the budget is full again, in ms. Applies to the next filling, if another member
   * began this one.
   */
  readonly expiresIn: number;
}

/** Processes that share an access token, a rate limit and budgets. Made by `createFleet`. */
export interface Fleet {
  /**
   * Returns a budget of credits that all members of the fleet share: pass it as `maxCredits`.
   *
   * Credits count as spent from their reservation on, before the request is sent. What the request did not use returns with
   * its response; what it may have used stays spent, as do the reservations of a process that ended. If the server is away,
   * or its data makes no sense, calls fail with a CreditLimitError, and nothing is sent.
   *
   * The server must not lose what it stored: it needs persistence (`appendonly yes`; with `appendfsync always` not even a
   * crash loses the last second) and `maxmemory-policy noeviction`. A process that saw the budget refuses if it is gone
   * before its time; one that starts afterwards cannot know, and takes it for full.
   *
   * @param name tells it from other budgets with the same `prefix`, also of other organizations. It is not readable on the
   *   server, but is part of error messages
   * @example
   * const budget = fleet.budget("import-42", { limit: 5_000, expiresIn: 7 * 86_400_000 });
   * for await (const person of paginate(livedata.people, search, { maxCredits: budget })) save(person);
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
