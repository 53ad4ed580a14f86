import { fileURLToPath } from "node:url";
import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Architecture, type Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { type AnyEventBus, EVENT_SOURCE } from "losant-token-rotation";

interface ConsumerProps {
  readonly applicationId: string;
  /** The secret that holds the token: `losant/<application id>/<token name>`, or the one that `secrets` maps. */
  readonly secretName: string;
  readonly eventBus: AnyEventBus;
}

/** The function in handler.ts. It may read its secret, and receives the events about rotations of that secret. */
export class Consumer extends Construct {
  readonly lambda: Lambda;

  constructor(scope: Construct, id: string, { applicationId, secretName, eventBus }: ConsumerProps) {
    super(scope, id);
    this.lambda = new NodejsFunction(this, "Function", {
      entry: fileURLToPath(new URL("./handler.ts", import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(45),
      // With its own copy of the SDK, the code is the same in tests and in Lambda.
      bundling: { externalModules: [], minify: true },
      environment: { LOSANT_SECRET: secretName, LOSANT_APPLICATION: applicationId },
    });
    Secret.fromSecretNameV2(this, "Secret", secretName).grantRead(this.lambda);
    new Rule(this, "Rotated", {
      description: `Tells the consumer of ${secretName} that there is a new token`,
      eventBus,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: ["Losant API Token Rotated"],
        detail: { secretName: [secretName] },
      },
      targets: [new LambdaFunction(this.lambda)],
    });
  }
}
