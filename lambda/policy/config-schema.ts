import * as v from "valibot";
import { SecretArn, SecretName } from "../model/secret.ts";
import { ApplicationId } from "../model/token.ts";
import { NewSecretsSchema } from "./new-secrets.ts";
import { between, globs, PolicySchema, wholeNumber } from "./policy.ts";
import type { Share } from "./slots.ts";

const A_TOKEN = "looks like a token: store it in a secret, and use the name of the secret here";
const looksLikeToken = (value: unknown) => typeof value === "string" && value.startsWith("eyJ");

/** A name or an ARN. A token that is pasted here by mistake would end up in the repository and in the deployed bundle. */
const secretId = v.pipe(
  v.string("must be the name or the ARN of a secret"),
  v.check((text) => !looksLikeToken(text), A_TOKEN),
  v.union([SecretArn, SecretName], "must be the name or the ARN of a secret"),
);

const accessToken = v.union(
  [
    secretId,
    v.strictObject({ secret: secretId, renew: v.optional(v.boolean("must be true or false"), false) }),
  ],
  ({ input }) =>
    looksLikeToken(input)
      ? A_TOKEN
      : "must be the name or the ARN of a secret, or an object with secret and renew",
);

const ApplicationSchema = v.strictObject({
  id: ApplicationId,
  // Only with `discover`: then the application must be discovered.
  accessToken: v.optional(accessToken),
  policy: v.optional(PolicySchema),
  newSecrets: v.optional(NewSecretsSchema),
  secrets: v.optional(
    v.record(v.string("must be text"), SecretName, "must map token names or ids to secret names"),
  ),
});

const A_PART = "must be a part such as 1/2: the first of two, 99 at most";
const PART = /^([1-9]\d?)\/([1-9]\d?)$/;

/** `2/3` is the second of three parts. */
const part = v.pipe(
  v.string(A_PART),
  v.regex(PART, A_PART),
  v.check((text) => !PART.test(text) || shareOf(text).index < shareOf(text).of, A_PART),
);

/** The share that a part means, after the schema has accepted it. */
export function shareOf(part: string): Share {
  const [, number, of] = PART.exec(part) ?? [];
  return { index: Number(number) - 1, of: Number(of) };
}

/** The applications that the access token of a user reaches. */
const DiscoverSchema = v.strictObject({
  accessToken,
  organizations: v.pipe(globs, v.minLength(1, 'must name at least one organization, or "sandbox"')),
  include: v.optional(globs, ["*"]),
  exclude: v.optional(globs, []),
  atLeast: v.optional(wholeNumber(0, 1_000_000), 1),
  part: v.optional(part),
  policy: v.optional(PolicySchema),
  newSecrets: v.optional(NewSecretsSchema),
});

/* Also part of the JSON Schema, so that an editor shows it. Text before @ would be a password in the configuration. */
const ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/;
const ENCRYPTED_OR_HERE = /^(https:|http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d*)?(\/|$))/;
const AN_ADDRESS = "must be an address such as https://api.losant.com, without user name, query or fragment";

const losantApiUrl = v.pipe(
  v.string("must be an address"),
  v.regex(ADDRESS, AN_ADDRESS),
  v.check((text) => !ADDRESS.test(text) || URL.canParse(text), AN_ADDRESS),
  v.check(
    (text) => !ADDRESS.test(text) || ENCRYPTED_OR_HERE.test(text),
    "must begin with https://, because each request contains the access token",
  ),
);

const secretPrefix = v.pipe(
  v.string("must be text"),
  v.regex(
    /^[A-Za-z\d_+=.@-][A-Za-z\d/_+=.@-]{0,199}$/,
    "must have 1 to 200 characters: A-Z a-z 0-9 / _ + = . @ -",
  ),
  v.check((text) => !text.endsWith("/"), "must not end with a slash"),
);

/** rotation.config.json as people write it; `rotation.config.schema.json` is generated from this. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string("must be text")),
  losantApiUrl: v.optional(losantApiUrl, "https://api.losant.com"),
  secretPrefix: v.optional(secretPrefix, "losant"),
  formerPrefixes: v.optional(
    v.pipe(
      v.array(secretPrefix, "must be a list of prefixes"),
      v.maxLength(5, "must contain at most five prefixes"),
    ),
    [],
  ),
  eventBusName: v.optional(
    v.pipe(
      v.string("must be text"),
      v.regex(/^[\w./:-]{1,1600}$/, "must be the name or the ARN of an event bus"),
    ),
    "default",
  ),
  schedule: v.optional(between("15m", "3d"), "6h"),
  fleet: v.optional(v.literal(true, "must be true, or absent")),
  policy: v.optional(PolicySchema, {}),
  newSecrets: v.optional(NewSecretsSchema, {}),
  discover: v.optional(
    v.pipe(
      v.array(DiscoverSchema, "must be a list of objects"),
      v.minLength(1, "must contain at least one entry"),
      v.maxLength(20, "must contain at most 20 entries"),
    ),
  ),
  applications: v.optional(
    v.pipe(
      v.array(ApplicationSchema, "must be a list of applications"),
      v.minLength(1, "must contain at least one application"),
    ),
  ),
});
