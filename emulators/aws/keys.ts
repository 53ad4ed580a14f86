import { AwsRefusal } from "./errors.ts";
import type { KeyState } from "./versions.ts";

/** Each string is encrypted and decrypted with the secret's KMS key. Labels, descriptions and lists need no key. */
export function useKey(keyState: KeyState, to: "encrypt" | "decrypt"): void {
  if (keyState === "enabled") return;
  if (keyState === "denied") throw new AwsRefusal("AccessDeniedException", "Access to KMS is not allowed");
  const type = to === "encrypt" ? "EncryptionFailure" : "DecryptionFailure";
  throw new AwsRefusal(
    type,
    `Secrets Manager can't ${to} the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.`,
  );
}
