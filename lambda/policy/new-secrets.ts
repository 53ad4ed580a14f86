import * as v from "valibot";
import type { NewReplica, NewSecrets } from "../model/new-secrets.ts";
import { ResourcePolicySchema } from "./resource-policy.ts";

/** No policy of a role can name the alias of a key. */
const A_KEY = /^arn:[\w-]+:kms:([a-z\d-]+):\d{12}:key\/[\w-]+$/;
const kmsKeyArn = v.pipe(
  v.string("must be text"),
  v.regex(A_KEY, "must be the ARN of a KMS key, not of an alias"),
);

/** The region of a KMS key. */
export function regionOfKey(kmsKeyArn: string): string | undefined {
  return A_KEY.exec(kmsKeyArn)?.[1];
}

/** "Tag your AWS resources", Tag naming limits and requirements. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const isTagKey = (key: string) =>
  key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !/^aws:/i.test(key);

/** The policy of the worker's role names each tag, and a policy has no room for all that AWS allows: 50 long ones. */
const MOST_TAG_CHARACTERS = 2_000;

const tags = v.pipe(
  v.record(
    v.string("must be text"),
    v.pipe(
      v.string("must be text"),
      v.maxLength(256, "must have at most 256 characters"),
      v.check((text) => TAG_TEXT.test(text), "must have only letters, digits, spaces and _ . : / = + - @"),
    ),
    "must map the names of tags to their values",
  ),
  v.check((given) => Object.keys(given).length <= 50, "must have at most 50 tags"),
  v.check(
    (given) => Object.keys(given).every(isTagKey),
    "each name must have 1 to 128 letters, digits, spaces or _ . : / = + - @, and not begin with aws:",
  ),
  v.check(
    (given) => JSON.stringify(given).length <= MOST_TAG_CHARACTERS,
    `must have at most ${MOST_TAG_CHARACTERS} characters together`,
  ),
);

/** The form of a region's code. Whether it exists, and can have replicas, only AWS knows. */
const region = v.pipe(
  v.string("must be text"),
  v.regex(/^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/, "must be the code of a region, such as eu-west-1"),
);

const replica = v.union(
  [
    region,
    v.pipe(
      v.strictObject({ region, kmsKeyArn: v.optional(kmsKeyArn) }),
      v.check(
        ({ region, kmsKeyArn }) => kmsKeyArn === undefined || regionOfKey(kmsKeyArn) === region,
        "must have the ARN of a KMS key in its own region",
      ),
    ),
  ],
  "must be the code of a region, or an object with region and kmsKeyArn",
);

const replicaRegions = v.pipe(
  v.array(replica, "must be a list of regions"),
  v.maxLength(30, "must have at most 30 regions"),
  v.check(
    (given) => new Set(given.map((one) => replicaOf(one).region)).size === given.length,
    "must name each region once",
  ),
);

function replicaOf(given: v.InferOutput<typeof replica>): NewReplica {
  return typeof given === "string"
    ? { region: given, kmsKeyArn: undefined }
    : { region: given.region, kmsKeyArn: given.kmsKeyArn };
}

export const NewSecretsSchema = v.strictObject({
  kmsKeyArn: v.optional(kmsKeyArn),
  tags: v.optional(tags),
  replicaRegions: v.optional(replicaRegions),
  resourcePolicy: v.optional(ResourcePolicySchema),
});

export type NewSecretsDocument = v.InferOutput<typeof NewSecretsSchema>;

/** Of several documents, each key of a later one replaces that of the earlier ones. */
export function resolveNewSecrets(...documents: readonly (NewSecretsDocument | undefined)[]): NewSecrets {
  const {
    kmsKeyArn,
    tags = {},
    replicaRegions = [],
    resourcePolicy,
    ...unused
  }: NewSecretsDocument = Object.assign({}, ...documents);
  // No key may be accepted and then ignored.
  unused satisfies Readonly<Record<string, never>>;
  return {
    kmsKeyArn,
    tags,
    replicas: replicaRegions.map(replicaOf),
    resourcePolicy: resourcePolicy && JSON.stringify(resourcePolicy),
  };
}
