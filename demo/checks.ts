import * as v from "valibot";
import type { PutEvent } from "../emulators/aws/server.ts";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import type { Report, ReportRow } from "../lambda/report/report.ts";
import type { Emulators } from "./emulators.ts";
import type { Scenario } from "./scenario.ts";
import { stringIn } from "./seeding-store.ts";
import type { State } from "./state.ts";
import type { ExpectedToken } from "./story.ts";

/** One check: what must be true, and the problems that were found. */
export interface Check {
  readonly claim: string;
  readonly problems: readonly string[];
}

const EFFECTS: ReadonlySet<string> = new Set(["rotate", "resume", "announce", "retire", "discard"]);

/** Each token of the scenario, and no other, has the expected outcome. In a dry run, it is planned. */
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

/** Rows that show an effect or a failure, in a run that should have nothing left to do. */
export function lateEffects({ tokens }: Report): readonly string[] {
  return tokens
    .filter(({ action, outcome }) => EFFECTS.has(action) || outcome === "failed")
    .map((row) => `${row.name ?? row.tokenId} is ${wordsOf(row)}`);
}

const DEAD_BY_HAND: ReadonlySet<string> = new Set(["revoked", "missing"]);

/** Each secret that a consumer can read holds a string that works, unless a person deactivated or deleted the token. */
export function strandedConsumers({ aws, losant }: Emulators, { expectations }: Scenario): readonly string[] {
  return aws.secretNames().flatMap((name) => {
    const value = aws.value(name);
    if (value === undefined) return [];
    const string = stringIn(value);
    const known = expectations.get(losant.tokenIdOf(string) ?? "");
    const isExcused = known !== undefined && DEAD_BY_HAND.has(known.expected.reason);
    return losant.accepts(string) || isExcused ? [] : [`the current string of ${name} doesn't work`];
  });
}

/** Consumers may still hold the old string, so a replaced token must still work. */
export function brokenPredecessors(before: State, after: State, { tokens }: Report): readonly string[] {
  const replaced = new Set(
    tokens.filter(({ action }) => action === "rotate" || action === "resume").map(({ tokenId }) => tokenId),
  );
  const statusNow = new Map(after.tokens.map(({ id, status }) => [id, status]));
  return before.tokens
    .filter(({ id, status }) => replaced.has(id) && statusNow.get(id) !== status)
    .map(({ name, id }) => `${name} (${id}) was changed although it may still be in use`);
}

/** A successor has the same scope as its predecessor. */
export function otherScopes({ tokens: rows }: Report, { tokens }: State): readonly string[] {
  const scopes = new Map(tokens.map(({ id, scope }) => [id, JSON.stringify(scope.toSorted())]));
  return rows.flatMap(({ tokenId, successorId, name }) =>
    successorId === undefined || scopes.get(successorId) === scopes.get(tokenId)
      ? []
      : [`the successor of ${name} has another scope`],
  );
}

/** A `rotating-` label that is left means that an event has not been sent yet. */
export function unsettledSecrets({ secrets }: State): readonly string[] {
  return secrets.flatMap(({ name, versions }) =>
    versions.flatMap(({ labels }) =>
      labels.filter((label) => label.startsWith("rotating-")).map((label) => `${name} still has ${label}`),
    ),
  );
}

/** Each event matches its schema, no event is sent twice, and there is an event for everything that was done. */
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
    ...invalid.map(({ DetailType }) => `doesn't match its schema: ${DetailType}`),
    ...owed
      .filter(({ type, due }) => count(type) !== due)
      .map(({ type, due }) => `${count(type)} of ${due} events ${type}`),
    ...(count("Losant Token Rotation Run Completed") === 1
      ? []
      : ["there is not exactly one event for the completed run"]),
  ];
}

function countOf(expectations: Iterable<ExpectedToken>, actions: readonly string[]): number {
  return [...expectations].filter(({ expected }) => actions.includes(expected.action)).length;
}

/** Places that show a token string: one of the scenario's `strings`, or one from a secret. */
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
    .map(([place]) => `a token string is visible in ${place}`);
}
