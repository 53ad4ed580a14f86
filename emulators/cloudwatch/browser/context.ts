import type { CustomWidget, DashboardTheme, DashboardView } from "../widget-call.ts";

/** The state of the dashboard that a call to a widget's function contains. */
export interface DashboardState {
  readonly view: DashboardView;
  readonly theme: DashboardTheme;
}

const HOUR_MS = 3_600_000;

/**
 * `widgetContext`, with the keys of AWS's example.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
 */
export function widgetContextOf(
  widget: CustomWidget,
  place: HTMLElement,
  { view, theme }: DashboardState,
): object {
  const end = Date.now();
  const { name: dashboardName, accountId, widgets } = view;
  return {
    dashboardName,
    widgetId: `widget-${widgets.indexOf(widget) + 1}`,
    accountId,
    locale: "en",
    timezone: { label: "UTC", offsetISO: "+00:00", offsetInMinutes: 0 },
    period: 300,
    isAutoPeriod: true,
    timeRange: { mode: "relative", start: end - 3 * HOUR_MS, end, relativeStart: 3 * HOUR_MS },
    theme,
    linkCharts: true,
    title: widget.title,
    forms: { all: formsIn(place) },
    params: widget.params,
    width: place.clientWidth,
    height: place.clientHeight,
  };
}

/** The values of all fields of the widget, by name. Of a choice, only what is chosen. */
function formsIn(place: HTMLElement): Readonly<Record<string, string>> {
  const fields = [...place.querySelectorAll("input, select, textarea")] as HTMLInputElement[];
  const isGiven = ({ name, type, checked }: HTMLInputElement) =>
    name !== "" && ((type !== "checkbox" && type !== "radio") || checked);
  return Object.fromEntries(fields.filter(isGiven).map(({ name, value }) => [name, value]));
}
