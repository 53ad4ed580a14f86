import * as v from "valibot";
import { forecastOf, type Seen } from "../../cli/status/forecast.ts";
import type { Screen } from "../../cli/terminal/screen.ts";
import { RunId } from "../../lambda/model/token.ts";
import { NOW, observedSnapshotOf, type Situation } from "../plan/builders.ts";

/** The filters of a `status` that was asked for nothing in particular. */
export const ANY = { tokens: [], due: false, withinMs: undefined, drift: false, all: false };
export const RUN = v.parse(RunId, "status");

export async function seenIn(situation: Situation): Promise<Seen> {
  const { snapshot } = await observedSnapshotOf(situation, true);
  return forecastOf(snapshot, NOW, RUN);
}

/** A screen without colours, and what is on it. */
export function screenOf(width: number): { readonly screen: Screen; readonly lines: string[] } {
  const lines: string[] = [];
  return {
    screen: {
      width,
      typed: (text: string) => text,
      paint: (_, text) => text,
      line: (text = "") => void lines.push(text),
    },
    lines,
  };
}
