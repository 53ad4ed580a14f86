import type { Duration } from "aws-cdk-lib";
import type { EventBus, IEventBus } from "aws-cdk-lib/aws-events";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Architecture } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { ConfigDocument } from "./config-document.ts";

/* What can be said to the construct. The package's declarations hold these files, so they import nothing but the CDK. */

export interface WorkerOptions {
  /** How long one run may take. Default and most: 15 minutes, after which the rest waits for the next run. */
  readonly timeout?: Duration | undefined;
  /** In MiB; Lambda gives processor time in proportion. Default 512. */
  readonly memorySize?: number | undefined;
  /** Default arm64, which costs a fifth less; not every region has it. */
  readonly architecture?: Architecture | undefined;
  /** Default: none. A new account's whole concurrency is too small to reserve any of it. */
  readonly reservedConcurrency?: number | undefined;
  /** X-Ray's active tracing. Default false. */
  readonly tracing?: boolean | undefined;
  /** Default three months. */
  readonly logRetention?: RetentionDays | undefined;
  /** Where RUNBOOK.md can be read, which the worker's errors and events link. Default: the file in this repo. */
  readonly runbookUrl?: string | undefined;
  /** A file with the certificates (PEM) of CAs that Node doesn't know, for a Losant of one's own. Default: none. */
  readonly extraCaFile?: string | undefined;
  /** Of secrets that exist and are encrypted with a key of one's own; the worker may use it through Secrets Manager alone. */
  readonly secretsKey?: IKey | undefined;
}

/** The CDK's class doesn't fit its own interface where `exactOptionalPropertyTypes` is set. */
export type AnyEventBus = IEventBus | EventBus;

export interface EventBusOptions {
  /** A bus that exists, instead of the one that `eventBusName` of the configuration names. Its name must be known at synth. */
  readonly eventBus?: AnyEventBus | undefined;
  /** A bus of its own, called what `eventBusName` says, or "losant-token-rotation". Default: none is made. */
  readonly ownEventBus?: OwnEventBus | undefined;
}

export interface OwnEventBus {
  /** Keeps every event for so long, to be replayed. Default: no archive. */
  readonly archiveFor?: Duration | undefined;
}

export interface AlarmOptions {
  /** Hears of every alarm, and of its end. Default: alarms are only shown; `alarms` takes other actions. */
  readonly alarmTopic?: ITopic | undefined;
  /** Where RUNBOOK.md can be read, which the alarms link. Default: the file in this repo. */
  readonly runbookUrl?: string | undefined;
  /** Default: a week, or half of the shortest renewal window if that is less. */
  readonly soonestExpiryDays?: number | undefined;
  /** Default: two weeks, or half of the shortest renewal window of an application whose access token is renewed. */
  readonly accessTokenDays?: number | undefined;
}

/**
 * `existing-registry`: the console makes it when anybody first saves a shareable event, or another stack has made it.
 * `create-registry`: this stack makes it, and leaves it behind when it goes, since others keep their events there.
 */
export type TestEventsOption = "create-registry" | "existing-registry";

export interface TokenRotationProps extends WorkerOptions, EventBusOptions, AlarmOptions {
  readonly config: ConfigDocument;
  /** Writes every event to a log group of its own, for a first look. Default false. */
  readonly logEvents?: boolean | undefined;
  /** Publishes the schemas of the events in a registry of their own. Default false. */
  readonly eventSchemas?: boolean | undefined;
  /** Lets the function's Test tab offer the useful events by name. Default: it doesn't. */
  readonly testEvents?: TestEventsOption | undefined;
}
