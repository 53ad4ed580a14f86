import { Duration, Stack } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  CfnScheduleGroup,
  Schedule as EventBridgeSchedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { DeadLetterQueue } from "./dead-letter-queue.ts";

interface ScheduleProps {
  readonly intervalMs: number;
  readonly lambda: IFunction;
}

/** Starts a run in every interval. The first run starts as soon as the stack is deployed. */
export class Schedule extends Construct {
  /** Starts that didn't reach Lambda. */
  readonly missedStarts: IQueue;
  /** How late a start may be. */
  readonly window: Duration;

  constructor(scope: Construct, id: string, { intervalMs, lambda }: ScheduleProps) {
    super(scope, id);
    const minutes = intervalMs / 60_000;
    this.window = Duration.minutes(Math.min(30, Math.max(1, Math.floor(minutes / 12))));
    this.missedStarts = new DeadLetterQueue(this, "MissedStarts").queue;
    // The CDK's own ScheduleGroup has a fixed name and is retained, so it would make the next deployment fail.
    const group = new CfnScheduleGroup(this, "Group");
    const role = schedulerRole(this, group, lambda, this.missedStarts);
    new EventBridgeSchedule(this, "Schedule", {
      description: "Starts a run of the Losant token rotation",
      schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
      timeWindow: TimeWindow.flexible(this.window),
      scheduleGroup: ScheduleGroup.fromScheduleGroupName(this, "GroupOfSchedule", group.ref),
      target: new LambdaInvoke(lambda, {
        // The CDK would also allow it to invoke every version and alias.
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({ trigger: "schedule" }),
        retryAttempts: 10,
        maxEventAge: Duration.hours(1),
        deadLetterQueue: this.missedStarts,
      }),
    }).node.addDependency(role);
  }
}

function schedulerRole(scope: Construct, group: CfnScheduleGroup, lambda: IFunction, queue: IQueue): Role {
  const schedulesOfThisGroup = {
    StringEquals: {
      "aws:SourceAccount": Stack.of(scope).account,
      "aws:SourceArn": group.attrArn,
    },
  };
  const allow = (action: string, resource: string) =>
    new PolicyStatement({ effect: Effect.ALLOW, actions: [action], resources: [resource] });
  return new Role(scope, "Role", {
    assumedBy: new ServicePrincipal("scheduler.amazonaws.com", { conditions: schedulesOfThisGroup }),
    description: "Starts the Losant token rotation worker",
    inlinePolicies: {
      StartRuns: new PolicyDocument({
        statements: [
          allow("lambda:InvokeFunction", lambda.functionArn),
          allow("sqs:SendMessage", queue.queueArn),
        ],
      }),
    },
  });
}
