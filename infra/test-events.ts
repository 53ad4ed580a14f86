import { RemovalPolicy } from "aws-cdk-lib";
import { CfnRegistry, CfnSchema } from "aws-cdk-lib/aws-eventschemas";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { FLEET_TEST_EVENTS, TEST_EVENTS, testEventsDocument } from "./event-documents.ts";
import type { TestEventsOption } from "./props.ts";

/** Lambda's console keeps the shareable events of all functions of an account and region in this registry. */
export const TEST_EVENT_REGISTRY = "lambda-testevent-schemas";

interface TestEventsProps {
  readonly lambda: IFunction;
  readonly registry: TestEventsOption;
  readonly isFleet: boolean;
}

/** Events in the function's Test tab, for everybody in the account who may see them. */
export class TestEvents extends Construct {
  constructor(scope: Construct, id: string, { lambda, registry, isFleet }: TestEventsProps) {
    super(scope, id);
    const schema = new CfnSchema(this, "Events", {
      registryName: TEST_EVENT_REGISTRY,
      schemaName: `_${lambda.functionName}-schema`,
      type: "OpenApi3",
      description: "Shareable test events of the Losant token rotation",
      content: JSON.stringify(testEventsDocument(isFleet ? FLEET_TEST_EVENTS : TEST_EVENTS)),
    });
    if (registry === "existing-registry") return;
    const made = new CfnRegistry(this, "Registry", { registryName: TEST_EVENT_REGISTRY });
    // The registry is retained, unless the deployment that created it is rolled back. Otherwise the next deployment would fail.
    made.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    schema.node.addDependency(made);
  }
}
