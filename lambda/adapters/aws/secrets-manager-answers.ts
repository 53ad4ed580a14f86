import * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import {
  SecretArn,
  SecretName,
  type SecretState,
  type SecretVersion,
  VersionId,
} from "../../model/secret.ts";
import { TokenString } from "../token-string.ts";

/* What Secrets Manager answers, after the SDK has made dates of its numbers. It leaves out what has no value. */

const labels = v.optional(v.array(v.string()), []);

export const DescribedSecret = v.pipe(
  v.object({
    ARN: SecretArn,
    Name: SecretName,
    VersionIdsToStages: v.optional(v.record(VersionId, labels), {}),
    LastChangedDate: v.optional(v.date()),
    CreatedDate: v.optional(v.date()),
    DeletedDate: v.optional(v.date()),
    OwningService: v.optional(v.string()),
    PrimaryRegion: v.optional(v.string()),
  }),
  // Never changed since its creation: then only that has a date.
  v.transform(({ LastChangedDate, CreatedDate, ...rest }) => ({
    ...rest,
    lastChangedAt: LastChangedDate ?? CreatedDate,
  })),
  v.check(({ lastChangedAt }) => lastChangedAt !== undefined, "must have a date"),
  v.transform(
    ({
      ARN,
      Name,
      VersionIdsToStages,
      DeletedDate,
      OwningService,
      PrimaryRegion,
      lastChangedAt,
    }): SecretState => ({
      arn: ARN,
      name: Name,
      versions: Object.entries(VersionIdsToStages).map(([id, stages]) => versionOf(id, stages)),
      lastChangedAt: lastChangedAt ?? new Date(Number.NaN),
      deletedAt: DeletedDate,
      owningService: OwningService,
      primaryRegion: PrimaryRegion,
    }),
  ),
);

export const VersionsPage = v.object({
  ARN: SecretArn,
  Versions: v.optional(
    v.array(
      v.pipe(
        v.object({ VersionId, VersionStages: labels }),
        v.transform((version) => versionOf(version.VersionId, version.VersionStages)),
      ),
    ),
    [],
  ),
  NextToken: v.optional(v.string()),
});

export const StoredVersion = v.object({ ARN: SecretArn, VersionId, VersionStages: labels });

/** CreateSecret and UpdateSecretVersionStage. */
export const ChangedSecret = v.object({ ARN: SecretArn });

export const ReadSecretValue = v.object({ ARN: SecretArn, SecretString: v.optional(v.string()) });

function versionOf(id: string, stages: readonly string[]): SecretVersion {
  return { id: v.parse(VersionId, id), labels: stages };
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
