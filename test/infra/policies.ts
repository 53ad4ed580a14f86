import type { Template } from "aws-cdk-lib/assertions";
import type { TokenRotationProps } from "../../infra/token-rotation.ts";
import type { Statement } from "./iam.ts";
import { readable, resourcesOf, synthesized } from "./synth.ts";

/** How the ARN of a secret begins in a template that is for any account. */
export const SECRETS = "arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:";

interface PolicyProperties {
  readonly PolicyDocument: { readonly Version: string; readonly Statement: readonly Statement[] };
  readonly Roles: readonly string[];
}

/** The policies of a template that are resources of their own, which is one: the worker's. */
export function policiesOf(template: Template): readonly PolicyProperties[] {
  const policies = Object.values(resourcesOf(template, "AWS::IAM::Policy"));
  return policies.map(({ Properties }) => readable(Properties) as PolicyProperties);
}

export function workerStatements(props?: Partial<TokenRotationProps>): readonly Statement[] {
  const [policy] = policiesOf(synthesized(props).template);
  return policy?.PolicyDocument.Statement ?? [];
}
