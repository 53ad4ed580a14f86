import * as cdk from "aws-cdk-lib";
import { type ConfigDocument, TokenRotation } from "losant-token-rotation";

const application = "575ec8687ae143cd83dc4a97";
const config: ConfigDocument = {
  losantApiUrl: process.env.LOSANT_API_URL,
  applications: [{ id: application, accessToken: `losant-access/${application}` }],
};

const stack = new cdk.Stack(new cdk.App(), "Fresh");
const rotation = new TokenRotation(stack, "TokenRotation", {
  config,
  timeout: cdk.Duration.minutes(10),
  ownEventBus: { archiveFor: cdk.Duration.days(7) },
  logEvents: true,
  eventSchemas: true,
  testEvents: "existing-registry",
  tracing: true,
});
new cdk.CfnOutput(stack, "Function", { value: rotation.lambda.functionName });
