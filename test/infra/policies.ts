import type { Template } from "aws-cdk-lib/assertions";
import type { TokenRotationProps } from "../../infra/props.ts";
import type { Statement } from "./iam.ts";
import { readable, resourcesOf, synthesized } from "./synth.ts";

/** The beginning of a secret's ARN in a template for any account. */
export const SECRETS = "arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:";

export interface PolicyProperties {
  readonly PolicyDocument: { readonly Version: string; readonly Statement: readonly Statement[] };
  readonly Roles: readonly string[];
}

/** The policies that are separate resources of a template. All of them belong to the worker. */
export function policiesOf(
  template: Template,
  ...types: readonly ("AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy")[]
): readonly PolicyProperties[] {
  const wanted = types.length === 0 ? (["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] as const) : types;
  return wanted.flatMap((type) =>
    Object.values(resourcesOf(template, type)).map(
      ({ Properties }) => readable(Properties) as PolicyProperties,
    ),
  );
}

export function statementsOf(template: Template): readonly Statement[] {
  return policiesOf(template).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

export function workerStatements(props?: Partial<TokenRotationProps>): readonly Statement[] {
  return statementsOf(synthesized(props).template);
}
