import { type App, Aws, CfnCondition, CfnOutput, CfnRule, Fn, Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CONFIG_FILE, type ConfigFile, EXAMPLE_FILE, readConfigFile } from "./config-file.ts";
import { optionProps, readOptions, type StackOptions } from "./options.ts";
import { TokenRotation } from "./token-rotation.ts";

export const NO_CONFIG = `There is no ${CONFIG_FILE}: copy ${EXAMPLE_FILE} and enter your applications`;

/** The stack that most people deploy as it is. */
export class TokenRotationStack extends Stack {
  readonly rotation: TokenRotation;
  readonly isExample: boolean;

  constructor(scope: Construct, id: string, { document, isExample }: ConfigFile, options: StackOptions) {
    super(scope, id, { description: "Keeps Losant application API tokens from expiring" });
    this.rotation = new TokenRotation(this, "TokenRotation", {
      config: document,
      ...optionProps(this, options),
    });
    const { lambda, failedRuns, missedStarts, eventSchemas } = this.rotation;
    this.#tell(
      "FunctionName",
      lambda.functionName,
      'Press Test with {"dryRun": true} to see what a run would do',
    );
    this.#tell("DashboardUrl", dashboardUrl(this.rotation), "Is it working, what is next, what failed");
    this.#tell("FailedRunsQueueUrl", failedRuns.queueUrl, "Runs that were given up");
    this.#tell("MissedStartsQueueUrl", missedStarts.queueUrl, "Starts that did not reach the function");
    if (eventSchemas !== undefined)
      this.#tell("EventSchemaRegistry", eventSchemas.registryName, "Schemas of the events");
    this.isExample = isExample;
    if (isExample) refuseDeployment(this);
  }

  #tell(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

/**
 * The app's one stack, from the files in `folder` and the options in the app's context.
 * @throws Error where these are wrong; and where `npm run deploy` has no configuration but the example.
 */
export function addRotationStack(app: App, folder: string): TokenRotationStack {
  const config = readConfigFile(folder);
  const options = readOptions(app);
  if (config.isExample && app.node.tryGetContext("deploying") !== undefined) throw new Error(NO_CONFIG);
  return new TokenRotationStack(app, options.stackName ?? "LosantTokenRotation", config, options);
}

/** The CDK doesn't tell an app whether it will be deployed. So CloudFormation refuses, before it creates anything. */
function refuseDeployment(stack: Stack): void {
  new CfnRule(stack, "ExampleConfiguration", {
    assertions: [{ assert: Fn.conditionEquals(Aws.REGION, "none"), assertDescription: NO_CONFIG }],
  });
}

function dashboardUrl({ dashboard }: TokenRotation): string {
  const stack = Stack.of(dashboard);
  return `https://${consoleDomain(stack)}/cloudwatch/home?region=${stack.region}#dashboards/dashboard/${dashboard.dashboardName}`;
}

/** Each partition has a console of its own, which knows nothing of the others. */
const CONSOLES = {
  China: { partition: "aws-cn", domain: "console.amazonaws.cn" },
  GovCloud: { partition: "aws-us-gov", domain: "console.amazonaws-us-gov.com" },
  EuropeanSovereignCloud: { partition: "aws-eusc", domain: "console.amazonaws-eusc.eu" },
} as const;

/** By conditions, which know a default: a mapping would fail the deployment in a partition that it doesn't know. */
function consoleDomain(stack: Stack): string {
  let domain = "console.aws.amazon.com";
  for (const [name, { partition, domain: own }] of Object.entries(CONSOLES)) {
    const isThere = new CfnCondition(stack, `In${name}`, {
      expression: Fn.conditionEquals(Aws.PARTITION, partition),
    });
    domain = Token.asString(Fn.conditionIf(isThere.logicalId, own, domain));
  }
  return domain;
}
