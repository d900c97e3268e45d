import { generateKeyPairSync, sign } from "node:crypto";

/** A key and a certificate of it that it signed itself, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const ALTERNATIVE_NAME = "0603551d11";
const LOOPBACK = "7f000001";

/**
 * A certificate for 127.0.0.1, as RFC 5280 writes one.
 *
 * @param years the first and the last year that it is good for
 */
export function createCertificate(years: readonly [number, number] = [2020, 2049]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const name = sequence(der("31", sequence(COMMON_NAME, der("0c", hex("test")))));
  const [from, to] = years.map((year) => der("17", hex(`${String(year).slice(2)}0101000000Z`)));
  const extension = sequence(ALTERNATIVE_NAME, der("04", sequence(der("87", LOOPBACK))));
  const body = sequence(
    der("a0", der("02", "02")),
    der("02", "01"),
    algorithm,
    name,
    sequence(from ?? "", to ?? ""),
    name,
    publicKey.export({ type: "spki", format: "der" }).toString("hex"),
    der("a3", sequence(extension)),
  );
  const signature = sign("sha256", Buffer.from(body, "hex"), privateKey).toString("hex");
  const bytes = Buffer.from(sequence(body, algorithm, der("03", `00${signature}`)), "hex");
  const cert = `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

function sequence(...parts: string[]): string {
  return der("30", parts.join(""));
}

/** A value in the distinguished encoding rules, all in hexadecimal. */
function der(tag: string, content: string): string {
  const length = content.length / 2;
  if (length < 128) return `${tag}${byte(length)}${content}`;
  const digits = length < 256 ? byte(length) : byte(length >> 8) + byte(length & 255);
  return `${tag}${byte(128 + digits.length / 2)}${digits}${content}`;
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}
