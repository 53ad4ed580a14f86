import { generateKeyPairSync, sign } from "node:crypto";

/** A certificate that nobody but itself vouches for, and its key; both as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

/** For the loopback address, unless another name is given. Made by hand, since Node makes none: X.509 in DER. */
export function selfSigned({
  commonName = "127.0.0.1",
  from = new Date(Date.now() - 86_400_000),
  to = new Date(Date.now() + 86_400_000),
} = {}): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(tlv(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const name = sequence(
    tlv(0x31, sequence(tlv(0x06, Buffer.from("550403", "hex")), tlv(0x0c, Buffer.from(commonName)))),
  );
  const isAddress = /^[\d.]+$/.test(commonName);
  const alternative = isAddress
    ? tlv(0x87, Buffer.from(commonName.split(".").map(Number)))
    : tlv(0x82, Buffer.from(commonName));
  const alternatives = sequence(tlv(0x06, Buffer.from("551d11", "hex")), tlv(0x04, sequence(alternative)));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(alternatives)),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  return {
    cert: pem("CERTIFICATE", sequence(body, ecdsaWithSha256, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts);
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function time(at: Date): Buffer {
  return tlv(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, "")}`));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
