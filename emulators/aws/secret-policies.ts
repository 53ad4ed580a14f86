import * as v from "valibot";
import { AwsRefusal } from "./errors.ts";
import { readInput } from "./input.ts";
import type { Secrets } from "./secrets.ts";
import * as shapes from "./shapes.ts";

/* Resource policies of secrets. They are stored, and don't decide who may read. */

const OneOrMore = v.union([v.string(), v.array(v.string())]);

const Policy = v.object({
  Version: v.optional(v.string()),
  Statement: v.array(
    v.object({
      Effect: v.picklist(["Allow", "Deny"]),
      Principal: v.union([v.literal("*"), v.object({ AWS: v.optional(OneOrMore, []) })]),
      Action: OneOrMore,
      Resource: OneOrMore,
      Condition: v.optional(v.record(v.string(), v.unknown()), {}),
    }),
  ),
});

export function getResourcePolicy(secrets: Secrets, body: unknown): object {
  const { SecretId } = readInput(shapes.OneSecret, body);
  secrets.authorize("GetResourcePolicy", SecretId);
  const { arn, name, resourcePolicy } = secrets.usable(SecretId);
  return { ARN: arn, Name: name, ResourcePolicy: resourcePolicy };
}

export function putResourcePolicy(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.PutResourcePolicy, body);
  secrets.authorize("PutResourcePolicy", input.SecretId);
  const secret = secrets.writable(input.SecretId);
  const policy = parsed(input.ResourcePolicy);
  if (input.BlockPublicPolicy && policy.Statement.some(isPublic))
    throw new AwsRefusal(
      "PublicPolicyException",
      "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.",
    );
  secrets.replication.changed(secrets.saveChanged({ ...secret, resourcePolicy: input.ResourcePolicy }));
  return { ARN: secret.arn, Name: secret.name };
}

function parsed(text: string): v.InferOutput<typeof Policy> {
  const policy = v.safeParse(v.pipe(v.string(), v.parseJson(), Policy), text);
  if (policy.success) return policy.output;
  throw new AwsRefusal("MalformedPolicyDocumentException", "This resource policy contains a syntax error.");
}

/** AWS proves what a policy allows. Here, a statement for everybody is public unless it has any condition. */
function isPublic({
  Effect,
  Principal,
  Condition,
}: v.InferOutput<typeof Policy>["Statement"][number]): boolean {
  const isForAll = Principal === "*" || [Principal.AWS].flat().includes("*");
  return Effect === "Allow" && isForAll && Object.keys(Condition).length === 0;
}
