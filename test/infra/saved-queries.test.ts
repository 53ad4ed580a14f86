import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type LogRecord, queried, textIn } from "../../pictures/log-query.ts";
import { Bundle, type Cloud, CREDENTIALS, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";
import { FLEET } from "./fleet.ts";
import { LocalLambda } from "./lambda.ts";
import { idOf, resourcesOf, synthesized } from "./synth.ts";

/** The text of each saved query, by the end of its name. */
const queries = new Map(
  Object.values(resourcesOf(synthesized({ config: FLEET }).template, "AWS::Logs::QueryDefinition")).map(
    ({ Properties }) => [String(Properties.Name), String(Properties.QueryString)],
  ),
);

const FORBIDDEN = idOf(7);

let cloud: Cloud;
let bundle: Bundle;
/**
 * What the deployed function wrote: each shard was looked at, then again after somebody had deactivated a successor, and then each had
 * no time.
 */
let log: readonly LogRecord[];

beforeAll(async () => {
  cloud = await startCloud();
  bundle = await new Bundle().build();
  const token = (name: string, more: object) =>
    cloud.losant.addToken(APP, {
      name,
      creationDate: new Date(Date.now() - 355 * DAY),
      expirationDate: new Date(Date.now() + 10 * DAY),
      ...more,
    });
  token("backend", { scope: ["devices.get"] });
  token("legacy", { scope: ["legacy.scope"] });
  const applications = [APP, FORBIDDEN].map((id) => ({ id, accessToken: `losant-access/${APP}` }));
  const lambda = await LocalLambda.start(bundle.folder, {
    ...CREDENTIALS,
    ...cloud.env({ fleet: true, schedule: "30m", applications }),
  });
  const both = async (timeoutMs?: number) => {
    for (const shard of [0, 1]) await lambda.invoke({ shard }, timeoutMs);
  };
  await both();
  const successor = cloud.losant.tokens(APP).findLast(({ name }) => name === "backend");
  cloud.losant.edit(APP, successor?.id ?? "", { status: "inactive" });
  await both();
  await both(1);
  // The last lines may arrive after the answer.
  await vi.waitFor(() => expect(lambda.output.match(/"run completed"/g)).toHaveLength(6));
  await lambda.stop();
  log = lambda.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .map(({ timestamp, ...fields }) => ({ "@timestamp": timestamp, ...fields }));
}, 60_000);

afterAll(async () => {
  bundle.remove();
  await cloud.close();
});

function shown(name: string) {
  const query = queries.get(`Test/TokenRotation/${name}`);
  if (query === undefined) throw new Error(`no query ${name}`);
  return queried(query, log).records;
}

test("the saved queries are these, in a folder with the path of the construct", () => {
  expect([...queries.keys()]).toEqual(
    ["Failures by code", "Who needs a person", "Applications not seen", "Slots"].map(
      (name) => `Test/TokenRotation/${name}`,
    ),
  );
});

describe("in the log that the deployed function writes, the saved query", () => {
  test("Failures by code counts failures and applications, with the most frequent code first, and says what to do", () => {
    const records = shown("Failures by code");
    expect(records.map(({ code, failures, applications }) => [code, failures, applications])).toEqual([
      ["scope-rejected", 2, 1],
      ["application-not-found", 2, 1],
      ["out-of-time", 2, 2],
    ]);
    for (const record of records) {
      expect(textIn(record, "lastProblem")).not.toBe("");
      expect(textIn(record, "whatToDo")).toContain("RUNBOOK.md#");
    }
  });

  test("Who needs a person shows the token, its expiry and why", () => {
    expect(
      shown("Who needs a person").map(({ token, secret, reason, failure }) => [
        token,
        secret,
        reason,
        failure,
      ]),
    ).toEqual([
      ["legacy", "losant/575ec8687ae143cd83dc4a97/legacy", "renewal-window", "scope-rejected"],
      ["backend", "losant/575ec8687ae143cd83dc4a97/backend", "revoked", undefined],
    ]);
  });

  test("Applications not seen lists each application that a run had no time for, and no other failure", () => {
    const records = shown("Applications not seen");
    expect(
      records.map(({ applicationId, lastCode, runs }) => [applicationId, lastCode, runs]).toSorted(),
    ).toEqual(
      [
        [APP, "out-of-time", 1],
        [FORBIDDEN, "out-of-time", 1],
      ].toSorted(),
    );
  });

  test("Slots shows the runs with their shard and what they did", () => {
    const records = shown("Slots");
    expect(records).toHaveLength(6);
    const numbers = [
      "shard.index",
      "applications.seen",
      "applications.failed",
      "applications.unseen",
      "summary.rotated",
      "summary.failed",
    ];
    expect(records.map((record) => numbers.map((field) => textIn(record, field)))).toEqual([
      ["1", "0", "0", "1", "0", "1"],
      ["0", "0", "0", "1", "0", "1"],
      ["1", "0", "1", "0", "0", "1"],
      ["0", "1", "0", "0", "0", "1"],
      ["1", "0", "1", "0", "0", "1"],
      ["0", "1", "0", "0", "1", "1"],
    ]);
  });

  test.each([...queries])("%s names only fields that its records have", (_, query) => {
    const fields = queried(query, log);
    for (const column of fields.columns)
      expect([column, fields.records.some((record) => textIn(record, column) !== "")]).toEqual([
        column,
        true,
      ]);
  });
});
