import * as cdk from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Records why one finding of cdk-nag on one construct is intended. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  // aws-cdk-lib before 2.255 has no such class, and so no findings to acknowledge.
  const { Validations }: { readonly Validations?: typeof cdk.Validations } = cdk;
  Validations?.of(construct).acknowledge({ id, reason });
}
