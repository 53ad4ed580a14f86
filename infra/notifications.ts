import { Duration, SecretValue, Stack, Token, TokenComparison } from "aws-cdk-lib";
import {
  type AlarmBase,
  type CfnCompositeAlarm,
  CompositeAlarm,
  type Dashboard,
} from "aws-cdk-lib/aws-cloudwatch";
import {
  ApiDestination,
  Authorization,
  Connection,
  EventBus,
  EventField,
  type EventPattern,
  HttpMethod,
  type IApiDestination,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
} from "aws-cdk-lib/aws-events";
import { ApiDestination as ToApiDestination } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/detail-types.ts";
import { tellTopic } from "./alarm.ts";
import { dashboardUrl } from "./console-address.ts";
import type { AnyEventBus, News, NotifyOptions } from "./props.ts";

interface NotificationsProps extends NotifyOptions {
  readonly eventBus: AnyEventBus;
  readonly alarms: readonly AlarmBase[];
  /** Every message links it. */
  readonly dashboard: Dashboard;
  /** Gets the messages that could be delivered neither at once nor within six hours. */
  readonly undelivered: IQueue;
}

export const NEWS = [
  "failed",
  "expiring",
  "unread",
  "leak",
  "discarded",
  "alarms",
] as const satisfies readonly News[];

/** Which events people are told of. Each has a text that the worker wrote; see `eventText`. */
const EVENTS: Readonly<Record<Exclude<News, "alarms">, EventPattern>> = {
  // A failure that may go away by itself is told by the alarms, if it stays.
  failed: { detailType: ["Losant API Token Rotation Failed"], detail: { retryable: [false] } },
  expiring: {
    detailType: ["Losant API Token Expiring", "Losant API Token Not Retired"],
    // If a retry doesn't solve the cause, `failed` tells of it at the same moments.
    detail: { reason: [{ "anything-but": ["excluded"] }], retryable: [{ exists: false }, true] },
  },
  unread: { detailType: ["Losant API Token Successor Unread"] },
  leak: { detailType: ["Losant API Token Retired"], detail: { reason: ["retire-now"] } },
  discarded: { detailType: ["Losant API Token Orphan Discarded"], detail: { step: ["deactivated"] } },
};

const RETRIES = { retryAttempts: 10, maxEventAge: Duration.hours(6) } as const;

