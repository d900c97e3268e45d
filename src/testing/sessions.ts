import type { OperationFacts } from "../generated/operation-facts.js";
import type { ServiceAccountCredentials, Session, UserCredentials } from "../types.js";
import { createRandom } from "./population/random.js";
import { isForm, readForm, readJson } from "./read-body.js";
import { Refusal } from "./reply.js";
import type { Route } from "./router.js";
import { toBase64Url } from "./utilities.js";

/** A role on an organization. Each role includes the ones before it: `viewer`, `editor`, `administrator`. */
export type FakeRole = NonNullable<OperationFacts["role"]>;

interface Access {
  /** The organizations that it may use. @default all of them */
  readonly orgIds?: readonly string[];
  /** Its role on these organizations. @default "administrator" */
  readonly role?: FakeRole;
}
/** A service account that the fake accepts. */
export interface FakeServiceAccount extends Access {
  readonly clientId: string;
  readonly clientSecret: string;
}
/** A user that the fake accepts. */
export interface FakeUser extends Access {
  readonly username: string;
  readonly password: string;
}
/** An API key that the fake accepts. */
export interface FakeApiKey extends Access {
  readonly key: string;
}

/** Inspects and ends the sessions of a fake. */
export interface FakeSessions {
  /** How many session exchanges succeeded, each of which issued an access token. */
  readonly exchanges: number;
  /** Lifetime of access tokens issued from now on, in milliseconds. */
  tokenLife: number;
  /** Format of `expiresAt` in sessions opened from now on. */
  expiresAtFormat: ExpiresAtFormat;
  /**
   * Revokes one access token or API key.
   *
   * @param token the access token or the API key
   * @throws {RangeError} if it is neither.
   */
  revoke(token: string): void;
  /** Revokes all access tokens. API keys stay valid. */
  revokeAll(): void;
  /** Lets all access tokens expire now. */
  expireAll(): void;
  /**
   * Replaces the secret of a service account. The old secret stops working; sessions opened with it stay valid until
   * `revokeAll`.
   *
   * @throws {RangeError} if there is no such service account.
   */
  rotateSecret(clientId: string, clientSecret: string): void;
  /**
   * Changes a role, from the next request on.
   *
   * @param name the client id, the username or the API key
   * @throws {RangeError} if there is no such account, or no such role.
   */
  setRole(name: string, role: FakeRole): void;
}

/** Who sent an authenticated request. */
export interface Principal {
  readonly name: string;
  readonly orgIds: readonly string[] | undefined;
  readonly role: FakeRole;
}

/**
 * How `expiresAt` is written:
 * - `isoformat`: as the API writes it, in UTC without a time zone, and without a fraction when that is zero:
 *   `2021-11-19T23:36:09.092000`;
 * - `zulu`: in UTC, `2021-11-19T23:36:09.092Z`;
 * - `offset`: with an offset of two hours, `2021-11-20T01:36:09.092+02:00`;
 * - a function that formats milliseconds since 1970.
 */
export type ExpiresAtFormat = "isoformat" | "offset" | "zulu" | ((time: number) => string);

/** The accounts, and the sessions that they opened. */
export interface SessionStore {
  readonly control: FakeSessions;
  /** Opens a session. @throws {Refusal} 401 if the credentials are wrong. */
  openForServiceAccount(credentials: ServiceAccountCredentials): Session;
  /** Opens a session. @throws {Refusal} 401 if the credentials are wrong. */
  openForUser(credentials: UserCredentials): Session;
  /**
   * Returns the owner of an `Authorization` header.
   *
   * @throws {Refusal} 401 if its token is missing, unknown, revoked or expired.
   */
  authenticate(authorization: string | null): Principal;
}

export interface SessionStoreOptions {
  readonly tokenLife: number;
  readonly expiresAtFormat: ExpiresAtFormat;
  readonly serviceAccounts: readonly FakeServiceAccount[];
  readonly users: readonly FakeUser[];
  readonly apiKeys: readonly FakeApiKey[];
}

interface Account extends Principal {
  role: FakeRole;
  secret: string;
}

interface OpenSession {
  readonly account: Account;
  expiresAt: number;
  revoked: boolean;
}

/** Seeds each store's tokens, so that no fake accepts a token of another. */
let stores = 0;

/**
 * Creates the session store.
 *
 * @param now returns the server's time, in milliseconds since 1970
 */
