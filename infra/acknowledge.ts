import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Says of one finding of cdk-nag, on one construct, why it is meant to be so. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}