/** Tells people what needs them: by mail through an SNS topic, and in Slack. No message contains a token string. */
export class Notifications extends Construct {
  /** Undefined if only Slack is told. */
  readonly topic: ITopic | undefined;
  readonly #props: NotificationsProps;
  readonly #dashboardUrl: string;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.#props = props;
    this.#dashboardUrl = dashboardUrl(props.dashboard);
    const { of = NEWS, emails = [], slackWebhookSecret } = props;
    if (emails.length === 0 && props.topic === undefined && slackWebhookSecret === undefined)
      throw new Error("notify: name emails, a topic or slackWebhookSecret, or leave notify out");
    if (of.length === 0) throw new Error("notify: `of` is empty, so people would be told nothing");
    if (props.topic !== undefined) refuseElsewhere(props.topic, Stack.of(this));
    this.topic = emails.length === 0 ? props.topic : this.#topicFor(emails);
    const told = of.filter((news) => news !== "alarms");
    if (this.topic !== undefined) this.#mail(this.topic, told, of.includes("alarms"));
    if (slackWebhookSecret !== undefined) this.#post(slackWebhookSecret, told, of.includes("alarms"));
  }

  #topicFor(emails: readonly string[]): Topic {
    if (this.#props.topic !== undefined) throw new Error("notify: use emails or a topic, not both");
    // Not encrypted: alarms can't publish to a topic with AWS's own key, and no message contains a secret.
    const topic = new Topic(this, "Topic", { displayName: "Losant API tokens", enforceSSL: true });
    for (const email of new Set(emails)) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #mail(topic: ITopic, told: readonly (keyof typeof EVENTS)[], isToldOfAlarms: boolean): void {
    const { account, region } = Stack.of(this);
    const { alarms } = this.#props;
    const input = RuleTargetInput.fromMultilineText(
      [
        `${EventField.fromPath("$.detail.headline")} (account ${account}, ${region})`,
        `What to do: ${EventField.fromPath("$.detail.advice")}`,
        `Dashboard: ${this.#dashboardUrl}`,
      ].join("\n"),
    );
    const rules = told.map((news) =>
      this.#rule(`Mail${capitalised(news)}`, news, this.#toTopic(topic, input)),
    );
    if (isToldOfAlarms) for (const alarm of alarms) tellTopic(alarm, topic);
    mayPublish(
      topic,
      "events.amazonaws.com",
      rules.map(({ ruleArn }) => ruleArn),
    );
    if (isToldOfAlarms)
      mayPublish(
        topic,
        "cloudwatch.amazonaws.com",
        alarms.map(({ alarmArn }) => alarmArn),
      );
  }

  #post(webhookSecret: string, told: readonly (keyof typeof EVENTS)[], isToldOfAlarms: boolean): void {
    const { alarms } = this.#props;
    const slack = slackWebhook(this, webhookSecret);
    const post = (headline: string, advice: string): IRuleTarget =>
      new ToApiDestination(slack, {
        event: slackMessage(headline, advice, this.#dashboardUrl),
        deadLetterQueue: this.#props.undelivered,
        ...RETRIES,
      });
    const field = EventField.fromPath;
    for (const news of told)
      this.#rule(
        `Post${capitalised(news)}`,
        news,
        post(field("$.detail.headline"), field("$.detail.advice")),
      );
    if (!isToldOfAlarms) return;
    const isCombined = (alarm: AlarmBase) => alarm instanceof CompositeAlarm;
    this.#alarmRule(
      "PostAlarms",
      alarms.filter((alarm) => !isCombined(alarm)),
      post(field("$.detail.alarmName"), field("$.detail.configuration.description")),
    );
    // The event of a composite alarm has no description ("Alarm events and EventBridge"), so its text is in the rule. `reason`
    // names the alarm that started it.
    for (const alarm of alarms.filter(isCombined)) {
      const { alarmDescription = "" } = alarm.node.defaultChild as CfnCompositeAlarm;
      this.#alarmRule(
        `Post${alarm.node.id}Alarm`,
        [alarm],
        post(alarmDescription, field("$.detail.state.reason")),
      );
    }
  }

  /** CloudWatch tells the default bus of every change of an alarm. */
  #alarmRule(id: string, alarms: readonly AlarmBase[], target: IRuleTarget): void {
    new Rule(this, id, {
      description: "Posts the alarms of the Losant token rotation",
      eventBus: EventBus.fromEventBusName(this, `${id}Bus`, "default"),
      eventPattern: {
        source: ["aws.cloudwatch"],
        detailType: ["CloudWatch Alarm State Change"],
        resources: alarms.map(({ alarmArn }) => alarmArn),
        detail: { state: { value: ["ALARM"] } },
      },
      targets: [target],
    });
  }

  #rule(id: string, news: keyof typeof EVENTS, target: IRuleTarget): Rule {
    const { detailType, detail } = EVENTS[news];
    return new Rule(this, id, {
      description: `Tells people of events of the Losant token rotation: ${news}`,
      eventBus: this.#props.eventBus,
      eventPattern: {
        source: [EVENT_SOURCE],
        ...(detailType && { detailType }),
        // An event of an older version, from an archive, has no text for people.
        detail: { ...detail, headline: [{ exists: true }] },
      },
      targets: [target],
    });
  }

  /** The CDK's own target lets every rule of every account publish to the topic. */
  #toTopic(topic: ITopic, input: RuleTargetInput): IRuleTarget {
    const { undelivered } = this.#props;
    return {
      bind: ({ ruleRef: { ruleArn } }) => {
        undelivered.addToResourcePolicy(
          onlyFrom("events.amazonaws.com", "sqs:SendMessage", undelivered.queueArn, [ruleArn]),
        );
        return {
          arn: topic.topicArn,
          input,
          deadLetterConfig: { arn: undelivered.queueArn },
          retryPolicy: {
            maximumRetryAttempts: RETRIES.retryAttempts,
            maximumEventAgeInSeconds: RETRIES.maxEventAge.toSeconds(),
          },
        };
      },
    };
  }
}

/** A rule delivers to a topic of another account only with a role, and to one of another region never. */
function refuseElsewhere({ env }: ITopic, { account, region }: Stack): void {
  const differs = (one: string, other: string) =>
    Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
  if (differs(env.account, account) || differs(env.region, region))
    throw new Error("notify: the topic must be in the account and region of the stack");
}

/** A topic of another stack keeps its own policy: docs/deploy.md has the statement that it needs. */
function mayPublish(topic: ITopic, service: string, sources: readonly string[]): void {
  if (sources.length > 0)
    topic.addToResourcePolicy(onlyFrom(service, "sns:Publish", topic.topicArn, sources));
}

function onlyFrom(
  service: string,
  action: string,
  resource: string,
  sources: readonly string[],
): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal(service)],
    actions: [action],
    resources: [resource],
    conditions: { ArnEquals: { "aws:SourceArn": [...sources] } },
  });
}

function slackWebhook(scope: Construct, secretName: string): IApiDestination {
  const connection = new Connection(scope, "Connection", {
    // A webhook needs only its URL, but a connection must have a credential. This one names the sender.
    authorization: Authorization.apiKey("X-Sent-By", SecretValue.unsafePlainText("losant-token-rotation")),
  });
  return new ApiDestination(scope, "Slack", {
    connection,
    httpMethod: HttpMethod.POST,
    // CloudFormation reads it at the deployment. The template has only the secret's name.
    endpoint: SecretValue.secretsManager(secretName).unsafeUnwrap(),
    rateLimitPerSecond: 1,
    // With `exactOptionalPropertyTypes`, the CDK's class doesn't match its own interface.
  }) as IApiDestination;
}

/** Slack blocks. Each value is without quotes, so EventBridge makes it a JSON string. `plain_text` has no links and no mentions. */
function slackMessage(headline: string, advice: string, dashboard: string): RuleTargetInput {
  const section = (text: string) => ({ type: "section", text: { type: "plain_text", text } });
  return RuleTargetInput.fromObject({
    text: "Losant API tokens: something needs a person",
    blocks: [section(headline), section(advice), section(dashboard)],
  });
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
