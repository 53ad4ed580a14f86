import * as cdk from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Says of one finding of cdk-nag, on one construct, why it is meant to be so. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  // aws-cdk-lib before 2.255 has no such class, and no findings to acknowledge.
  const { Validations }: { readonly Validations?: typeof cdk.Validations } = cdk;
  Validations?.of(construct).acknowledge({ id, reason });
}
