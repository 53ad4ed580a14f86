import type { Properties, Value } from "./cfn.ts";
import { isProperties } from "./cfn.ts";
import { stackTemplate } from "./stack-template.ts";

/** A template or module can't compute the settings of an interval, so only these intervals can be chosen. */
const CHOICES = ["15m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "2d", "3d"];

/** Settings that depend on how often the worker runs. */
export interface ScheduleSettings extends Properties {
  readonly Expression: string;
  readonly WindowMinutes: number;
  /** For the alarm NoSuccessfulRun, in seconds. */
  readonly Period: number;
  readonly EvaluationPeriods: number;
  /** For the dashboard's values of the latest runs, in seconds. */
  readonly LatestRuns: number;
}

/** Read from the CDK's stack, so that they are the same. */
export function scheduleSettings(): Readonly<Record<string, ScheduleSettings>> {
  return Object.fromEntries(CHOICES.map((schedule) => [schedule, settingsFor(schedule)]));
}

function settingsFor(schedule: string): ScheduleSettings {
  const application = { id: "0".repeat(24), accessToken: "losant-access/any" };
  const { Resources } = stackTemplate({ schedule, applications: [application] }, { console: false });
  const { ScheduleExpression, FlexibleTimeWindow } = propertiesOf(Resources.Schedule);
  const { Period, EvaluationPeriods } = propertiesOf(Resources.AlarmsNoSuccessfulRun);
  const dashboard = JSON.stringify(Resources.Dashboard);
  return {
    Expression: String(ScheduleExpression),
    WindowMinutes: Number(isProperties(FlexibleTimeWindow) && FlexibleTimeWindow.MaximumWindowInMinutes),
    Period: Number(Period),
    EvaluationPeriods: Number(EvaluationPeriods),
    LatestRuns: Number(/\\"period\\":(\d+)/.exec(dashboard)?.[1]),
  };
}

function propertiesOf(resource: { readonly Properties?: Properties } | undefined): Properties {
  return resource?.Properties ?? {};
}

/** A text of the dashboard, with the period of its latest runs replaced by a value. */
export function withPeriod(text: string, period: number, value: Value): readonly Value[] {
  return text
    .split(`"period":${period}`)
    .flatMap((part, index) => (index === 0 ? [part] : ['"period":', value, part]));
}
