import type { DiscoveryProblem } from "../../cli/command/tools.ts";
import type { Forecast } from "../../cli/status/forecast.ts";
import { ERROR_KINDS, type ErrorCode } from "../../lambda/model/errors.ts";
import { ownerText } from "../../lambda/model/token.ts";

/** Something that could not be seen, and what to do about it. */
export interface Problem {
  /** `application 575ec…`. */
  readonly what: string;
  readonly sentence: string;
  readonly remedy: string;
  /** The article of the runbook. */
  readonly article: string | undefined;
}

/** What could not be seen: applications, parts of their lists, the list of secrets, and what `discover` should have found. */
export function problemsIn(
  forecasts: readonly Forecast[],
  discovery: readonly DiscoveryProblem[],
): readonly Problem[] {
  return [
    ...discovery.map(({ what, error }) => problemOfError(what, error)),
    ...forecasts.flatMap((forecast) => {
      const what = ownerText(forecast.application);
      const errors = forecast.kind === "unseen" ? [forecast.error] : forecast.snapshot.flaws;
      return errors.map((error) => problemOfError(what, error));
    }),
    ...(forecasts.some((forecast) => forecast.kind === "seen" && !forecast.snapshot.isIndexed)
      ? [UNLISTED]
      : []),
  ];
}

export function problemOfError(
  what: string,
  { code, message }: { readonly code: ErrorCode; readonly message: string },
): Problem {
  return { what, sentence: `${code}: ${message}`, remedy: ERROR_KINDS[code].remedy, article: code };
}

const UNLISTED: Problem = {
  what: "the list of secrets",
  sentence: "it can't be read, so each secret was read separately. Tokens may seem to be in no secret.",
  remedy: "Allow secretsmanager:ListSecrets.",
  article: undefined,
};
