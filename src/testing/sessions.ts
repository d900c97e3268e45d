import type { ServiceAccountCredentials, Session, UserCredentials } from "../types.js";
import { toBase64Url } from "./base64url.js";
import { createRandom } from "./population/random.js";
import { Refusal } from "./reply.js";

interface Access {
  /** Organizations that it may use. @default all of them */
  readonly orgIds?: readonly string[];
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
  /** Ends one session now. @throws {RangeError} if no session has this access token. */
  revoke(accessToken: string): void;
  /** Ends all sessions now. */
  revokeAll(): void;
  /** Lets all access tokens expire now. */
  expireAll(): void;
}

/** Someone who was let in. */
export interface Principal {
  readonly name: string;
  readonly orgIds: readonly string[] | undefined;
}

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
  readonly clock: () => number;
  readonly seed: number;
  readonly tokenLife: number;
  readonly serviceAccounts: readonly FakeServiceAccount[];
  readonly users: readonly FakeUser[];
  readonly apiKeys: readonly FakeApiKey[];
}

interface OpenSession {
  readonly principal: Principal;
  expiresAt: number;
  revoked: boolean;
}

/** Opens the desk. */
export function createSessionDesk(options: SessionDeskOptions): SessionDesk {
  const sessions = new Map<string, OpenSession>();
  const keys = new Map(options.apiKeys.map(({ key, orgIds }) => [key, { name: "API key", orgIds }]));

  const control: FakeSessions = {
    get exchanges() {
      return sessions.size;
    },
    tokenLife: options.tokenLife,
    revoke(accessToken) {
      const session = sessions.get(accessToken);
      if (session === undefined) throw new RangeError("No session has this access token");
      session.revoked = true;
    },
    revokeAll() {
      for (const session of sessions.values()) session.revoked = true;
    },
    expireAll() {
      for (const session of sessions.values()) session.expiresAt = Math.min(session.expiresAt, options.clock());
    },
  };

  const open = (principal: Principal): Session => {
    const expiresAt = Math.floor(options.clock() + control.tokenLife);
    const accessToken = createToken(options.seed, sessions.size, principal.name, expiresAt);
    sessions.set(accessToken, { principal, expiresAt, revoked: false });
    return { accessToken, expiresAt: toIsoformat(expiresAt) };
  };

  return {
    control,
    openForServiceAccount({ clientId, clientSecret }) {
      const account = options.serviceAccounts.find((candidate) => candidate.clientId === clientId);
      if (account?.clientSecret !== clientSecret) throw new Refusal(401, "Wrong client id or secret");
      return open({ name: clientId, orgIds: account.orgIds });
    },
    openForUser({ username, password }) {
      const user = options.users.find((candidate) => candidate.username === username);
      if (user?.password !== password) throw new Refusal(401, "Wrong username or password");
      return open({ name: username, orgIds: user.orgIds });
    },
    authenticate(authorization) {
      if (authorization === null) throw new Refusal(401, "The Authorization header is missing");
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) throw new Refusal(401, "The Authorization header is not a bearer token");
      const session = sessions.get(token);
      const principal = session?.principal ?? keys.get(token);
      if (principal === undefined) throw new Refusal(401, "The token is not known");
      if (session?.revoked) throw new Refusal(401, "The token was revoked");
      if (session && options.clock() >= session.expiresAt) throw new Refusal(401, "The token has expired");
      return principal;
    },
  };
}

/**
 * Writes a time as Python's `isoformat` does, in UTC without saying so. Its fraction has six digits, and is absent when it
 * is zero.
 */
export function toIsoformat(time: number): string {
  const [seconds, fraction] = new Date(time).toISOString().replace("Z", "").split(".");
  return fraction === "000" ? `${seconds}` : `${seconds}.${fraction}000`;
}

/** Makes up something that looks like a JSON Web Token, and is none: nothing was signed. */
function createToken(seed: number, index: number, subject: string, expiresAt: number): string {
  const random = createRandom(seed, index);
  const claims = { sub: subject, exp: Math.floor(expiresAt / 1000), jti: random.hex() + random.hex() };
  const signature = Array.from({ length: 8 }, () => random.hex()).join("");
  return [JSON.stringify({ alg: "none", typ: "JWT" }), JSON.stringify(claims), signature].map(toBase64Url).join(".");
}
