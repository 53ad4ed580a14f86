import { createHash } from "node:crypto";
import { AwsRefusal } from "./errors.ts";
import { WriteQuota } from "./quota.ts";
import { Replication } from "./replication.ts";
import { SecretsIndex } from "./secrets-index.ts";
import type { Secret } from "./versions.ts";

export interface SecretSettings {
  readonly now: () => Date;
  readonly account: string;
  readonly region: string;
  /** For all write operations together, by the clock of `now`. If that clock stands still, use Infinity. */
  readonly writesPerSecond: number;
  /** The maximum size of a page of a list, whatever MaxResults is. */
  readonly pageSize: number;
  /** Undocumented: whether the first version, which always becomes current, also gets the labels in the request. */
  readonly firstVersionKeepsLabel: boolean;
  /** Undocumented: whether a label move counts as "modified in any way". */
  readonly labelMovesTouchLastChanged: boolean;
  /** How old the state of a secret is in ListSecrets, five minutes at most. Called for each list. Default: always current. */
  readonly indexLagMs?: ((name: string) => number) | undefined;
  /** How long a change needs to reach the replicas of a secret. Default: no time. */
  readonly replicaLagMs?: ((name: string) => number) | undefined;
}

/** What a new secret must have, or the organization refuses it. */
export interface Demands {
  readonly tags: readonly string[];
  readonly ownKey: boolean;
}

type NewSecret = Pick<Secret, "name" | "description" | "kmsKeyId" | "tags">;

/** The secrets of one account and region. A secret is always replaced as a whole, so a refused write changes nothing. */
export class Secrets {
  readonly settings: SecretSettings;
  readonly quota: WriteQuota;
  readonly replication: Replication;
  readonly #secrets = new Map<string, Secret>();
  readonly #denied = new Map<string, ReadonlySet<string>>();
  #demands: Demands = { tags: [], ownKey: false };
  readonly #index: SecretsIndex | undefined;
  #sequence = 0;

  constructor(settings: SecretSettings) {
    this.settings = settings;
    this.quota = new WriteQuota(settings.writesPerSecond, settings.now);
    this.replication = new Replication(settings.now, settings.replicaLagMs);
    this.#index = settings.indexLagMs && new SecretsIndex(settings.now, settings.indexLagMs);
  }

