import { RotationError } from "../model/errors.ts";
import { AWSCURRENT, AWSPREVIOUS, rotatingLabel, type SecretName, stampOf } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { ApplicationContext, SecretPlace } from "./context.ts";

/**
 * Checks, immediately before, whether a token must not be deactivated or deleted: consumers read it, or read it a moment ago, from
 * a secret that names it, or the worker is logged in with it. Returns the cause, or undefined if there is none.
 * `own`: the labels that it may have in its own secret.
 * @throws RotationError if a secret can't be read, because then this is unknown.
 */
export async function whatKeeps(
  id: TokenId,
  { secretName }: SecretPlace,
  own: readonly string[],
  { run, application }: ApplicationContext,
): Promise<string | undefined> {
  if (run.loginIds.has(id)) return "the worker logs in with it";
  const index = await run.index(application.id);
  const listed = [...index.naming(id)].map(({ name }) => name);
  const names = new Set([secretName, ...listed, ...(run.heldElsewhere.get(id) ?? [])]);
  for (const name of names) {
    const label = await labelOf(id, name, name === secretName ? own : [], run.store);
    if (label !== undefined) return `it has the label ${label} in the secret ${name}`;
  }
  return undefined;
}

async function labelOf(
  id: TokenId,
  name: SecretName,
  allowed: readonly string[],
  store: ApplicationContext["run"]["store"],
): Promise<string | undefined> {
  const secret = await store.describe(name);
  const versions = secret?.versions.filter((version) => stampOf(version.id)?.tokenId === id) ?? [];
  const held = versions.flatMap(({ labels }) => labels);
  return [AWSCURRENT, AWSPREVIOUS, rotatingLabel(id)].find(
    (label) => held.includes(label) && !allowed.includes(label),
  );
}

export function kept(id: TokenId, why: string): RotationError {
  return new RotationError("predecessor-active", `${id} was not deactivated: ${why}`);
}
