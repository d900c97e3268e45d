import { checkNames, isRecord } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import { FleetBudget } from "./budget.js";
import { FleetHolds, FleetPace, Sync } from "./pace.js";
import { Redis } from "./redis.js";
import { FleetTokens } from "./tokens.js";
import type { Command, Fleet } from "./types.js";

export type { CreditBudget, CreditRequest, CreditReservation } from "../calls/credit-budget.js";
export type { Command, Fleet, FleetBudgetOptions } from "./types.js";

/** Options of {@link createFleet}. */
export interface FleetOptions {
  /**
   * Runs a command of Redis (6.2 or later) or Valkey on a client of yours.
   * @example
   * (args) => redis.sendCommand(args)                   // node-redis
   * ([name, ...args]) => redis.call(name, ...args)      // ioredis, iovalkey
   * (args) => glide.customCommand(args)                 // valkey-glide
   */
  readonly command: Command;
  /**
   * How the names of all keys begin. Fleets with other prefixes share nothing.
   * @default "livedata"
   */
  readonly prefix?: string | undefined;
  /**
   * The key that the access token is encrypted with: any text of at least 16 characters. To rotate it, pass the new key
   * first, and the old ones after it.
   * @default derived from the client secret, or the password
   */
  readonly encryptionKey?: string | readonly string[] | undefined;
}

/**
 * Creates a fleet: processes that share one access token, one rate limit and budgets of credits, by a Redis or Valkey
 * server of yours. Each process creates its own, with the same options. Sends nothing until the first call.
 *
 * If the server is away, each process goes on by itself, at its share of the rate limit; budgets alone refuse.
 *
 * @param options how to reach the server
 * @throws ConfigurationError that names the option
 * @example
 * const fleet = createFleet({ command: (args) => redis.sendCommand(args) });
 * const livedata = createLiveData({ fleet, rateLimit: { requests: 120, interval: 60_000 } });
 */
export function createFleet(options: FleetOptions): Fleet {
  const { command, prefix, encryptionKeys } = check(options);
  const members = { redis: new Redis(command), prefix, seen: new Map() };
  return {
    budget: (name, budget) => new FleetBudget(members, name, budget),
    connect(client) {
      const redis = new Redis(command, client.observe);
      const sync = new Sync(redis, prefix, client);
      const holds = new FleetHolds(sync);
      return {
        tokens: new FleetTokens({ redis, prefix, encryptionKeys, identity: client.identity }),
        pace: client.rateLimit && new FleetPace(sync, holds, client.rateLimit),
        holds: (service) => holds.of(service),
      };
    },
  };
}

const MIN_KEY_LENGTH = 16;
const EXAMPLE = "command: (args) => redis.sendCommand(args)";

function check(options: FleetOptions) {
  const names: Record<keyof FleetOptions, true> = { command: true, encryptionKey: true, prefix: true };
  if (!isRecord(options)) throw new ConfigurationError(`\`createFleet\` needs options: \`{ ${EXAMPLE} }\``);
  checkNames(options, names, "createFleet");
  const { command, prefix = "livedata", encryptionKey } = options;
  if (typeof command !== "function")
    throw new ConfigurationError(`\`command\` must be a function, such as \`${EXAMPLE}\``);
  if (typeof prefix !== "string" || prefix.trim() === "" || /[{}]/.test(prefix)) {
    throw new ConfigurationError("`prefix` must be a text that is not blank and has no braces");
  }
  const encryptionKeys: readonly unknown[] = encryptionKey === undefined ? [] : [encryptionKey].flat();
  const isKey = (key: unknown): key is string => typeof key === "string" && key.trim().length >= MIN_KEY_LENGTH;
  if (!encryptionKeys.every(isKey) || (encryptionKey !== undefined && encryptionKeys.length === 0)) {
    throw new ConfigurationError(
      `\`encryptionKey\` must be a text of at least ${MIN_KEY_LENGTH} characters, or an array of such`,
    );
  }
  return { command, prefix, encryptionKeys };
}
