import type { components } from "../generated/identity.js";
import { type Secret, secretReader } from "./secret.js";

type Schemas = components["schemas"];

/** A session request: the two forms of `POST /session` in the identity document. */
export type SessionRequest =
  | { readonly contentType: "application/json"; readonly body: Schemas["ServiceAccountCredentials"] }
  | { readonly contentType: "application/x-www-form-urlencoded"; readonly body: Schemas["UserCredentials"] };

/** Credentials that are exchanged for a session. */
export type SessionCredentials = SealedCredentials<"service account" | "user", SessionRequest>;

/** An API key, which is sent as it is. */
export type ApiKey = SealedCredentials<"API key", string>;

/** Who the SDK signs in as. Made by {@link serviceAccount}, {@link userPassword} or {@link apiKey}. */
export type Credentials = ApiKey | SessionCredentials;

/** A service account's id and secret. The UI shows the secret once, under Teams → Service Accounts. */
export interface ServiceAccountOptions {
  /** Environment variable: `LIVEDATA_CLIENT_ID`. */
  readonly clientId: Secret;
  /** Environment variable: `LIVEDATA_CLIENT_SECRET`. */
  readonly clientSecret: Secret;
}

/** A person's user name and password. */
export interface UserPasswordOptions {
  /** Environment variable: `LIVEDATA_USERNAME`. */
  readonly username: Secret;
  /** Environment variable: `LIVEDATA_PASSWORD`. */
  readonly password: Secret;
}

/**
 * Signs in as a service account, by the vendor's `clientCredentials` grant. The right choice for a backend.
 *
 * @param options its id and secret, each a string or a function that is called for every exchange
 * @throws ConfigurationError if one is missing, blank, or has a line break
 */
export function serviceAccount(options: ServiceAccountOptions): SessionCredentials {
  const clientId = secretReader(options.clientId, { option: "clientId", variable: "LIVEDATA_CLIENT_ID" });
  const clientSecret = secretReader(options.clientSecret, {
    option: "clientSecret",
    variable: "LIVEDATA_CLIENT_SECRET",
  });
  return new SealedCredentials("service account", async () => {
    const [id, secret] = await Promise.all([clientId(), clientSecret()]);
    return {
      contentType: "application/json",
      body: { grantType: "clientCredentials", clientId: id, clientSecret: secret },
    };
  });
}

/**
 * Signs in as a person, by user name and password.
 *
 * @param options the user name and the password, each a string or a function that is called for every exchange
 * @throws ConfigurationError if one is missing, blank, or has a line break
 */
export function userPassword(options: UserPasswordOptions): SessionCredentials {
  const username = secretReader(options.username, { option: "username", variable: "LIVEDATA_USERNAME" });
  const password = secretReader(options.password, { option: "password", variable: "LIVEDATA_PASSWORD" });
  return new SealedCredentials("user", async () => {
    const [user, secret] = await Promise.all([username(), password()]);
    return { contentType: "application/x-www-form-urlencoded", body: { username: user, password: secret } };
  });
}

/**
 * Sends an API key in place of a session's access token. There is no exchange, and a key has no known expiry.
 *
 * @param key the key, or a function that returns it; it is called again after the API rejected the key
 * @throws ConfigurationError if the key is missing, blank, or cannot be sent in a header
 */
export function apiKey(key: Secret): ApiKey {
  const names = { option: "apiKey", variable: "LIVEDATA_API_KEY", isHeader: true };
  return new SealedCredentials("API key", secretReader(key, names));
}

/** Credentials of one kind. `util.inspect` and `JSON.stringify` do not show what they hold. */
export class SealedCredentials<Kind extends string, Value> {
  /** Kind of account, for messages. */
  readonly kind: Kind;
  readonly #read: () => Promise<Value>;

  constructor(kind: Kind, read: () => Promise<Value>) {
    this.kind = kind;
    this.#read = read;
  }

  /** Reads the secrets: returns the request of the exchange, or the API key. */
  read(): Promise<Value> {
    return this.#read();
  }
}
