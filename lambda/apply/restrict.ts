import { RotationError } from "../model/errors.ts";
import { masked } from "../model/masked.ts";
import type { SecretName, SecretState } from "../model/secret.ts";
import { describeNewSecret, hasSecretMarker, isCreatedByWorker } from "../model/secret-marker.ts";
import { after } from "../model/time.ts";
import type { ApplicationContext } from "./context.ts";
import { retryWrite } from "./retry.ts";

/** The description of a secret that is about to be created. If it gets a resource policy, it proves later who created it. */
export async function descriptionOfNew(
  name: SecretName,
  text: string,
  { run: { clock }, application, api, aheadMs }: ApplicationContext,
): Promise<string> {
  if (application.newSecrets.resourcePolicy === undefined) return text;
  const now = after(clock.now(), aheadMs);
  return describeNewSecret(text, name, now, application.id, await api.signingKey());
}

/**
 * Attaches the resource policy of the configuration to a secret that this worker created and that has neither a version nor a policy:
 * it has the description that this run has `sent`, or one that an access token of the worker signed. So a run that was stopped after
 * CreateSecret is completed by the next one, and a secret of somebody else keeps what it has. Without a `resourcePolicy` in the
 * configuration, it asks nobody.
 * @throws RotationError `store-refused` if the description says that the worker created it, and nothing proves that.
 */
export async function restrict(
  secret: SecretState,
  sent: string | undefined,
  { run: { store, clock, log }, application, api }: ApplicationContext,
): Promise<void> {
  const { arn, name, versions } = secret;
  const { resourcePolicy } = application.newSecrets;
  if (resourcePolicy === undefined || versions.length > 0) return;
  // Somebody may have replaced the access token since the request.
  const isSent = sent !== undefined && secret.description === sent;
  const isProven = isSent || (await isOwn(secret, { application, api }));
  if (!isProven && !hasSecretMarker(secret)) {
    log.warn("an empty secret gets no resource policy, because the worker didn't create it", {
      secretName: masked(name),
    });
    return;
  }
  if (await store.hasResourcePolicy(arn)) return;
  if (!isProven) throw unprovenError(name);
  await retryWrite(clock, () => store.putResourcePolicy(arn, resourcePolicy));
}

/** A run that was stopped may have created it, and the access token that signed its description is gone. */
function unprovenError(name: SecretName): RotationError {
  const message = `the secret ${masked(name)} has no string yet, and nothing proves that the worker created it, so it gets neither the resourcePolicy of newSecrets nor a string. Delete it, or attach the policy`;
  return new RotationError("store-refused", message);
}

/** The access token may have been renewed since the secret was created. */
async function isOwn(
  secret: SecretState,
  { application: { id }, api }: Pick<ApplicationContext, "application" | "api">,
): Promise<boolean> {
  if (!hasSecretMarker(secret)) return false;
  if (isCreatedByWorker(secret, id, [await api.signingKey()])) return true;
  const kept = await api.keptKeys();
  return isCreatedByWorker(
    secret,
    id,
    kept.filter(({ isTrusted }) => isTrusted),
  );
}
