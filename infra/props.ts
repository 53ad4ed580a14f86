import type { Duration } from "aws-cdk-lib";
import type { EventBus, IEventBus } from "aws-cdk-lib/aws-events";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { ConfigDocument } from "./config-document.ts";

/* The properties of the construct. The package's declarations contain these files, so they import only the CDK. */

export interface WorkerOptions {
  /** How long one run may take. Default and maximum: 15 minutes, in a fleet 14. The next run continues. */
  readonly timeout?: Duration | undefined;
  /** Memory in MiB. It also decides the share of CPU. Default 512. */
  readonly memorySize?: number | undefined;
  /** Default arm64, which costs a fifth less. Not every region has it. */
  readonly architecture?: Architecture | undefined;
  /** Default: none. The concurrency of a new account is too small to reserve any of it. Recommended for a fleet: 2. */
  readonly reservedConcurrency?: number | undefined;
  /** X-Ray's active tracing. Default false. */
  readonly tracing?: boolean | undefined;
  /** How long logs are kept. Default: three months. */
  readonly logRetention?: RetentionDays | undefined;
  /** The URL of your copy of RUNBOOK.md, which the worker's errors and events link. Default: that of the repository. */
  readonly runbookUrl?: string | undefined;
  /** A PEM file with certificates of CAs that Node.js doesn't know, for a private Losant installation. Default: none. */
  readonly extraCaFile?: string | undefined;
  /** Your own KMS key, or several, if they encrypt existing secrets. The worker may use them only through Secrets Manager. */
  readonly secretsKey?: IKey | readonly IKey[] | undefined;
}

/** With `exactOptionalPropertyTypes`, the CDK's class doesn't match its own interface. */
export type AnyEventBus = IEventBus | EventBus;

export interface EventBusOptions {
  /** An existing bus, instead of the one in `eventBusName` of the configuration. Its name must be known at synth. */
  readonly eventBus?: AnyEventBus | undefined;
  /** Creates a bus with the name in `eventBusName`, or "losant-token-rotation". Default: no bus is created. */
  readonly ownEventBus?: OwnEventBus | undefined;
}

export interface OwnEventBus {
  /** How long events are archived, so that they can be replayed. Default: no archive. */
  readonly archiveFor?: Duration | undefined;
}

export interface AlarmOptions {
  /** Notified when an alarm starts and when it ends. Default: none. For other actions, use `alarms`. */
  readonly alarmTopic?: ITopic | undefined;
  /** The URL of your copy of RUNBOOK.md, which the alarms link. Default: that of the repository. */
  readonly runbookUrl?: string | undefined;
  /** Alarm when a token has fewer days left. Default: a week, or half of the shortest renewal window if that is less. */
  readonly soonestExpiryDays?: number | undefined;
  /** Alarm when an access token has fewer days left. Default: two weeks, or half of the shortest renewal window of an application whose access token is renewed, if that is less. */
  readonly accessTokenDays?: number | undefined;
  /** In a fleet: alarm when more than this many failures happen in one run. Default 0. */
  readonly toleratedFailures?: number | undefined;
  /** Alarm when more successors than this are unread three days after they became current. Default: no such alarm. */
  readonly toleratedUnread?: number | undefined;
}

/** What people can be told of. `unread`: consumers may lose a token, because they don't read its successor. `leak`: the string of a leaked token no longer works. `discarded`: people have a week to object. */
export type News = "failed" | "expiring" | "unread" | "leak" | "discarded" | "alarms";

/** Who is told of what needs a person, in words that fit on a phone. Never a token string. */
export interface NotifyOptions {
  /** The stack creates a topic for them. AWS asks each address to confirm, and sends nothing before. */
  readonly emails?: readonly string[] | undefined;
  /** An existing topic, instead of `emails`. Its policy must allow rules and alarms to publish: see docs/deploy.md. */
  readonly topic?: ITopic | undefined;
  /** The name of a secret with the URL of an incoming webhook of Slack, as a plain string. Whoever knows the URL can post. */
  readonly slackWebhookSecret?: string | undefined;
  /** What they are told of. Default: everything. */
  readonly of?: readonly News[] | undefined;
}

/**
 * `existing-registry`: the registry exists, because somebody saved a shareable event in the console, or because another
 * stack created it. `create-registry`: this stack creates the registry, and keeps it when the stack is removed, because
 * others may have events in it.
 */
export type TestEventsOption = "create-registry" | "existing-registry";

export interface TokenRotationProps extends WorkerOptions, EventBusOptions, AlarmOptions {
  readonly config: ConfigDocument;
  /** Default: nobody. */
  readonly notify?: NotifyOptions | undefined;
  /** Shows the tokens in a custom widget of the dashboard, with buttons. Default true. */
  readonly console?: boolean | undefined;
  /** Writes every event to a log group. Default false. */
  readonly logEvents?: boolean | undefined;
  /** Publishes the schemas of the events in a schema registry. Default false. */
  readonly eventSchemas?: boolean | undefined;
  /** Adds events to the function's Test tab. Default: none. */
  readonly testEvents?: TestEventsOption | undefined;
}
