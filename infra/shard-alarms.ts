import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarmRule,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { alarmDescription, tellTopic } from "./alarm.ts";
import type { AlarmOptions } from "./props.ts";
import type { Schedule } from "./schedule.ts";
import { lookBack } from "./thresholds.ts";
import type { WorkerFunction } from "./worker.ts";
import { shardMetric } from "./worker-metrics.ts";

interface ShardAlarmsProps extends AlarmOptions {
  readonly intervalMs: number;
  readonly shards: number;
  readonly worker: WorkerFunction;
  readonly schedule: Schedule;
}

const ARTICLE = "no-completed-run";

/**
 * An alarm for each shard, and one over all of them. Only this one has actions, so that people get one message if all shards are
 * affected.
 */
export class ShardAlarms extends Construct {
  readonly ofShards: readonly Alarm[];
  readonly ofAll: CompositeAlarm;
  readonly #props: ShardAlarmsProps;

  constructor(scope: Construct, id: string, props: ShardAlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.ofShards = Array.from({ length: props.shards }, (_, shard) => this.#ofShard(shard));
    this.ofAll = new CompositeAlarm(this, "Any", {
      compositeAlarmName: this.#nameFor("NoCompletedRun"),
      alarmDescription: alarmDescription(
        {
          says: `No run of a shard has completed in two schedule intervals. The alarms at fault end in the numbers of their shards, 0 to ${props.shards - 1}.`,
          article: ARTICLE,
        },
        props,
      ),
      alarmRule: anyOf(this.ofShards),
    });
    if (props.alarmTopic !== undefined) tellTopic(this.ofAll, props.alarmTopic);
  }

  /** Also starts if nothing runs any more. In the ALARM state from the deployment until the shard's first run, which needs nobody. */
  #ofShard(shard: number): Alarm {
    const { intervalMs, shards, worker, schedule } = this.#props;
    const intervals = Duration.millis(2 * intervalMs);
    const { period, evaluationPeriods } = lookBack(intervals.plus(schedule.window).plus(worker.timeout));
    return new Alarm(this, `Shard${shard}`, {
      alarmName: this.#nameFor(`NoCompletedRun-${shard}`),
      alarmDescription: alarmDescription(
        {
          says: `No run of shard ${shard} of ${shards} has completed in two schedule intervals.`,
          article: ARTICLE,
        },
        this.#props,
      ),
      metric: shardMetric(worker.lambda, shard, period),
      evaluationPeriods,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** Unique, because the name of the function is. CloudFormation's own names would be too long for a rule with 96 of them. */
  #nameFor(name: string): string {
    return `${this.#props.worker.lambda.functionName}-${name}`;
  }
}

/** By name: with ARNs, a rule of more than some 70 alarms is longer than the 10,240 characters that CloudWatch takes. */
function anyOf(alarms: readonly Alarm[]): IAlarmRule {
  return AlarmRule.fromString(alarms.map(({ alarmName }) => `ALARM("${alarmName}")`).join(" OR "));
}
