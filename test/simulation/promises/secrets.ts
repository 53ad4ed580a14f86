import type { Secret } from "../../../emulators/aws/versions.ts";
import type { Evidence, SecretRecord } from "../records.ts";

/* Promises about what a new secret gets, and what an existing one keeps. */

/** A worker changed a secret, from what the record shows. */
export function onSecretChanged(evidence: Evidence, { name, maker, last }: SecretRecord, now: Secret): void {
  const isNew = last !== undefined && last.versions.length === 0 && last.resourcePolicy === undefined;
  const isPolicyChanged = last !== undefined && last.resourcePolicy !== now.resourcePolicy;
  if (isPolicyChanged && maker === "person")
    evidence.broken("resource-policy", `${name} got a resource policy, and a person had created it`);
  if (isPolicyChanged && !isNew)
    evidence.broken("resource-policy", `${name} got a resource policy, and it was in use or had one`);
  const isFirst = last?.versions.length === 0 && now.versions.length > 0;
  const isDemanded = evidence.services.setting.restrictsNewSecrets === true && maker !== "person";
  if (isFirst && isDemanded && now.resourcePolicy === undefined)
    evidence.broken("resource-policy", `${name} got a string before its resource policy`);
}
