import * as v from "valibot";
import type { PutEvent } from "../emulators/aws/server.ts";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import type { Report, ReportRow } from "../lambda/report/report.ts";
import type { Emulators } from "./emulators.ts";
import type { Scenario } from "./scenario.ts";
import { stringIn } from "./seeding-store.ts";
import type { State } from "./state.ts";
import type { ExpectedToken } from "./story.ts";

/** One thing that has to be so, and what speaks against it. */
export interface Check {
  readonly claim: string;
  readonly problems: readonly string[];
}

const EFFECTS: ReadonlySet<string> = new Set(["rotate", "resume", "announce", "retire", "discard"]);

/** Each token of the scenario, and no other, has the outcome it should have: in a dry run, the plan of it. */
export function unexpectedRows({ tokens, dryRun }: Report, { expectations }: Scenario): readonly string[] {
  const rows = new Map(tokens.map((row) => [row.tokenId, row]));
  const strangers = tokens.filter(({ tokenId }) => !expectations.has(tokenId));
  return [
    ...strangers.map((row) => `${row.name ?? row.tokenId} (${row.tokenId}) should not be in the report`),
    ...[...expectations].flatMap(([id, { name, expected }]) => {
      const outcome = dryRun && EFFECTS.has(expected.action) ? "planned" : expected.outcome;
      const wanted = wordsOf({ ...expected, outcome });
      const found = wordsOf(rows.get(id));
      return found === wanted ? [] : [`${name} (${id}) should be ${wanted}, but is ${found}`];
    }),
  ];
}

function wordsOf(row: Pick<ReportRow, "action" | "reason" | "outcome"> | undefined): string {
  return row === undefined ? "missing" : `${row.action}/${row.reason}/${row.outcome}`;
}

/** Rows of a run that should have found nothing left to do. */
export function lateEffects({ tokens }: Report): readonly string[] {
  return tokens
    .filter(({ action, outcome }) => EFFECTS.has(action) || outcome === "failed")
    .map((row) => `${row.name ?? row.tokenId} is ${wordsOf(row)}`);
}

const DEAD_BY_HAND: ReadonlySet<string> = new Set(["revoked", "missing"]);

/** Each secret that a consumer can read holds a string that works, unless a person ended that token's life. */
export function strandedConsumers({ aws, losant }: Emulators, { expectations }: Scenario): readonly string[] {
  return aws.secretNames().flatMap((name) => {
    const value = aws.value(name);
    if (value === undefined) return [];
    const string = stringIn(value);
    const known = expectations.get(losant.tokenIdOf(string) ?? "");
    const isExcused = known !== undefined && DEAD_BY_HAND.has(known.expected.reason);
    return losant.accepts(string) || isExcused ? [] : [`the current string of ${name} does not work`];
  });
}

/** Consumers may still hold the old string: nothing that was replaced may have died of it. */
export function brokenPredecessors(before: State, after: State, { tokens }: Report): readonly string[] {
  const replaced = new Set(
    tokens.filter(({ action }) => action === "rotate" || action === "resume").map(({ tokenId }) => tokenId),
  );
  const statusNow = new Map(after.tokens.map(({ id, status }) => [id, status]));
  return before.tokens
    .filter(({ id, status }) => replaced.has(id) && statusNow.get(id) !== status)
    .map(({ name, id }) => `${name} (${id}) was changed although it may still be in use`);
}

/** A successor has the rights of the token that it replaces: no more, no less. */
export function otherScopes({ tokens: rows }: Report, { tokens }: State): readonly string[] {
  const scopes = new Map(tokens.map(({ id, scope }) => [id, JSON.stringify(scope.toSorted())]));
  return rows.flatMap(({ tokenId, successorId, name }) =>
    successorId === undefined || scopes.get(successorId) === scopes.get(tokenId)
      ? []
      : [`the successor of ${name} has another scope`],
  );
}

/** A `rotating-` label that is left says that an event is still owed. */
export function unsettledSecrets({ secrets }: State): readonly string[] {
  return secrets.flatMap(({ name, versions }) =>
    versions.flatMap(({ labels }) =>
      labels.filter((label) => label.startsWith("rotating-")).map((label) => `${name} still has ${label}`),
    ),
  );
}

/** Each event is as the catalogue has it; news comes once, and there is news of everything that was done. */
export function wrongEvents(events: readonly PutEvent[], { expectations }: Scenario): readonly string[] {
  const keys = events.map(
    ({ DetailType, Detail }) => `${DetailType} ${(JSON.parse(Detail) as { readonly key?: string }).key}`,
  );
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  const invalid = events.filter(({ DetailType, Detail }) => {
    const schema = Object.entries(EVENT_CATALOGUE).find(([type]) => type === DetailType)?.[1];
    return schema === undefined || !v.is(schema, JSON.parse(Detail));
  });
  const count = (type: string) => events.filter(({ DetailType }) => DetailType === type).length;
  const owed = [
    { type: "Losant API Token Rotated", actions: ["rotate", "resume", "announce"] },
    { type: "Losant API Token Retired", actions: ["retire"] },
    { type: "Losant API Token Orphan Discarded", actions: ["discard"] },
  ].map(({ type, actions }) => ({ type, due: countOf(expectations.values(), actions) }));
  return [
    ...twice.map((key) => `sent twice: ${key}`),
    ...invalid.map(({ DetailType }) => `not as its schema has it: ${DetailType}`),
    ...owed
      .filter(({ type, due }) => count(type) !== due)
      .map(({ type, due }) => `${count(type)} of ${due} events ${type}`),
    ...(count("Losant Token Rotation Run Completed") === 1 ? [] : ["not one event of a completed run"]),
  ];
}

function countOf(expectations: Iterable<ExpectedToken>, actions: readonly string[]): number {
  return [...expectations].filter(({ expected }) => actions.includes(expected.action)).length;
}

/** Where any token string is to be seen. `strings` are those of the scenario; those in secrets are known as well. */
export function leaks(
  places: Readonly<Record<string, string>>,
  { aws }: Emulators,
  { strings }: Scenario,
): readonly string[] {
  const stored = aws
    .secretNames()
    .flatMap((name) =>
      (aws.secret(name)?.versions ?? []).flatMap(({ versionId }) => aws.value(name, versionId) ?? []),
    );
  const known = [...strings, ...stored.map(stringIn)];
  return Object.entries(places)
    .filter(([, text]) => known.some((string) => text.includes(string)))
    .map(([place]) => `a token string is to be seen in ${place}`);
}
