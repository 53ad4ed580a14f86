import * as v from "valibot";

const READ = "secretsmanager:GetSecretValue";
const READS = [READ, "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"] as const;
const ONLY_READS = `must be one or more of ${READS.join(", ")}`;

const text = v.pipe(v.string("must be text"), v.minLength(1, "must not be empty"));
const texts = v.union(
  [text, v.pipe(v.array(text), v.minLength(1, "must not be empty"))],
  "must be text, or a list of texts",
);
const action = v.picklist(READS, ONLY_READS);

const principal = v.union(
  [
    v.literal("*"),
    v.pipe(
      v.strictObject({ AWS: v.optional(texts), Service: v.optional(texts), Federated: v.optional(texts) }),
      v.check((given) => Object.keys(given).length > 0, "must not be empty"),
    ),
  ],
  'must be "*", or an object with AWS, Service or Federated',
);

/** IAM has more elements. Each of the others could allow or forbid more than reading. */
const statement = v.pipe(
  v.strictObject({
    Sid: v.optional(v.pipe(text, v.regex(/^[A-Za-z\d]+$/, "must have only letters and digits"))),
    Effect: v.picklist(["Allow", "Deny"], 'must be "Allow" or "Deny"'),
    Principal: principal,
    Action: v.union([action, v.pipe(v.array(action), v.minLength(1, "must not be empty"))], ONLY_READS),
    Resource: v.literal("*", 'must be "*", which is the secret itself'),
    Condition: v.optional(
      v.record(
        text,
        v.record(text, texts, "must be an object"),
        "must map operators to keys and their values",
      ),
    ),
  }),
  v.check(
    ({ Effect, Action }) => Effect === "Allow" || [Action].flat().every((one) => one === READ),
    `may deny only ${READ}, because the worker needs the other actions`,
  ),
  v.check(
    ({ Effect, Principal, Condition = {} }) =>
      Effect === "Deny" || Object.keys(Condition).length > 0 || !isEverybody(Principal),
    "must have a Condition, because it allows everybody to read",
  ),
);

function isEverybody(given: v.InferOutput<typeof principal>): boolean {
  return given === "*" || [given.AWS ?? []].flat().includes("*");
}

/** PutResourcePolicy, ResourcePolicy. */
const MOST_CHARACTERS = 20_480;

/** The resource policy of a secret, with statements about reading it only. Whether its principals exist, only AWS knows. */
export const ResourcePolicySchema = v.pipe(
  v.strictObject({
    Version: v.literal("2012-10-17", 'must be "2012-10-17"'),
    Id: v.optional(text),
    Statement: v.pipe(
      v.array(statement, "must be a list of statements"),
      v.minLength(1, "must contain at least one statement"),
    ),
  }),
  v.check(
    (policy) => JSON.stringify(policy).length <= MOST_CHARACTERS,
    `must have at most ${MOST_CHARACTERS} characters`,
  ),
);
