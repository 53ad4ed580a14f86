import * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  SecretArn,
  SecretName,
  type SecretState,
  type SecretVersion,
  VersionId,
} from "../../model/secret.ts";
import { TokenString } from "../token-string.ts";

/* What Secrets Manager answers, after the SDK has made dates of its numbers. It leaves out what has no value. */

const labels = v.optional(v.array(v.string()), []);

const versionsToStages = v.optional(v.record(VersionId, labels), {});

const secretFields = {
  ARN: SecretArn,
  Name: SecretName,
  LastChangedDate: v.optional(v.date()),
  CreatedDate: v.optional(v.date()),
  DeletedDate: v.optional(v.date()),
  OwningService: v.optional(v.string()),
  PrimaryRegion: v.optional(v.string()),
};

type SecretFields = v.InferOutput<v.ObjectSchema<typeof secretFields, undefined>>;

function secretStateOf(fields: SecretFields, stages: v.InferOutput<typeof versionsToStages>): SecretState {
  const { ARN, Name, LastChangedDate, CreatedDate, DeletedDate, OwningService, PrimaryRegion } = fields;
  // Never changed since its creation: then only that has a date.
  const none = new Date(Number.NaN);
  return {
    arn: ARN,
    name: Name,
    versions: Object.entries(stages).map(([id, labels]) => versionOf(id, labels)),
    createdAt: CreatedDate ?? LastChangedDate ?? none,
    lastChangedAt: LastChangedDate ?? CreatedDate ?? none,
    deletedAt: DeletedDate,
    owningService: OwningService,
    primaryRegion: PrimaryRegion,
  };
}

export const DescribedSecret = v.pipe(
  v.object({ ...secretFields, VersionIdsToStages: versionsToStages }),
  v.check(({ LastChangedDate, CreatedDate }) => (LastChangedDate ?? CreatedDate) !== undefined),
  v.transform((secret) => secretStateOf(secret, secret.VersionIdsToStages)),
);

/** The same facts under another name. What is odd about one entry costs that entry. */
export const ListedSecret = v.pipe(
  v.object({ ...secretFields, SecretVersionsToStages: versionsToStages }),
  v.check(({ LastChangedDate, CreatedDate }) => (LastChangedDate ?? CreatedDate) !== undefined),
  v.transform((secret) => secretStateOf(secret, secret.SecretVersionsToStages)),
);

/** A list is there even where it is empty: an answer without one says nothing. */
export const SecretsPage = v.object({
  SecretList: v.array(v.unknown()),
  NextToken: v.optional(v.string()),
});

/** A version, and when it was made. */
interface DatedVersion extends SecretVersion {
  readonly createdAt: Date | undefined;
}

export const VersionsPage = v.object({
  ARN: SecretArn,
  Versions: v.optional(
    v.array(
      v.pipe(
        v.object({ VersionId, VersionStages: labels, CreatedDate: v.optional(v.date()) }),
        v.transform(
          (version): DatedVersion => ({
            ...versionOf(version.VersionId, version.VersionStages),
            createdAt: version.CreatedDate,
          }),
        ),
      ),
    ),
    [],
  ),
  NextToken: v.optional(v.string()),
});

export const StoredVersion = v.object({ ARN: SecretArn, VersionId, VersionStages: labels });

/** CreateSecret and UpdateSecretVersionStage. */
export const ChangedSecret = v.object({ ARN: SecretArn });

export const ReadSecretValue = v.object({
  ARN: SecretArn,
  VersionId: v.optional(v.string()),
  SecretString: v.optional(v.string()),
});

/** What nearly all versions carry: a list of a hundred thousand secrets is in memory at once. */
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

/** The token in a secret's text: the text itself, or the key `token` of the JSON object that it is. */
export function accessTokenIn(text: string): Redacted | undefined {
  // A byte order mark is space to `trim`, and an error to the parser of JSON.
  const bare = text.trim();
  const found = v.safeParse(bare.startsWith("{") ? jsonWithToken : tokenString, bare);
  return found.success ? found.output : undefined;
}
