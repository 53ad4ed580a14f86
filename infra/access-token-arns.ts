import { Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";

interface Parts {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * Refuses ARNs of access tokens that the worker can't reach, as far as the region and account of the stack are known.
 * @throws Error naming each by its key
 */
export function refuseUnreachable(scope: Construct, { applications, discover }: RotationConfig): void {
  const stack = Stack.of(scope);
  const problemsIn = (
    entries: readonly { readonly accessToken: string }[],
    pathOf: (index: number) => string,
  ) =>
    entries.flatMap(({ accessToken }, index) => {
      const problem = accessToken.startsWith("arn:") ? problemOf(accessToken, stack) : undefined;
      return problem === undefined ? [] : [`${pathOf(index)}: ${problem}`];
    });
  // Beside `discover`, entries without an access token are left out, so an index doesn't show which one is meant.
  const pathOf = (index: number) =>
    discover.length === 0 ? `applications.${index}.accessToken` : `accessToken of ${applications[index]?.id}`;
  const problems = [
    ...problemsIn(discover, (index) => `discover.${index}.accessToken`),
    ...problemsIn(applications, pathOf),
  ];
  if (problems.length > 0) throw new Error(`rotation.config.json: ${problems.slice(0, 10).join("; ")}`);
}

function problemOf(arn: string, stack: Parts): string | undefined {
  const [, partition = "", , region = "", account = ""] = arn.split(":");
  const isElsewhere = (is: string, known: string) => !Token.isUnresolved(known) && is !== known;
  if (arn.endsWith("-")) return "is incomplete";
  if (isElsewhere(partition, stack.partition)) return "is in another partition than the stack";
  if (isElsewhere(region, stack.region)) return "is in another region than the stack";
  // A secret of another account needs its complete ARN (Secrets Manager, GetSecretValue, SecretId).
  const isWhole = /-[A-Za-z\d]{6}$/.test(arn);
  if (!isWhole && isElsewhere(account, stack.account))
    return "is in another account than the stack, so it needs its last six characters";
  return undefined;
}
