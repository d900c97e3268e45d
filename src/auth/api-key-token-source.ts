import type { AuthObserver } from "../events.js";
import { delay, throwIfAborted } from "../pipeline/abort.js";
import type { NetworkOptions } from "../pipeline/network.js";
import { AccessToken } from "./access-token.js";
import { now, systemClock } from "./clock.js";
import type { ApiKey } from "./credentials.js";
import { SharedWork } from "./shared-work.js";
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
  #reading: SharedWork<AccessToken> | undefined;

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
    for (;;) {
      throwIfAborted(signal);
      if (this.#token && !this.#rejected) return this.#token;
      if (!this.#reading || this.#reading.isOver) {
        this.#reading = new SharedWork(() => this.#read(), { clock: systemClock, delay });
      }
      const token = await this.#reading.wait(signal);
      if (token) return token;
    }
  }

  invalidate(rejected?: AccessToken): void {
    if (rejected && rejected !== this.#token) return;
    this.#rejected = true;
    if (rejected) this.observe({ type: "token_rejected" });
  }

  async #read(): Promise<AccessToken> {
    const reading = this.#reading;
    const key = await this.#apiKey.read();
    // The same object again tells the caller that there is nothing new to try.
    const token =
      this.#token?.value === key ? this.#token : new AccessToken(key, { life: Infinity, start: now(systemClock) }, 0);
    // A read that was lost must not overwrite a newer key.
    if (this.#reading !== reading) return token;
    this.#rejected = false;
    this.#token = token;
    return token;
  }
}
