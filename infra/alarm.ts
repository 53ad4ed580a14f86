import type { AlarmBase } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { AlarmOptions } from "./props.ts";
import { RUNBOOK_FILE } from "./runbook-url.ts";

/** What an alarm tells people. */
export interface AlarmWords {
  readonly says: string;
  /** The article of the runbook. */
  readonly article: string;
}

/** What an alarm means, and where the runbook says what to do. */
export function alarmDescription(
  { says, article }: AlarmWords,
  { runbookUrl = RUNBOOK_FILE }: AlarmOptions,
): string {
  return `${says} What to do: ${runbookUrl}#${article}`;
}

/** Tells the topic of the beginning and the end of the alarm. */
export function tellTopic(alarm: AlarmBase, topic: ITopic): void {
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
}
