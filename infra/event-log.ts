import { ArnFormat, Names, RemovalPolicy, Stack } from "aws-cdk-lib";
import { type IRuleTarget, Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, ResourcePolicy, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import type { AnyEventBus } from "./props.ts";

/** Writes every event of the worker to a log group, so that people can see the events, and as an example of a rule. */
export class EventLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, eventBus: AnyEventBus) {
    super(scope, id);
    this.logGroup = new LogGroup(this, "Log", {
      // EventBridge's console shows only log groups in this folder.
      logGroupName: `/aws/events/${Names.uniqueResourceName(this, { maxLength: 100 })}`,
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const rule = new Rule(this, "Rule", {
      description: "Logs every event of the Losant token rotation",
      eventBus,
      eventPattern: { source: [EVENT_SOURCE] },
    });
    rule.addTarget(logTarget(this.logGroup));
    // The CDK's own target for log groups creates a Lambda function that sets this policy.
    new ResourcePolicy(this, "MayWrite", {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal("events.amazonaws.com")],
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [this.logGroup.logGroupArn],
          conditions: { ArnEquals: { "aws:SourceArn": rule.ruleArn } },
        }),
      ],
    });
  }
}

function logTarget(logGroup: LogGroup): IRuleTarget {
  // EventBridge needs the ARN without the ":*" at the end of logGroupArn.
  const arn = Stack.of(logGroup).formatArn({
    service: "logs",
    resource: "log-group",
    resourceName: logGroup.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return { bind: () => ({ arn }) };
}
