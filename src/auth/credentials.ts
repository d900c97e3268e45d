import type { components } from "../generated/identity.js";
import { checkSecret, readSecret, type Secret, type SecretSource } from "./secret.js";

type Schemas = components["schemas"];

/** What a session is asked for with: the two forms of the identity document's `POST /session`. */
export type SessionRequest =
  | { readonly contentType: "application/json"; readonly body: Schemas["ServiceAccountCredentials"] }
  | { readonly contentType: "application/x-www-form-urlencoded"; readonly body: Schemas["UserCredentials"] };

/** Whom the SDK signs in as. Made by {@link serviceAccount}, {@link userPassword} or {@link apiKey}. */
export type Credentials = ApiKey | SessionCredentials;

/** A service account's id and secret, which the UI shows once, under Teams → Service Accounts. */
export interface ServiceAccountOptions {
  /** Variable: `LIVEDATA_CLIENT_ID`. */
  readonly clientId: Secret;
  /** Variable: `LIVEDATA_CLIENT_SECRET`. */
  readonly clientSecret: Secret;
}

/** A person's name and password. */
export interface UserPasswordOptions {
  /** Variable: `LIVEDATA_USERNAME`. */
  readonly username: Secret;
  /** Variable: `LIVEDATA_PASSWORD`. */
  readonly password: Secret;
}

const CLIENT_ID: SecretSource = { option: "clientId", variable: "LIVEDATA_CLIENT_ID" };
const CLIENT_SECRET: SecretSource = { option: "clientSecret", variable: "LIVEDATA_CLIENT_SECRET" };
const USERNAME: SecretSource = { option: "username", variable: "LIVEDATA_USERNAME" };
const PASSWORD: SecretSource = { option: "password", variable: "LIVEDATA_PASSWORD" };
const API_KEY: SecretSource = { option: "apiKey", variable: "LIVEDATA_API_KEY", isHeader: true };

/**
 * Signs in as a service account: the way for a backend. The session is made by the vendor's `clientCredentials` grant.
 *
 * @param options its id and secret, each a text or a function that is called at every exchange
 * @throws a ConfigurationError where one is missing, blank, or has a line break
 */
export function serviceAccount(options: ServiceAccountOptions): SessionCredentials {
  const { clientId, clientSecret } = options;
  checkSecret(clientId, CLIENT_ID);
  checkSecret(clientSecret, CLIENT_SECRET);
  return new SessionCredentials("service account", async () => ({
    contentType: "application/json",
    body: {
      grantType: "clientCredentials",
      clientId: await readSecret(clientId, CLIENT_ID),
      clientSecret: await readSecret(clientSecret, CLIENT_SECRET),
    },
  }));
}

/**
 * Signs in as a person, by name and password.
 *
 * @param options the name and the password, each a text or a function that is called at every exchange
 * @throws a ConfigurationError where one is missing, blank, or has a line break
 */
export function userPassword(options: UserPasswordOptions): SessionCredentials {
  const { username, password } = options;
  checkSecret(username, USERNAME);
  checkSecret(password, PASSWORD);
  return new SessionCredentials("user", async () => ({
    contentType: "application/x-www-form-urlencoded",
    body: { username: await readSecret(username, USERNAME), password: await readSecret(password, PASSWORD) },
  }));
}

/**
 * Sends an API key in the place of a session's access token. There is no exchange, and no end is known of a key.
 *
 * @param key the key, or a function that gives it; that is called again after the API rejected what it gave
 * @throws a ConfigurationError where it is missing, blank, or has a line break
 */
export function apiKey(key: Secret): ApiKey {
  checkSecret(key, API_KEY);
  return new ApiKey(() => readSecret(key, API_KEY));
}

/** Credentials that are exchanged for a session. What they hold is out of reach of `util.inspect` and `JSON.stringify`. */
export class SessionCredentials {
  /** Whose credentials these are, for messages. */
  readonly kind: "service account" | "user";
  readonly #read: () => Promise<SessionRequest>;

  constructor(kind: "service account" | "user", read: () => Promise<SessionRequest>) {
    this.kind = kind;
    this.#read = read;
  }

  /** Reads the secrets, and gives what the exchange is to send. */
  read(): Promise<SessionRequest> {
    return this.#read();
  }
}

/** An API key. What it holds is out of reach of `util.inspect` and `JSON.stringify`. */
export class ApiKey {
  /** Whose credentials these are, for messages. */
  readonly kind = "API key";
  readonly #read: () => Promise<string>;

  constructor(read: () => Promise<string>) {
    this.#read = read;
  }

  /** Reads the key. */
  read(): Promise<string> {
    return this.#read();
  }
}
