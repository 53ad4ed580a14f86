import type { DiscoveryProblem } from "../../cli/command/tools.ts";
import type { Forecast } from "../../cli/status/forecast.ts";
import type { Problem } from "./summary.ts";

/** What could not be seen: applications, parts of their lists, the list of secrets, and what `discover` should have found. */
export function problemsIn(
  forecasts: readonly Forecast[],
  discovery: readonly DiscoveryProblem[],
): readonly Problem[] {
  return [
    ...discovery.map(({ what, error: { code, message } }) => ({ what, code, message })),
    ...forecasts.flatMap((forecast) => {
      const what = `application ${forecast.application.id}`;
      const errors = forecast.kind === "unseen" ? [forecast.error] : forecast.snapshot.flaws;
      return errors.map(({ code, message }) => ({ what, code, message }));
    }),
  ];
}
