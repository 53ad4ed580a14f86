import { expect, test } from "vitest";
import { twoWeeks } from "../../pictures/history.ts";
import { queried, textIn } from "../../pictures/log-query.ts";
import { onlyResource, synthesized } from "./synth.ts";

interface LogWidget {
  readonly properties: { readonly title: string; readonly query?: string };
}

function queryOf(title: string): string {
  const { DashboardBody } = onlyResource("AWS::CloudWatch::Dashboard", synthesized().template) as {
    readonly DashboardBody: string;
  };
  const { widgets } = JSON.parse(DashboardBody) as { readonly widgets: readonly LogWidget[] };
  const { query } = widgets.find(({ properties }) => properties.title === title)?.properties ?? {};
  if (query === undefined) throw new Error(`no query ${title}`);
  return query;
}

test("the dashboard lists each token that waits once, the next one to be renewed first, and none that was replaced", async () => {
  const { log, endedAt } = await twoWeeks("worker");
  const { records } = queried(queryOf("Next to be renewed"), log);
  const dueDates = records.map((record) => textIn(record, "due"));
  expect(dueDates).toEqual(dueDates.toSorted());
  expect(dueDates.filter((due) => due < endedAt.toISOString())).toEqual([]);
  const names = records.map((record) => textIn(record, "token"));
  expect(names).toEqual([...new Set(names)]);
  expect(names).toContain("Backend API");
});