export function createSessionStore(options: SessionStoreOptions, now: () => number): SessionStore {
  const sessions = new Map<string, OpenSession>();
  const serviceAccounts = new Map(
    options.serviceAccounts.map((known) => [known.clientId, toAccount(known.clientId, known.clientSecret, known)]),
  );
  const users = new Map(
    options.users.map((known) => [known.username, toAccount(known.username, known.password, known)]),
  );
  const keys = new Map(options.apiKeys.map((known) => [known.key, toAccount("API key", known.key, known)]));

  const seed = ++stores;
  let { tokenLife } = options;

  const control: FakeSessions = {
    get exchanges() {
      return sessions.size;
    },
    get tokenLife() {
      return tokenLife;
    },
    set tokenLife(ms) {
      checkTokenLife(ms);
      tokenLife = ms;
    },
    expiresAtFormat: options.expiresAtFormat,
    revoke(token) {
      if (keys.delete(token)) return;
      const session = sessions.get(token);
      if (session === undefined) throw new RangeError("Unknown access token or API key");
      session.revoked = true;
    },
    revokeAll() {
      for (const session of sessions.values()) session.revoked = true;
    },
    expireAll() {
      for (const session of sessions.values()) session.expiresAt = Math.min(session.expiresAt, now());
    },
    rotateSecret(clientId, clientSecret) {
      const account = serviceAccounts.get(clientId);
      if (account === undefined) throw new RangeError(`Unknown service account ${JSON.stringify(clientId)}`);
      account.secret = clientSecret;
    },
    setRole(name, role) {
      const account = serviceAccounts.get(name) ?? users.get(name) ?? keys.get(name);
      if (account === undefined) throw new RangeError("No service account, user or API key has this name");
      checkRole(role);
      account.role = role;
    },
  };

  const open = (account: Account): Session => {
    const expiresAt = Math.floor(now() + tokenLife);
    const accessToken = createToken(seed, sessions.size, account.name, expiresAt);
    sessions.set(accessToken, { account, expiresAt, revoked: false });
    return { accessToken, expiresAt: writeTime(expiresAt, control.expiresAtFormat) };
  };

  return {
    control,
    openForServiceAccount({ clientId, clientSecret }) {
      const account = serviceAccounts.get(clientId);
      if (account?.secret !== clientSecret) throw new Refusal(401, "Wrong client id or secret");
      return open(account);
    },
    openForUser({ username, password }) {
      const account = users.get(username);
      if (account?.secret !== password) throw new Refusal(401, "Wrong username or password");
      return open(account);
    },
    authenticate(authorization) {
      if (authorization === null) throw new Refusal(401, "The Authorization header is missing");
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw new Refusal(401, "The Authorization header is not a bearer token");
      const session = sessions.get(token);
      const account = session?.account ?? keys.get(token);
      if (account === undefined) throw new Refusal(401, "The token is unknown");
      if (session?.revoked) throw new Refusal(401, "The token was revoked");
      if (session && now() >= session.expiresAt) throw new Refusal(401, "The token has expired");
      return account;
    },
  };
}

/** The operation of the identity service. A service account sends JSON, a user sends a form. */
export function identityRoutes(sessions: SessionStore): Route[] {
  return [
    {
      operation: "createSession",
      service: "identity",
      method: "POST",
      path: "/session",
      isPublic: true,
      run: ({ received }) => ({
        body: isForm(received)
          ? sessions.openForUser(readForm(received, "createSession"))
          : sessions.openForServiceAccount(readJson(received, "createSession")),
      }),
    },
  ];
}

/** @throws {RangeError} if it is not a positive number of milliseconds. */
export function checkTokenLife(tokenLife: number): void {
  if (Number.isFinite(tokenLife) && tokenLife > 0) return;
  throw new RangeError("tokenLife must be a positive number of milliseconds");
}

const RANKS: Readonly<Record<FakeRole, number>> = { viewer: 0, editor: 1, administrator: 2 };

/** Returns whether a role includes the required one. */
export function hasRole(role: FakeRole, required: FakeRole): boolean {
  return RANKS[role] >= RANKS[required];
}

function checkRole(role: FakeRole): void {
  if (!Object.hasOwn(RANKS, role)) throw new RangeError(`role must be one of ${Object.keys(RANKS).join(", ")}`);
}

function toAccount(name: string, secret: string, { orgIds, role = "administrator" }: Access): Account {
  return { name, secret, orgIds, role };
}

const HOUR = 3_600_000;

function writeTime(time: number, format: ExpiresAtFormat): string {
  if (typeof format === "function") return format(time);
  switch (format) {
    case "isoformat":
      return toIsoformat(time);
    case "zulu":
      return new Date(time).toISOString();
    case "offset":
      return new Date(time + 2 * HOUR).toISOString().replace("Z", "+02:00");
  }
}

/**
 * Writes a time as Python's `isoformat` does: in UTC without a zone, with a fraction of six digits unless that is zero.
 */
function toIsoformat(time: number): string {
  const [seconds, fraction] = new Date(time).toISOString().replace("Z", "").split(".");
  return fraction === "000" ? `${seconds}` : `${seconds}.${fraction}000`;
}

/** Creates a token in the shape of a JSON Web Token. It is not signed. */
function createToken(seed: number, index: number, subject: string, expiresAt: number): string {
  const random = createRandom(seed, index);
  const claims = { sub: subject, exp: Math.floor(expiresAt / 1000), jti: random.hex() + random.hex() };
  const signature = Array.from({ length: 8 }, () => random.hex()).join("");
  return [JSON.stringify({ alg: "none", typ: "JWT" }), JSON.stringify(claims), signature].map(toBase64Url).join(".");
}
