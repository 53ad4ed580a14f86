import type { Properties, Value } from "./cfn.ts";
import { isProperties } from "./cfn.ts";
import { stackTemplate } from "./stack-template.ts";

/** Neither a template nor a module can compute what follows from an interval: these can be chosen. */
const CHOICES = ["15m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "2d", "3d"];

/** What depends on how often the worker runs. */
export interface ScheduleSettings extends Properties {
  readonly Expression: string;
  readonly WindowMinutes: number;
  /** Of the alarm on missing runs. */
  readonly Period: number;
  readonly EvaluationPeriods: number;
  /** Of the dashboard's figures of the latest runs, in seconds. */
  readonly LatestRuns: number;
}

/** Read off the stack, so that they are what it would have. */
export function scheduleSettings(): Readonly<Record<string, ScheduleSettings>> {
  return Object.fromEntries(CHOICES.map((schedule) => [schedule, settingsFor(schedule)]));
}

function settingsFor(schedule: string): ScheduleSettings {
  const application = { id: "0".repeat(24), accessToken: "losant-access/any" };
  const { Resources } = stackTemplate({ schedule, applications: [application] });
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

/** A text of the dashboard, split where the period of its latest runs stands in it. */
export function withPeriod(text: string, period: number, value: Value): readonly Value[] {
  return text
    .split(`"period":${period}`)
    .flatMap((part, index) => (index === 0 ? [part] : ['"period":', value, part]));
}
