import type { ServiceAccountCredentials, Session, UserCredentials } from "../types.js";
import { toBase64Url } from "./base64url.js";
import { checkTokenLife } from "./options.js";
import { createRandom } from "./population/random.js";
import { Refusal } from "./reply.js";
import { checkRole, type FakeRole } from "./roles.js";

interface Access {
  /** Organizations that it may use. @default all of them */
  readonly orgIds?: readonly string[];
  /** Its role on these. @default "administrator" */
  readonly role?: FakeRole;
}
/** A service account that the embedded API lets in. */
export interface FakeServiceAccount extends Access {
  readonly clientId: string;
  readonly clientSecret: string;
}
/** A user that the embedded API lets in. */
export interface FakeUser extends Access {
  readonly username: string;
  readonly password: string;
}
/** An API key that the embedded API lets in. */
export interface FakeApiKey extends Access {
  readonly key: string;
}

/** Looks at and ends the sessions of an embedded API. */
export interface FakeSessions {
  /** How many access tokens have been given out. */
  readonly exchanges: number;
  /** Life of the access tokens to come, in milliseconds. */
  tokenLife: number;
  /** How the `expiresAt` of the sessions to come is written. */
  expiresAtFormat: ExpiresAtFormat;
  /**
   * Ends one session now, or lets an API key in no more.
   *
   * @param token the access token or the API key
   * @throws {RangeError} if there is none of the kind.
   */
  revoke(token: string): void;
  /** Ends all sessions now. */
  revokeAll(): void;
  /** Lets all access tokens expire now. */
  expireAll(): void;
  /**
   * Gives a service account another secret; the old one is good no more. Its sessions live on until `revokeAll`.
   *
   * @throws {RangeError} if there is no such service account.
   */
  rotateSecret(clientId: string, clientSecret: string): void;
  /**
   * Gives someone another role, from their next request on.
   *
   * @param name the client id, the username or the API key
   * @throws {RangeError} if there is no one of this name.
   */
  setRole(name: string, role: FakeRole): void;
}

/** Someone who was let in. */
export interface Principal {
  readonly name: string;
  readonly orgIds: readonly string[] | undefined;
  readonly role: FakeRole;
}

/**
 * How a time is written, of which all but the last are UTC:
 * - `isoformat`: as the API writes it, `2021-11-19T23:36:09.092000`, without a zone, and without a fraction of zero;
 * - `zulu`: `2021-11-19T23:36:09.092Z`;
 * - `offset`: `2021-11-20T01:36:09.092+02:00`;
 * - a function, given milliseconds since 1970.
 */
export type ExpiresAtFormat = "isoformat" | "offset" | "zulu" | ((time: number) => string);

/** Who may come in, and who is in. */
export interface SessionDesk {
  readonly control: FakeSessions;
  /** Opens a session. @throws {Refusal} 401 if the credentials are wrong. */
  openForServiceAccount(credentials: ServiceAccountCredentials): Session;
  /** Opens a session. @throws {Refusal} 401 if the credentials are wrong. */
  openForUser(credentials: UserCredentials): Session;
  /** Tells whose an `Authorization` header is. @throws {Refusal} 401 if it is no one's, or not any more. */
  authenticate(authorization: string | null): Principal;
}

export interface SessionDeskOptions {
  readonly tokenLife: number;
  readonly expiresAtFormat: ExpiresAtFormat;
  readonly serviceAccounts: readonly FakeServiceAccount[];
  readonly users: readonly FakeUser[];
  readonly apiKeys: readonly FakeApiKey[];
}

/** Someone who can come in, by a secret. */
interface Account extends Principal {
  role: FakeRole;
  secret: string;
}

interface OpenSession {
  readonly account: Account;
  expiresAt: number;
  revoked: boolean;
}

/** So that no embedded API takes the token of another for its own. */
let desks = 0;

/**
 * Opens the desk.
 *
 * @param now tells the server's time, in milliseconds since 1970
 */
export function createSessionDesk(options: SessionDeskOptions, now: () => number): SessionDesk {
  const sessions = new Map<string, OpenSession>();
  const serviceAccounts = new Map(
    options.serviceAccounts.map((known) => [known.clientId, toAccount(known.clientId, known.clientSecret, known)]),
  );
  const users = new Map(
    options.users.map((known) => [known.username, toAccount(known.username, known.password, known)]),
  );
  const keys = new Map(options.apiKeys.map((known) => [known.key, toAccount("API key", known.key, known)]));

  const desk = ++desks;
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
      if (session === undefined) throw new RangeError("There is no such access token and no such API key");
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
      if (account === undefined) throw new RangeError(`There is no service account ${JSON.stringify(clientId)}`);
      account.secret = clientSecret;
    },
    setRole(name, role) {
      const account = serviceAccounts.get(name) ?? users.get(name) ?? keys.get(name);
      if (account === undefined) throw new RangeError("There is no service account, user or API key of this name");
      checkRole(role);
      account.role = role;
    },
  };

  const open = (account: Account): Session => {
    const expiresAt = Math.floor(now() + tokenLife);
    const accessToken = createToken(desk, sessions.size, account.name, expiresAt);
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
      if (account === undefined) throw new Refusal(401, "The token is not known");
      if (session?.revoked) throw new Refusal(401, "The token was revoked");
      if (session && now() >= session.expiresAt) throw new Refusal(401, "The token has expired");
      return account;
    },
  };
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
 * Writes a time as Python's `isoformat` does, in UTC without saying so. Its fraction has six digits, and is absent when it
 * is zero.
 */
function toIsoformat(time: number): string {
  const [seconds, fraction] = new Date(time).toISOString().replace("Z", "").split(".");
  return fraction === "000" ? `${seconds}` : `${seconds}.${fraction}000`;
}

/** Makes up something that looks like a JSON Web Token, and is none: nothing was signed. */
function createToken(desk: number, index: number, subject: string, expiresAt: number): string {
  const random = createRandom(desk, index);
  const claims = { sub: subject, exp: Math.floor(expiresAt / 1000), jti: random.hex() + random.hex() };
  const signature = Array.from({ length: 8 }, () => random.hex()).join("");
  return [JSON.stringify({ alg: "none", typ: "JWT" }), JSON.stringify(claims), signature].map(toBase64Url).join(".");
}
