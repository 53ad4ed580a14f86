import * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  NO_REPLICAS,
  type Replica,
  SecretArn,
  SecretName,
  type SecretState,
  type SecretVersion,
  VersionId,
} from "../../model/secret.ts";
import { TokenString } from "../token-string.ts";

/* The answers of Secrets Manager, after the SDK has converted numbers to dates. Secrets Manager omits keys without a value. */

const labels = v.optional(v.array(v.string()), []);

const versionsToStages = v.optional(v.record(VersionId, labels), {});

const secretFields = {
  ARN: SecretArn,
  Name: SecretName,
  LastChangedDate: v.optional(v.date()),
  CreatedDate: v.optional(v.date()),
  LastAccessedDate: v.optional(v.date()),
  DeletedDate: v.optional(v.date()),
  OwningService: v.optional(v.string()),
  PrimaryRegion: v.optional(v.string()),
};

type SecretFields = v.InferOutput<v.ObjectSchema<typeof secretFields, undefined>>;

const REPLICA_STATUS = { InSync: "in-sync", InProgress: "in-progress", Failed: "failed" } as const;

/** An entry that can't be read, or has a status that is newer than this code, is not known to be in sync, and isn't waited for. */
const replicas = v.optional(
  v.array(
    v.pipe(
      v.object({
        Region: v.optional(v.string(), "an unknown region"),
        Status: v.fallback(v.picklist(["InSync", "InProgress", "Failed"]), "Failed"),
        StatusMessage: v.optional(v.string()),
      }),
      v.transform(
        ({ Region, Status, StatusMessage }): Replica => ({
          region: Region,
          status: REPLICA_STATUS[Status],
          message: StatusMessage,
        }),
      ),
    ),
  ),
  [],
);

function secretStateOf(
  fields: SecretFields,
  stages: v.InferOutput<typeof versionsToStages>,
  replicas = NO_REPLICAS,
): SecretState {
  const {
    ARN,
    Name,
    LastChangedDate,
    CreatedDate,
    LastAccessedDate,
    DeletedDate,
    OwningService,
    PrimaryRegion,
  } = fields;
  // A secret that was never changed since its creation has only that date.
  const none = new Date(Number.NaN);
  return {
    arn: ARN,
    name: Name,
    versions: Object.entries(stages).map(([id, labels]) => versionOf(id, labels)),
    createdAt: CreatedDate ?? LastChangedDate ?? none,
    lastChangedAt: LastChangedDate ?? CreatedDate ?? none,
    lastReadAt: LastAccessedDate,
    deletedAt: DeletedDate,
    owningService: OwningService,
    primaryRegion: PrimaryRegion,
    replicas,
  };
}

export const DescribedSecret = v.pipe(
  v.object({
    ...secretFields,
    Description: v.optional(v.string()),
    VersionIdsToStages: versionsToStages,
    ReplicationStatus: replicas,
  }),
  v.check(({ LastChangedDate, CreatedDate }) => (LastChangedDate ?? CreatedDate) !== undefined),
  v.transform(
    (secret): SecretState => ({
      ...secretStateOf(secret, secret.VersionIdsToStages, secret.ReplicationStatus),
      description: secret.Description,
    }),
  ),
);

/** The same facts, with another key for versions. If one entry is unreadable, only that entry is lost. */
export const ListedSecret = v.pipe(
  v.object({ ...secretFields, SecretVersionsToStages: versionsToStages }),
  v.check(({ LastChangedDate, CreatedDate }) => (LastChangedDate ?? CreatedDate) !== undefined),
  v.transform((secret) => secretStateOf(secret, secret.SecretVersionsToStages)),
);

/** The list is present even if it is empty. An answer without a list proves nothing. */
export const SecretsPage = v.object({
  SecretList: v.array(v.unknown()),
  NextToken: v.optional(v.string()),
});

export const VersionsPage = v.object({
  ARN: SecretArn,
  Versions: v.optional(
    v.array(
      v.pipe(
        v.object({
          VersionId,
          VersionStages: labels,
          CreatedDate: v.optional(v.date()),
          LastAccessedDate: v.optional(v.date()),
        }),
        v.transform(
          (version): SecretVersion => ({
            ...versionOf(version.VersionId, version.VersionStages),
            createdAt: version.CreatedDate,
            ...(version.LastAccessedDate && { lastReadAt: version.LastAccessedDate }),
          }),
        ),
      ),
    ),
    [],
  ),
  NextToken: v.optional(v.string()),
});

export const StoredVersion = v.object({ ARN: SecretArn, VersionId, VersionStages: labels });

/** GetResourcePolicy. */
export const AttachedPolicy = v.object({ ARN: SecretArn, ResourcePolicy: v.optional(v.string()) });

/** CreateSecret, PutResourcePolicy and UpdateSecretVersionStage. */
export const ChangedSecret = v.object({ ARN: SecretArn });

export const ReadSecretValue = v.object({
  ARN: SecretArn,
  VersionId: v.optional(v.string()),
  SecretString: v.optional(v.string()),
});

/** The labels of nearly all versions, shared because a list of a hundred thousand secrets is in memory at once. */
const USUAL: ReadonlyMap<string, readonly string[]> = new Map(
  [AWSCURRENT, AWSPREVIOUS].map((label) => [label, [label]]),
);

function versionOf(id: string, stages: readonly string[]): SecretVersion {
  const [first = "", ...others] = stages;
  const usual = others.length === 0 ? USUAL.get(first) : undefined;
  return { id: v.parse(VersionId, id), labels: usual ?? stages };
}

const tokenString = v.pipe(v.string(), v.trim(), TokenString);
const jsonWithToken = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ token: tokenString }),
  v.transform(({ token }) => token),
);

/** The token in the text of a secret: the text itself, or the key `token` if the text is a JSON object. */
export function accessTokenIn(text: string): Redacted | undefined {
  // `trim` also removes a byte order mark, which the JSON parser rejects.
  const bare = text.trim();
  const found = v.safeParse(bare.startsWith("{") ? jsonWithToken : tokenString, bare);
  return found.success ? found.output : undefined;
}
