import { type SecretReading, secretIn } from "../lineage/snapshot.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  homeOf,
  type SecretName,
  type SecretState,
  type SecretVersion,
  sameHome,
} from "../model/secret.ts";
import type { Login, SecretStore } from "../ports.ts";

/** Reads a secret. `known`: what was known about it before, which must be kept after a failure. */
export async function lookAtSecret(
  name: SecretName,
  login: Login,
  store: Pick<SecretStore, "describe">,
  known?: SecretReading,
): Promise<SecretReading> {
  try {
    const secret = await store.describe(name);
    if (secret === undefined) return { kind: "absent" };
    if (!sameHome(homeOf(secret.arn), homeOf(login.arn))) {
      throw new RotationError(
        "store-elsewhere",
        `${secret.arn} is in another account or region than the access token's secret ${login.arn}`,
      );
    }
    // The first version of a secret becomes current by itself. So without labels, there is no version at all.
    return secret.versions.length === 0
      ? { kind: "described", secret, history: [] }
      : { kind: "described", secret };
  } catch (thrown) {
    return unreadable(thrown, known);
  }
}

/** The same secret, including the versions that have no label. */
export async function searchSecret(
  reading: SecretReading | undefined,
  store: Pick<SecretStore, "history">,
): Promise<SecretReading> {
  if (reading?.kind !== "described") return { kind: "absent" };
  try {
    return { ...reading, history: withHistory(reading.secret, await store.history(reading.secret.arn)) };
  } catch (thrown) {
    return unreadable(thrown, reading);
  }
}

export function unreadable(thrown: unknown, known: SecretReading | undefined): SecretReading {
  return { kind: "unreadable", error: asRotationError(thrown), secret: secretIn(known) };
}

/**
 * The versions as one state of the secret. The labels are those from DescribeSecret, because the dates are from the same moment. A
 * version that is only in the later list keeps the label that marks it as unfinished, and doesn't count as current yet.
 */
function withHistory({ versions }: SecretState, listed: readonly SecretVersion[]): readonly SecretVersion[] {
  const described = new Set(versions.map(({ id }) => id));
  const others = listed.filter(({ id }) => !described.has(id));
  const dates = new Map(listed.map(({ id, createdAt, lastReadAt }) => [id, { createdAt, lastReadAt }]));
  return [
    ...versions.map((version) => ({ ...version, ...dates.get(version.id) })),
    ...others.map(({ labels, ...version }) => ({
      ...version,
      labels: labels.filter((label) => label !== AWSCURRENT && label !== AWSPREVIOUS),
    })),
  ];
}
