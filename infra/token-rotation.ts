import type { Alarm, Dashboard as CloudWatchDashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { parseConfig } from "../lambda/policy/config.ts";
import { Alarms } from "./alarms.ts";
import { Dashboard } from "./dashboard.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { chooseEventBus } from "./event-bus.ts";
import { EventLog } from "./event-log.ts";
import { EventSchemas } from "./event-schemas.ts";
import { Notifications } from "./notifications.ts";
import type { AnyEventBus, TokenRotationProps } from "./props.ts";
import { defaultRunbookUrl } from "./runbook-url.ts";
import { Schedule } from "./schedule.ts";
import { TestEvents } from "./test-events.ts";
import { WorkerFunction } from "./worker.ts";

/**
 * Keeps the tokens of Losant applications from expiring. Contains the worker, its schedule, its permissions, alarms and a
 * dashboard. It contains no secrets, so removing it doesn't change them.
 * @throws RotationError `config-invalid` at synth, if the worker would refuse the configuration
 */
export class TokenRotation extends Construct {
  readonly lambda: IFunction;
  readonly logGroup: ILogGroup;
  readonly eventBus: AnyEventBus;
  readonly failedRuns: IQueue;
  readonly missedStarts: IQueue;
  /** Messages to people that could not be delivered. Undefined without `notify`. */
  readonly undeliveredNotifications: IQueue | undefined;
  /** For actions other than `alarmTopic` and `notify`. */
  readonly alarms: readonly Alarm[];
  readonly dashboard: CloudWatchDashboard;
  readonly eventSchemas: EventSchemas | undefined;

  constructor(scope: Construct, id: string, { notify, ...given }: TokenRotationProps) {
    super(scope, id);
    const props = { ...given, runbookUrl: given.runbookUrl ?? defaultRunbookUrl() };
    const config = parseConfig(props.config);
    const { $schema: _editorsOnly, ...written } = props.config;
    const { bus, busName } = chooseEventBus(this, config, props);
    const document = { ...written, eventBusName: busName };
    const worker = new WorkerFunction(this, "Worker", { ...props, config, document, eventBus: bus });
    const schedule = new Schedule(this, "Schedule", {
      intervalMs: config.intervalMs,
      lambda: worker.lambda,
    });
    const undelivered = notify && new DeadLetterQueue(this, "UndeliveredNotifications").queue;
    const alarms = new Alarms(this, "Alarms", { ...props, config, worker, schedule, undelivered }).all;
    const { lambda } = worker;
    if (props.logEvents === true) new EventLog(this, "EventLog", bus);
    if (props.testEvents !== undefined)
      new TestEvents(this, "TestEvents", { lambda, registry: props.testEvents });
    this.eventSchemas = props.eventSchemas === true ? new EventSchemas(this, "EventSchemas") : undefined;
    this.lambda = lambda;
    this.logGroup = worker.logGroup;
    this.eventBus = bus;
    this.failedRuns = worker.failedRuns;
    this.missedStarts = schedule.missedStarts;
    this.undeliveredNotifications = undelivered;
    this.alarms = alarms;
    this.dashboard = new Dashboard(this, "Dashboard", {
      worker,
      alarms,
      intervalMs: config.intervalMs,
    }).dashboard;
    if (notify !== undefined && undelivered !== undefined)
      new Notifications(this, "Notifications", {
        ...notify,
        eventBus: bus,
        alarms,
        dashboard: this.dashboard,
        undelivered,
      });
  }
}
