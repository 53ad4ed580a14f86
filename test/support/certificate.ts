import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Certificate } from "../../emulators/http.ts";

/* The small part of X.509 (RFC 5280) that TLS needs: Node can sign bytes, but not create certificates. */

export interface Identity extends Certificate {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  readonly name: string;
  /** The address of the host that it is for. Without an address, it is the certificate of an authority. */
  readonly address?: readonly [number, number, number, number];
  readonly signedBy?: Identity;
  readonly endsAt?: Date;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** A new key, and a certificate for it: self-signed, or signed by another. */
export function certificate({ name, address, signedBy, endsAt }: CertificateOptions): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const until = endsAt ?? new Date(Date.now() + YEAR_MS);
  const extensions = [
    extension("551d13", sequence(...(address === undefined ? [der(0x01, hex("ff"))] : []))),
    ...(address === undefined ? [] : [extension("551d11", sequence(der(0x87, Buffer.from(address))))]),
  ];
  const signed = sequence(
    der(0xa0, der(0x02, hex("02"))),
    der(0x02, Buffer.from([1, ...crypto.getRandomValues(new Uint8Array(8))])),
    ECDSA_WITH_SHA256,
    nameOf(signedBy?.name ?? name),
    sequence(timeOf(new Date(until.getTime() - 2 * YEAR_MS)), timeOf(until)),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", signed, signedBy?.privateKey ?? privateKey);
  const whole = sequence(signed, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([hex("00"), signature])));
  return {
    name,
    privateKey,
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

const hex = (text: string) => Buffer.from(text, "hex");

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { byteLength } = content;
  const length = byteLength < 128 ? [byteLength] : [0x82, byteLength >> 8, byteLength & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const ECDSA_WITH_SHA256 = sequence(der(0x06, hex("2a8648ce3d040302")));

function extension(id: string, value: Buffer): Buffer {
  return sequence(der(0x06, hex(id)), der(0x04, value));
}

function nameOf(name: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from(name)))));
}

/** YYYYMMDDHHMMSSZ: GeneralizedTime. */
function timeOf(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, "").slice(0, 14)}Z`));
}

/** A self-signed certificate for the loopback address. */
export function selfSigned(traits: Pick<CertificateOptions, "endsAt"> = {}): Identity {
  return certificate({ name: "127.0.0.1", address: [127, 0, 0, 1], ...traits });
}
