import type { Secret } from "../../../emulators/aws/versions.ts";
import type { Evidence, SecretRecord } from "../records.ts";
import type { Worker } from "../worker.ts";

/* Promises about what a new secret gets, and what an existing one keeps. */

/** A worker changed a secret, from what the record shows. */
export function onSecretChanged(evidence: Evidence, record: SecretRecord, now: Secret, by: Worker): void {
  const { name, maker, last } = record;
  const isNew = isUnused(last) || isUnused(seenBy(by, record, evidence));
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

function isUnused(secret: Secret | undefined): boolean {
  return secret !== undefined && secret.versions.length === 0 && secret.resourcePolicy === undefined;
}

/** What the worker knows of it. It can't notice a person who changes it between its check and its action. */
function seenBy({ looks }: Worker, { name, past }: SecretRecord, { services }: Evidence): Secret | undefined {
  const seenMs = (looks.get(name) ?? Number.NEGATIVE_INFINITY) - services.setting.describeLagMs;
  return past.findLast(({ sinceMs }) => sinceMs <= seenMs)?.secret;
}
