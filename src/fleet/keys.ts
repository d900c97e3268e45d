import type { SessionRequest } from "../auth/credentials.js";

/** Rounds for passwords, which people choose. More is refused by Workers. */
const PASSWORD_ROUNDS = 100_000;
/** Length of a name or a tag, in characters of base64url: 132 bits. */
const NAME_LENGTH = 22;
const IV_LENGTH = 12;

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);

/**
 * Returns how the names of keys begin: the prefix, and a digest of what they are about, in braces, so that a cluster keeps
 * them on one node.
 */
export async function keyBase(prefix: string, about: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytesOf(prefix), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(about)));
  return `${prefix}:{${btoa(String.fromCharCode(...digest.slice(0, 16))).replaceAll("=", "")}}`;
}

/** What is derived from an account's secret: the name of its keys, the tags of its tokens, and what encrypts them. */
export class TokenKeys {
  /** Tells the account from others, and reveals nothing about it. */
  readonly name: string;
  readonly #tagKey: CryptoKey;
  readonly #sealKeys: readonly CryptoKey[];

  constructor(name: string, tagKey: CryptoKey, sealKeys: readonly CryptoKey[]) {
    this.name = name;
    this.#tagKey = tagKey;
    this.#sealKeys = sealKeys;
  }

  /** Returns a text that tells a token from others, and nothing else. */
  async tag(token: string): Promise<string> {
    return sign(this.#tagKey, token);
  }

  /**
   * Encrypts a token.
   *
   * @param label what is stored next to it; a token under another label does not open
   */
  async seal(token: string, label: string): Promise<string> {
    const [key] = this.#sealKeys;
    if (!key) return "";
    const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
    const sealed = await crypto.subtle.encrypt(this.#algorithm(iv, label), key, bytesOf(token));
    return toBase64Url(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
  }

  /** Decrypts a token; undefined if it was sealed with another key or label, or changed. */
  async open(sealed: string, label: string): Promise<string | undefined> {
    for (const key of this.#sealKeys) {
      try {
        const bytes = fromBase64Url(sealed);
        const algorithm = this.#algorithm(bytes.slice(0, IV_LENGTH), label);
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes.slice(IV_LENGTH)));
      } catch {
        // Another key may open it.
      }
    }
    return undefined;
  }

  #algorithm(iv: Uint8Array<ArrayBuffer>, label: string): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: bytesOf(JSON.stringify([this.name, label])) };
  }
}

/**
 * Derives the keys of an account from its secret.
 *
 * @param identity where the identity service is
 * @param encryptionKeys texts to encrypt with in place of the secret: the first one encrypts, all decrypt
 */
export async function deriveTokenKeys(
  { body }: SessionRequest,
  identity: string,
  encryptionKeys: readonly string[],
): Promise<TokenKeys> {
  const account = JSON.stringify("clientSecret" in body ? ["account", body.clientId] : ["user", body.username]);
  const secret =
    "clientSecret" in body
      ? bytesOf(body.clientSecret)
      : await stretch(body.password, bytesOf(`${identity} ${account}`));
  const base = await baseKey(secret);
  const name = await sign(await hmacKey(base, "name"), `${identity} ${account}`);
  const sealing = encryptionKeys.length > 0 ? await Promise.all(encryptionKeys.map(ownKey)) : [base];
  return new TokenKeys(name, await hmacKey(base, "tag"), await Promise.all(sealing.map(sealKey)));
}

const ownKey = (text: string) => baseKey(bytesOf(text));

function baseKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
}

function hkdf(use: string): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt: bytesOf("@livedata/sdk fleet 1"), info: bytesOf(use) };
}

function hmacKey(base: CryptoKey, use: string): Promise<CryptoKey> {
  const type = { name: "HMAC", hash: "SHA-256", length: 256 };
  return crypto.subtle.deriveKey(hkdf(use), base, type, false, ["sign"]);
}

function sealKey(base: CryptoKey): Promise<CryptoKey> {
  const type = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(hkdf("seal"), base, type, false, ["encrypt", "decrypt"]);
}

/** A password is guessed by trying: this makes each try take milliseconds. */
async function stretch(password: string, salt: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", bytesOf(password), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: PASSWORD_ROUNDS };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}

async function sign(key: CryptoKey, text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text)))).slice(0, NAME_LENGTH);
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
