import { readFileSync } from "node:fs";

/** Beside `index.js` in the asset. */
export const CA_IN_ASSET = "extra-ca.pem";

/** Lambda unpacks the asset there. Node reads the variable when it starts, and Lambda sets it before. */
export const CA_ENVIRONMENT = { NODE_EXTRA_CA_CERTS: `/var/task/${CA_IN_ASSET}` } as const;

/**
 * The certificates in a PEM file.
 * @throws Error where it can't be read, holds none, or holds a private key, which would be deployed with them.
 */
export function readCaFile(path: string): string {
  const text = contentsOf(path);
  if (/PRIVATE KEY-----/.test(text)) throw new Error(`extraCaFile: ${path} holds a private key`);
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new Error(`extraCaFile: ${path} holds no certificate in PEM`);
  return text;
}

function contentsOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error(`extraCaFile: ${path} can't be read`);
  }
}
