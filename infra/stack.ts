import { type App, Aws, CfnOutput, CfnRule, Fn, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CONFIG_FILE, type ConfigFile, EXAMPLE_FILE, readConfigFile } from "./config-file.ts";
import { dashboardUrl } from "./console-address.ts";
import { optionProps, readOptions, type StackOptions } from "./options.ts";
import { TokenRotation } from "./token-rotation.ts";

export const NO_CONFIG = `${CONFIG_FILE} doesn't exist. Copy ${EXAMPLE_FILE} to this name and enter your applications`;

/** The stack of this repository. */
export class TokenRotationStack extends Stack {
  readonly rotation: TokenRotation;
  readonly isExample: boolean;

  constructor(scope: Construct, id: string, { document, isExample }: ConfigFile, options: StackOptions) {
    super(scope, id, { description: "Keeps Losant application API tokens from expiring" });
    this.rotation = new TokenRotation(this, "TokenRotation", {
      config: document,
      ...optionProps(this, options),
    });
    const { lambda, failedRuns, missedStarts, undeliveredNotifications, eventSchemas, consoleLambda } =
      this.rotation;
    this.#tell(
      "FunctionName",
      lambda.functionName,
      'Name of the function. To see what a run would do, open it in the Lambda console, choose Test and send {"dryRun": true}',
    );
    this.#tell(
      "DashboardUrl",
      dashboardUrl(this.rotation.dashboard),
      "Dashboard: whether runs succeed, which tokens are next, and what failed",
    );
    this.#tell("FailedRunsQueueUrl", failedRuns.queueUrl, "Queue of runs that failed three times");
    this.#tell(
      "MissedStartsQueueUrl",
      missedStarts.queueUrl,
      "Queue of scheduled starts that didn't reach the function",
    );
    if (undeliveredNotifications !== undefined)
      this.#tell(
        "UndeliveredNotificationsQueueUrl",
        undeliveredNotifications.queueUrl,
        "Queue of messages to people that could not be delivered",
      );
    if (consoleLambda !== undefined)
      this.#tell(
        "ConsoleFunctionName",
        consoleLambda.functionName,
        "Name of the function of the dashboard's widget, which only reads. Whoever looks at the widget must be allowed to invoke it",
      );
    if (eventSchemas !== undefined)
      this.#tell("EventSchemaRegistry", eventSchemas.registryName, "Registry with the schemas of the events");
    this.isExample = isExample;
    if (isExample) refuseDeployment(this);
  }

  #tell(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

/**
 * The app's one stack, from the files in `folder` and the options in the app's context.
 * @throws Error if these are wrong, or if `npm run deploy` has only the example configuration
 */
export function addRotationStack(app: App, folder: string): TokenRotationStack {
  const config = readConfigFile(folder);
  const options = readOptions(app);
  if (config.isExample && app.node.tryGetContext("deploying") !== undefined) throw new Error(NO_CONFIG);
  return new TokenRotationStack(app, options.stackName ?? "LosantTokenRotation", config, options);
}

/** A CDK app doesn't know whether it will be deployed. So CloudFormation refuses, before it creates anything. */
function refuseDeployment(stack: Stack): void {
  new CfnRule(stack, "ExampleConfiguration", {
    assertions: [{ assert: Fn.conditionEquals(Aws.REGION, "none"), assertDescription: NO_CONFIG }],
  });
}
