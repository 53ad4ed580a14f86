import { readFileSync } from "node:fs";

/** In the same folder as `index.js` in the asset. */
export const CA_IN_ASSET = "extra-ca.pem";

/** Lambda unpacks the asset to /var/task. It sets the variable before Node starts, which is when Node reads it. */
export const CA_ENVIRONMENT = { NODE_EXTRA_CA_CERTS: `/var/task/${CA_IN_ASSET}` } as const;

/**
 * The certificates in a PEM file.
 * @throws Error if the file can't be read, has no certificate, or has a private key, which would be deployed as well
 */
export function readCaFile(path: string): string {
  const text = contentsOf(path);
  if (/PRIVATE KEY-----/.test(text))
    throw new Error(`extraCaFile: ${path} contains a private key, which must not be deployed`);
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new Error(`extraCaFile: ${path} contains no certificate in PEM format`);
  return text;
}

function contentsOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error(`extraCaFile: ${path} can't be read`);
  }
}
