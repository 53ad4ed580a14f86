import { Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { newSecretsIn, type RotationConfig } from "../lambda/policy/config.ts";
import { regionOfKey } from "../lambda/policy/new-secrets.ts";

/**
 * Refuses new secrets that AWS would refuse, as far as the region of the stack is known: with a key of another region, or with a replica
 * in their own region.
 * @throws Error naming what is wrong
 */
export function refuseWrongRegions(scope: Construct, config: RotationConfig): void {
  const { region } = Stack.of(scope);
  const problems = newSecretsIn(config).flatMap(({ kmsKeyArn, replicas }) => {
    // If the stack is for any region, that of the key is the one.
    const own = Token.isUnresolved(region) ? kmsKeyArn && regionOfKey(kmsKeyArn) : region;
    if (own === undefined) return [];
    return [
      ...(kmsKeyArn !== undefined && regionOfKey(kmsKeyArn) !== own
        ? [`newSecrets.kmsKeyArn: ${kmsKeyArn} is in another region than the stack`]
        : []),
      ...(replicas.some((replica) => replica.region === own)
        ? [`newSecrets.replicaRegions: ${own} is the region of the secrets themselves`]
        : []),
    ];
  });
  if (problems.length > 0) throw new Error(`rotation.config.json: ${[...new Set(problems)].join("; ")}`);
}
