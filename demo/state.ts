import type { SecretView } from "../emulators/aws/server.ts";
import type { StoredToken } from "../emulators/losant/server.ts";
import type { Emulators } from "./emulators.ts";
import { STORIES } from "./scenario.ts";

/** The state of both services at one moment, without the strings. */
export interface State {
  readonly tokens: readonly StoredToken[];
  readonly secrets: readonly SecretView[];
}

export function stateOf({ losant, aws }: Emulators): State {
  return {
    tokens: STORIES.flatMap(({ id }) => losant.tokens(id)),
    secrets: aws.secretNames().flatMap((name) => aws.secret(name) ?? []),
  };
}

export function sameState(one: State, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The secrets that are new or changed. */
export function changedSecrets(before: State, after: State): readonly SecretView[] {
  const known = new Map(before.secrets.map((secret) => [secret.name, JSON.stringify(secret)]));
  return after.secrets.filter((secret) => known.get(secret.name) !== JSON.stringify(secret));
}

const READS: ReadonlySet<string> = new Set([
  "application",
  "list",
  "get",
  "GetSecretValue",
  "DescribeSecret",
  "ListSecrets",
  "ListSecretVersionIds",
]);

/** The calls of both services since that point. */
export function callsSince(
  { losant, aws }: Emulators,
  mark: CallMark,
): { readonly reads: number; readonly writes: readonly string[] } {
  const calls = [...losant.calls.slice(mark.losant), ...aws.calls.slice(mark.aws)];
  const writes = calls.filter((call) => !READS.has(call));
  return { reads: calls.length - writes.length, writes };
}

export interface CallMark {
  readonly losant: number;
  readonly aws: number;
}

export function markCalls({ losant, aws }: Emulators): CallMark {
  return { losant: losant.calls.length, aws: aws.calls.length };
}
