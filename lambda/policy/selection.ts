import type { ApiToken } from "../model/token.ts";

/** What the event asks of particular tokens. Without `tokens` every token is selected and none is forced. */
export interface Selection {
  readonly tokens: readonly string[] | undefined;
  readonly force: boolean;
  readonly retireNow: boolean;
}

export const EVERYTHING: Selection = { tokens: undefined, force: false, retireNow: false };

/** Named by its id or its exact name. */
export function isNamed(token: ApiToken, { tokens }: Selection): boolean {
  return tokens?.some((entry) => matches(token, entry)) ?? false;
}

export function matches(token: ApiToken, entry: string): boolean {
  return entry === token.name || entry.toLowerCase() === token.id;
}

export function isSelected(token: ApiToken, selection: Selection): boolean {
  return selection.tokens === undefined || isNamed(token, selection);
}

export function isForced(token: ApiToken, selection: Selection): boolean {
  return selection.force && isNamed(token, selection);
}
