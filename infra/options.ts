import { Duration } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import * as v from "valibot";
import { SecretName } from "../lambda/model/secret.ts";
import { describeIssue } from "../lambda/policy/config.ts";
import { NEWS } from "./notifications.ts";
import type { NotifyOptions, TokenRotationProps } from "./props.ts";

const days = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const within = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const arn = v.pipe(v.string(), v.startsWith("arn:"));
const retentions = Object.values(RetentionDays).filter((value) => typeof value === "number");

const email = v.pipe(v.string(), v.email("must be a mail address"));

const NotifySchema = v.pipe(
  v.strictObject({
    emails: v.optional(v.pipe(v.array(email), v.minLength(1))),
    topicArn: v.optional(arn),
    slackWebhookSecret: v.optional(SecretName),
    of: v.optional(v.pipe(v.array(v.picklist(NEWS)), v.minLength(1))),
  }),
  v.check(
    ({ emails, topicArn, slackWebhookSecret }) =>
      emails !== undefined || topicArn !== undefined || slackWebhookSecret !== undefined,
    "must have emails, topicArn or slackWebhookSecret",
  ),
  v.check(
    ({ emails, topicArn }) => emails === undefined || topicArn === undefined,
    "must have emails or topicArn, not both",
  ),
);

const OptionsSchema = v.strictObject({
  stackName: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z\d-]{0,127}$/))),
  alarmTopicArn: v.optional(arn),
  runbookUrl: v.optional(v.string()),
  notify: v.optional(NotifySchema),
  soonestExpiryDays: v.optional(days),
  accessTokenDays: v.optional(days),
  toleratedFailures: v.optional(count),
  toleratedUnread: v.optional(count),
  timeoutMinutes: v.optional(within(1, 15)),
  memoryMiB: v.optional(within(128, 10_240)),
  architecture: v.optional(v.picklist(["arm64", "x86_64"])),
  reservedConcurrency: v.optional(within(1, 1_000)),
  tracing: v.optional(v.boolean()),
  extraCaFile: v.optional(v.string()),
  logRetentionDays: v.optional(v.picklist(retentions)),
  secretsKeyArn: v.optional(v.union([arn, v.pipe(v.array(arn), v.minLength(1))])),
  ownEventBus: v.optional(v.strictObject({ archiveDays: v.optional(days) })),
  console: v.optional(v.boolean()),
  logEvents: v.optional(v.boolean()),
  eventSchemas: v.optional(v.boolean()),
  testEvents: v.optional(v.picklist(["create-registry", "existing-registry"])),
});

export type StackOptions = v.InferOutput<typeof OptionsSchema>;

/**
 * The options that need no change of code: the key `tokenRotation` of the CDK's context, for example in cdk.context.json.
 * @throws Error naming each key that is unknown or wrong
 */
export function readOptions(scope: Construct): StackOptions {
  const parsed = v.safeParse(OptionsSchema, scope.node.tryGetContext("tokenRotation") ?? {});
  if (parsed.success) return parsed.output;
  throw new Error(`tokenRotation in the CDK context: ${parsed.issues.map(describeIssue).join("; ")}`);
}

/** The same options as properties of the construct. What they refer to is created in `scope`. */
export function optionProps(scope: Construct, options: StackOptions): Omit<TokenRotationProps, "config"> {
  const { alarmTopicArn, secretsKeyArn, timeoutMinutes, ownEventBus, notify } = options;
  const { runbookUrl, soonestExpiryDays, accessTokenDays, toleratedFailures, toleratedUnread } = options;
  const { reservedConcurrency, tracing } = options;
  const { logEvents, eventSchemas, testEvents, extraCaFile } = options;
  const daysOf = (count: number | undefined) => (count === undefined ? undefined : Duration.days(count));
  return {
    runbookUrl,
    soonestExpiryDays,
    accessTokenDays,
    toleratedFailures,
    toleratedUnread,
    reservedConcurrency,
    tracing,
    console: options.console,
    logEvents,
    eventSchemas,
    testEvents,
    extraCaFile,
    memorySize: options.memoryMiB,
    architecture: options.architecture === undefined ? undefined : Architecture.custom(options.architecture),
    logRetention: options.logRetentionDays,
    timeout: timeoutMinutes === undefined ? undefined : Duration.minutes(timeoutMinutes),
    notify: notify && notifyProps(scope, notify),
    ownEventBus: ownEventBus && { archiveFor: daysOf(ownEventBus.archiveDays) },
    alarmTopic:
      alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(scope, "AlarmTopic", alarmTopicArn),
    secretsKey: [secretsKeyArn ?? []]
      .flat()
      .map((keyArn, index) => Key.fromKeyArn(scope, `SecretsKey${index === 0 ? "" : index + 1}`, keyArn)),
  };
}

function notifyProps(
  scope: Construct,
  { topicArn, ...others }: NonNullable<StackOptions["notify"]>,
): NotifyOptions {
  const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(scope, "NotifyTopic", topicArn);
  return { ...others, topic };
}
