import type { AuthObserver } from "../events.js";
import { throwIfAborted, untilAborted } from "../pipeline/abort.js";
import type { NetworkOptions } from "../pipeline/options.js";
import { AccessToken } from "./access-token.js";
import { now, systemClock } from "./clock.js";
import type { ApiKey } from "./credentials.js";
import type { TokenSource } from "./token-source.js";

/**
 * Provides the API key as the token. Keys are not exchanged. After a rejection the key's function is called again, because
 * it may return a new key.
 */
export class ApiKeyTokenSource implements TokenSource {
  readonly origins: readonly string[];
  readonly observe: AuthObserver;
  readonly #apiKey: ApiKey;
  readonly #network: NetworkOptions;
  #token: AccessToken | undefined;
  #rejected = false;
  #reading: Promise<AccessToken> | undefined;

  constructor(apiKey: ApiKey, origins: readonly string[], network: NetworkOptions, observe: AuthObserver) {
    this.origins = origins;
    this.#network = network;
    this.observe = observe;
    this.#apiKey = apiKey;
  }

  get network(): NetworkOptions {
    return this.#network;
  }

  async token({ signal }: { readonly signal?: AbortSignal | null | undefined } = {}): Promise<AccessToken> {
    throwIfAborted(signal);
    if (this.#token && !this.#rejected) return this.#token;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return untilAborted(this.#reading, signal);
  }

  invalidate(rejected?: AccessToken): void {
    if (rejected && rejected !== this.#token) return;
    this.#rejected = true;
    if (rejected) this.observe({ type: "token_rejected" });
  }

  async #read(): Promise<AccessToken> {
    const key = await this.#apiKey.read();
    this.#rejected = false;
    // The same object again tells the caller that there is nothing new to try.
    if (this.#token?.value === key) return this.#token;
    this.#token = new AccessToken(key, { life: Infinity, start: now(systemClock) }, 0);
    return this.#token;
  }
}
