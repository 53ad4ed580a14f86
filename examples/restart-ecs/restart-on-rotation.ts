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
  /** The secrets that the service's tasks get when they start. */
  readonly secretNames: readonly string[];
  readonly eventBus: AnyEventBus;
}

/**
 * Replaces the tasks of an ECS service when a token that they use was rotated. ECS reads `secrets` of a task definition
 * only when a task starts: `valueFrom: "<ARN of the secret>:token::"` is the string in the JSON. The old tasks run until the
 * new ones are healthy. The old token also works until then, unless it was retired at once.
 *
 * EventBridge can't call ECS directly. A state machine with one step can, without code that needs updates.
 * If the same event comes twice, the tasks are replaced twice, which does no harm.
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
      // The response is large, and nothing uses it.
      resultSelector: {},
    });
    restart.addRetry({ maxAttempts: 5, interval: Duration.seconds(10), backoffRate: 2 });
    const stateMachine = new StateMachine(this, "StateMachine", {
      comment: `Replaces the tasks of ${serviceName} after a rotation`,
      definitionBody: DefinitionBody.fromChainable(restart),
      timeout: Duration.minutes(10),
    });
    new Rule(this, "Rotated", {
      description: `Restarts ${serviceName} when a token that it uses was rotated`,
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

/** The long form of the ARN, because names of services are unique only in their cluster. */
function serviceArn(scope: Construct, clusterName: string, serviceName: string): string {
  return Stack.of(scope).formatArn({
    service: "ecs",
    resource: "service",
    resourceName: `${clusterName}/${serviceName}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
