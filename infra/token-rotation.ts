import { Annotations } from "aws-cdk-lib";
import type { AlarmBase, Dashboard as CloudWatchDashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { parseConfig, policiesOf, type RotationConfig } from "../lambda/policy/config.ts";
import { ENDLESS_SUCCESSORS, hasEndlessSuccessors } from "../lambda/policy/policy.ts";
import { Alarms } from "./alarms.ts";
import { Console } from "./console.ts";
import { Dashboard } from "./dashboard.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { chooseEventBus } from "./event-bus.ts";
import { EventLog } from "./event-log.ts";
import { EventSchemas } from "./event-schemas.ts";
import { Notifications } from "./notifications.ts";
import type { AnyEventBus, TokenRotationProps } from "./props.ts";
import { defaultRunbookUrl } from "./runbook-url.ts";
import { SavedQueries } from "./saved-queries.ts";
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
  readonly alarms: readonly AlarmBase[];
  readonly dashboard: CloudWatchDashboard;
  readonly eventSchemas: EventSchemas | undefined;
  /** The function of the dashboard's custom widget. Undefined without `console`. */
  readonly consoleLambda: IFunction | undefined;

  constructor(scope: Construct, id: string, { notify, ...given }: TokenRotationProps) {
    super(scope, id);
    const props = { ...given, runbookUrl: given.runbookUrl ?? defaultRunbookUrl() };
    const config = parseConfig(props.config);
    warnOfMany(this, config);
    warnOfEndlessSuccessors(this, config);
    const { $schema: _editorsOnly, ...written } = props.config;
    const { bus, busName } = chooseEventBus(this, config, props);
    const document = { ...written, eventBusName: busName };
    const worker = new WorkerFunction(this, "Worker", { ...props, config, document, eventBus: bus });
    const schedule = new Schedule(this, "Schedule", {
      config,
      lambda: worker.lambda,
    });
    const undelivered = notify && new DeadLetterQueue(this, "UndeliveredNotifications").queue;
    const alarms = new Alarms(this, "Alarms", { ...props, config, worker, schedule, undelivered });
    const { lambda } = worker;
    this.consoleLambda =
      props.console === false
        ? undefined
        : new Console(this, "Console", { ...props, config, document, worker }).lambda;
    if (props.logEvents === true) new EventLog(this, "EventLog", bus);
    if (props.testEvents !== undefined)
      new TestEvents(this, "TestEvents", {
        lambda,
        registry: props.testEvents,
        isFleet: config.fleet !== undefined,
      });
    if (config.fleet !== undefined) new SavedQueries(this, "SavedQueries", worker.logGroup);
    this.eventSchemas = props.eventSchemas === true ? new EventSchemas(this, "EventSchemas") : undefined;
    this.lambda = lambda;
    this.logGroup = worker.logGroup;
    this.eventBus = bus;
    this.failedRuns = worker.failedRuns;
    this.missedStarts = schedule.missedStarts;
    this.undeliveredNotifications = undelivered;
    this.alarms = alarms.all;
    this.dashboard = new Dashboard(this, "Dashboard", {
      worker,
      alarms,
      config,
      widget: this.consoleLambda,
    }).dashboard;
    if (notify !== undefined && undelivered !== undefined)
      new Notifications(this, "Notifications", {
        ...notify,
        eventBus: bus,
        alarms: this.alarms,
        dashboard: this.dashboard,
        undelivered,
      });
  }
}

/** More than one run can look at with the timeout and memory of the stack. */
const MANY_APPLICATIONS = 10_000;

function warnOfMany(scope: Construct, { fleet, applications }: RotationConfig): void {
  if (fleet !== undefined || applications.length <= MANY_APPLICATIONS) return;
  Annotations.of(scope).addWarningV2(
    "losant-token-rotation:many-applications",
    `${applications.length} applications may be too many for one run. Set "fleet": true in the configuration`,
  );
}

function warnOfEndlessSuccessors(scope: Construct, config: RotationConfig): void {
  if (!policiesOf(config).some(hasEndlessSuccessors)) return;
  Annotations.of(scope).addWarningV2("losant-token-rotation:endless-successors", ENDLESS_SUCCESSORS);
}
