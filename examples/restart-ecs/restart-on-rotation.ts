import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { SfnStateMachine } from "aws-cdk-lib/aws-events-targets";
import { DefinitionBody, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { CallAwsService } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { type AnyEventBus, EVENT_SOURCE } from "losant-token-rotation";

interface RestartOnRotationProps {
  readonly clusterName: string;
  readonly serviceName: string;
  /** The secrets whose strings the service's tasks get when they start. */
  readonly secretNames: readonly string[];
  readonly eventBus: AnyEventBus;
}

/**
 * Replaces the tasks of an ECS service when a token that they use has been rotated. ECS reads `secrets` of a task
 * definition when a task starts, and never again: `valueFrom: "<ARN of the secret>:token::"` is the string in the JSON.
 * The old tasks run on until the new ones are healthy, and so does the old token, unless it was retired at once.
 *
 * EventBridge can't call ECS by itself. A state machine of one step can, without code that has to be kept up to date.
 * The same event twice replaces the tasks twice, which harms nobody.
 */
export class RestartOnRotation extends Construct {
  constructor(scope: Construct, id: string, props: RestartOnRotationProps) {
    super(scope, id);
    const { clusterName, serviceName, secretNames, eventBus } = props;
    const restart = new CallAwsService(this, "Restart", {
      service: "ecs",
      action: "updateService",
      iamAction: "ecs:UpdateService",
      iamResources: [serviceArn(this, clusterName, serviceName)],
      parameters: { Cluster: clusterName, Service: serviceName, ForceNewDeployment: true },
      // The answer is large, and nobody reads it.
      resultSelector: {},
    });
    restart.addRetry({ maxAttempts: 5, interval: Duration.seconds(10), backoffRate: 2 });
    const stateMachine = new StateMachine(this, "StateMachine", {
      comment: `Replaces the tasks of ${serviceName} after a rotation`,
      definitionBody: DefinitionBody.fromChainable(restart),
      timeout: Duration.minutes(10),
    });
    new Rule(this, "Rotated", {
      description: `Restarts ${serviceName} when a token that it uses has been rotated`,
      eventBus,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: ["Losant API Token Rotated"],
        detail: { secretName: [...secretNames] },
      },
      targets: [new SfnStateMachine(stateMachine)],
    });
  }
}

/** The long form, which services have whose names are unique in their cluster only. */
function serviceArn(scope: Construct, clusterName: string, serviceName: string): string {
  return Stack.of(scope).formatArn({
    service: "ecs",
    resource: "service",
    resourceName: `${clusterName}/${serviceName}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
