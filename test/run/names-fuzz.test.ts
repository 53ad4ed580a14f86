import { expect, test } from "vitest";
import { showOldStrings } from "../../cli/terminal/old-strings.ts";
import { showReport } from "../../cli/terminal/report-table.ts";
import type { Screen } from "../../cli/terminal/screen.ts";
import {
  between,
  isReadable,
  pick,
  prose,
  randomFrom,
  readersOf,
  tokenString,
  WRITINGS_IN_NAMES,
} from "../support/token-writings.ts";
import { APP, DAY, World } from "../support/world.ts";

/* Names that contain a token string, in every place where the worker outputs a name. */

/** `NAME_CASES=100000 node with-node.mjs npx vitest run test/run/names-fuzz.test.ts` for more of them. */
const CASES = Number(process.env.NAME_CASES ?? 200);
const IN_ONE_WORLD = 50;
const HALF_DEAD = { age: 350 * DAY, lifetime: 365 * DAY };

interface Case {
  readonly string: string;
  readonly name: string;
}

function caseOf(seed: number): Case {
  const random = randomFrom(seed);
  const string = tokenString(random);
  const written = pick(random, WRITINGS_IN_NAMES)(string, random);
  const before = between(random, 0, 1) === 0 ? "" : `${prose(random, 6)} `;
  return { string, name: `${before}${pick(random, ["", '"', "Bearer "])}${written} ${prose(random, 4)}` };
}

const CONTROL = /[\p{Control}\p{Bidi_Control}\u2028\u2029\p{Surrogate}]/u;

/** A run over all of them, a leak response for all of them, and a run for names that no token has. */
async function saidOf(cases: readonly Case[], fromFirst: number): Promise<readonly string[]> {
  const world = new World({ policy: { maxRotationsPerRun: 1_000 } });
  const ids = cases.map(({ name }, at) => world.token(name, at % 5 === 4 ? {} : HALF_DEAD).id);
  const refused = cases.map((_, at) => at).filter((at) => (at + fromFirst) % 7 === 0);
  const results = [await world.run({ dryRun: true })];
  // A secret that refuses everything: the messages about it contain its name.
  for (const at of refused) {
    const name = results[0]?.report.tokens.find(({ tokenId }) => tokenId === ids[at])?.secretName;
    if (name !== undefined) world.aws.deny(name, "CreateSecret", "PutSecretValue");
  }
  results.push(await world.run());
  results.push(await world.run({ tokens: ids, force: true, retireNow: true }));
  // The messages name this many of the entries that match nothing.
  results.push(await world.run({ tokens: cases.slice(0, 20).map(({ name }) => `${name} `) }));
  const lines: string[] = [];
  const screen: Screen = {
    width: 10_000,
    typed: (text) => text,
    paint: (_, text) => text,
    line: (text = "") => void lines.push(text),
  };
  for (const { report } of results) {
    showReport(report, screen);
    showOldStrings(report, screen);
  }
  expect(lines.filter((line) => CONTROL.test(line))).toEqual([]);
  const names = world.aws.secretNames().filter((name) => name.startsWith("losant/"));
  const secrets = names.flatMap((name) => [name, world.secrets.find(name)?.description ?? ""]);
  const values = names
    .map((name) => JSON.parse(world.aws.value(name) ?? "{}"))
    .map(({ token: _, ...rest }) => rest);
  const failures = results.flatMap((result) => result.failures);
  expect(results[1]?.report.summary.rotated).toBeGreaterThan(cases.length / 2);
  // At Losant, a successor has exactly the name of its predecessor.
  const given = new Set(["rotation worker", ...cases.map(({ name }) => name)]);
  expect(world.losant.tokens(APP).filter(({ name }) => !given.has(name))).toEqual([]);
  const documents = [values, world.events, world.log, results.map(({ report }) => report)];
  return [...new Set([...lines, ...failures, ...secrets, ...textsIn(documents)])];
}

/** Every text of a document. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

test(`no twelve characters of a token in a name leave the worker, in ${CASES} ways to write it`, async () => {
  const leaks: Case[] = [];
  for (let seed = 0; seed < CASES; seed += IN_ONE_WORLD) {
    const cases = Array.from({ length: IN_ONE_WORLD }, (_, at) => caseOf(seed + at));
    const canRead = readersOf(await saidOf(cases, seed));
    leaks.push(...cases.filter(({ string }) => canRead(string)));
  }
  expect(leaks.slice(0, 3)).toEqual([]);
  expect(leaks).toHaveLength(0);
}, 6_000_000);

test("it would be seen where it was not taken out", () => {
  const cases = Array.from({ length: 200 }, (_, seed) => caseOf(seed));
  expect(cases.filter(({ string, name }) => isReadable(string, name)).length).toBeGreaterThan(150);
  const canRead = readersOf(cases.map(({ name }) => name));
  expect(cases.filter(({ string, name }) => isReadable(string, name) && !canRead(string))).toEqual([]);
});
