import { Duration, Stack } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  CfnScheduleGroup,
  ContextAttribute,
  Schedule as EventBridgeSchedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import { SLOT_MS } from "../lambda/policy/slots.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";

interface ScheduleProps {
  readonly config: RotationConfig;
  readonly lambda: IFunction;
}

/** Starts a run in every interval, the first as soon as the stack is deployed. In a fleet, it starts a run in every slot. */
export class Schedule extends Construct {
  /** Starts that didn't reach Lambda. */
  readonly missedStarts: IQueue;
  /** How late a start may be. */
  readonly window: Duration;

  constructor(scope: Construct, id: string, { config, lambda }: ScheduleProps) {
    super(scope, id);
    const { expression, window, input } =
      config.fleet === undefined ? inEveryInterval(config.intervalMs) : inEverySlot();
    this.window = window;
    this.missedStarts = new DeadLetterQueue(this, "MissedStarts").queue;
    // The CDK's own ScheduleGroup has a fixed name and is retained, so it would make the next deployment fail.
    const group = new CfnScheduleGroup(this, "Group");
    const role = schedulerRole(this, group, lambda, this.missedStarts);
    new EventBridgeSchedule(this, "Schedule", {
      description: "Starts a run of the Losant token rotation",
      schedule: expression,
      timeWindow: TimeWindow.flexible(window),
      scheduleGroup: ScheduleGroup.fromScheduleGroupName(this, "GroupOfSchedule", group.ref),
      target: new LambdaInvoke(lambda, {
        // The CDK would also allow it to invoke every version and alias.
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject(input),
        retryAttempts: 10,
        maxEventAge: Duration.hours(1),
        deadLetterQueue: this.missedStarts,
      }),
    }).node.addDependency(role);
  }
}

interface Starts {
  readonly expression: ScheduleExpression;
  readonly window: Duration;
  /** The event of the invocation. */
  readonly input: Readonly<Record<string, string>>;
}

function inEveryInterval(intervalMs: number): Starts {
  const minutes = intervalMs / 60_000;
  return {
    expression: ScheduleExpression.rate(Duration.minutes(minutes)),
    window: Duration.minutes(Math.min(30, Math.max(1, Math.floor(minutes / 12)))),
    input: { trigger: "schedule" },
  };
}

/** At the beginning of each slot, whose time decides which shard's turn it is, however late the run starts. */
function inEverySlot(): Starts {
  return {
    expression: ScheduleExpression.cron({ minute: `0/${SLOT_MS / 60_000}` }),
    window: Duration.minutes(1),
    input: { trigger: "schedule", at: ContextAttribute.scheduledTime },
  };
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
