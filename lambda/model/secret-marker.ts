import type { MarkerKey } from "./marker.ts";
import type { SecretName, SecretState } from "./secret.ts";
import type { ApplicationId } from "./token.ts";

const MARKER = /^\[losant-token-rotation created=(\S+) mac=([a-f\d]{64})\]$/;

/** How much the creation date of a secret and the date in its marker may differ. */
const CREATION_TOLERANCE_MS = 15 * 60_000;

/**
 * The description of a new secret: a text for people, then a signed line. The signature includes the name of the secret and the time,
 * because its ARN isn't known before it is created. So the line proves nothing about another secret, or a later one of that name.
 */
export function describeNewSecret(
  text: string,
  name: SecretName,
  at: Date,
  applicationId: ApplicationId,
  key: MarkerKey,
): string {
  const created = at.toISOString();
  return `${text}\n[losant-token-rotation created=${created} mac=${key.mac(signedText(name, created, applicationId))}]`;
}

/** Whether its description has such a line, whoever wrote it. */
export function hasSecretMarker({ description = "" }: Pick<SecretState, "description">): boolean {
  return markersIn(description).length > 0;
}

/** Whether this worker created the secret, as a line shows that one of these keys signed. */
export function isCreatedByWorker(
  { name, createdAt, description = "" }: Pick<SecretState, "name" | "createdAt" | "description">,
  applicationId: ApplicationId,
  keys: readonly MarkerKey[],
): boolean {
  return markersIn(description).some(
    ({ created, mac }) =>
      Math.abs(createdAt.getTime() - Date.parse(created)) <= CREATION_TOLERANCE_MS &&
      keys.some((key) => key.mac(signedText(name, created, applicationId)) === mac),
  );
}

function markersIn(description: string): readonly { readonly created: string; readonly mac: string }[] {
  return description.split(/\r?\n/).flatMap((line) => {
    const [, created, mac] = MARKER.exec(line) ?? [];
    return created === undefined || mac === undefined ? [] : [{ created, mac }];
  });
}

const signedText = (name: SecretName, created: string, applicationId: ApplicationId) =>
  `${applicationId} secret=${name} created=${created}`;