  /** Counts everything that is created. Cursors of lists and generated ids use this number. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** All existing secrets, in the order of their creation. A secret scheduled for deletion disappears at its date. */
  all(): readonly Secret[] {
    const now = this.settings.now();
    for (const { name, deletedAt } of this.#secrets.values())
      if (deletedAt !== undefined && deletedAt <= now) this.#secrets.delete(name);
    return [...this.#secrets.values()];
  }

  /** All secrets as ListSecrets shows them. */
  indexed(): readonly Secret[] {
    return this.#index?.all() ?? this.all();
  }

  /** By name, ARN, or ARN without its last seven characters. */
  find(id: string): Secret | undefined {
    const prefix = this.#arnPrefix();
    if (!id.startsWith(prefix)) return this.#named(id);
    const ending = id.slice(prefix.length);
    const found = this.#named(ending.slice(0, -7));
    if (found?.arn === id) return found;
    // If the end looks like the random part, AWS assumes a complete ARN, even if it is the end of a name:
    // "those characters cause Secrets Manager to assume that you're specifying a complete ARN".
    return /-[A-Za-z0-9]{6}$/.test(ending) ? undefined : this.#named(ending);
  }

  #named(name: string): Secret | undefined {
    const secret = this.#secrets.get(name);
    const isGone = secret?.deletedAt !== undefined && secret.deletedAt <= this.settings.now();
    if (isGone) this.#secrets.delete(name);
    return isGone ? undefined : secret;
  }

  get(id: string): Secret {
    if (!id.startsWith("arn:")) checkName(id);
    const secret = this.find(id);
    if (secret === undefined)
      throw new AwsRefusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    return secret;
  }

  /** From now on, policies deny these operations on the secret with this name. An empty list denies nothing. */
  deny(name: string, operations: readonly string[]): void {
    this.#denied.set(name, new Set(operations));
  }

  /** Policies are checked first, whether the secret exists or not. */
  authorize(operation: string, id: string): void {
    if (this.#denied.size === 0) return;
    const name = this.find(id)?.name ?? id;
    if (this.#denied.get(name)?.has(operation) !== true) return;
    throw new AwsRefusal(
      "AccessDeniedException",
      `User: arn:aws:sts::${this.settings.account}:assumed-role/worker/worker is not authorized to perform: ` +
        `secretsmanager:${operation} on resource: ${name} with an explicit deny in a resource-based policy`,
    );
  }

  /** From now on, a service control policy of the organization refuses new secrets without these. */
  demand(demands: Demands): void {
    this.#demands = demands;
  }

  /** Policies are checked first, also if the secret exists. */
  authorizeNew({ name, kmsKeyId, tags }: NewSecret): void {
    const { tags: keys, ownKey } = this.#demands;
    if (keys.every((key) => tags.has(key)) && !(ownKey && kmsKeyId === undefined)) return;
    throw new AwsRefusal(
      "AccessDeniedException",
      `User: arn:aws:sts::${this.settings.account}:assumed-role/worker/worker is not authorized to perform: ` +
        `secretsmanager:CreateSecret on resource: ${name} with an explicit deny in a service control policy`,
    );
  }

  /** The secret, unless it is scheduled for deletion. */
  usable(id: string): Secret {
    const secret = this.get(id);
    if (secret.deletedAt === undefined) return secret;
    throw new AwsRefusal(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  writable(id: string): Secret {
    return this.changeable(this.usable(id));
  }

  /** The secret, if it can be changed here: it isn't a replica, and doesn't belong to a service. */
  changeable(secret: Secret): Secret {
    if (secret.owningService !== undefined)
      throw new AwsRefusal(
        "InvalidRequestException",
        `The secret is managed by ${secret.owningService}, and you must use that service to update it.`,
      );
    if (secret.primaryRegion !== undefined && secret.primaryRegion !== this.settings.region)
      throw new AwsRefusal(
        "InvalidParameterException",
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      );
    return secret;
  }

  /** A new secret. It doesn't exist until it is saved. */
  blank(given: NewSecret): Secret {
    checkName(given.name);
    const sequence = this.nextSequence();
    const now = this.settings.now();
    return {
      ...given,
      arn: `${this.#arnPrefix()}${given.name}-${suffix(`${given.name}#${sequence}`)}`,
      sequence,
      createdAt: now,
      lastChangedAt: now,
      lastReadAt: undefined,
      deletedAt: undefined,
      owningService: undefined,
      keyState: "enabled",
      primaryRegion: undefined,
      replicaRegions: [],
      resourcePolicy: undefined,
      labels: new Map(),
      versions: [],
    };
  }

  save(secret: Secret): Secret {
    this.#secrets.set(secret.name, secret);
    this.#index?.note(secret);
    return secret;
  }

  /** Saves the secret as modified now: "the last date and time that this secret was modified in any way". */
  saveChanged(secret: Secret): Secret {
    return this.save({ ...secret, lastChangedAt: this.settings.now() });
  }

  /** Saves the secret after a label was moved. Whether that counts as a modification is not documented. */
  saveRelabelled(secret: Secret): Secret {
    return this.settings.labelMovesTouchLastChanged ? this.saveChanged(secret) : this.save(secret);
  }

  remove(secret: Secret): void {
    this.#secrets.delete(secret.name);
    this.#index?.note(secret, true);
  }

  #arnPrefix(): string {
    return `arn:aws:secretsmanager:${this.settings.region}:${this.settings.account}:secret:`;
  }
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) return;
  throw new AwsRefusal(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@",
  );
}

const BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Six characters that look random, but are the same in every run. */
function suffix(seed: string): string {
  const digest = createHash("sha256").update(seed).digest();
  return [...digest.subarray(0, 6)].map((byte) => BASE62.charAt(byte % BASE62.length)).join("");
}
