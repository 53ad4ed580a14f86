import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };
const RUN = "Losant Token Rotation Run Completed";

const deadBus: Intercept = ({ operation }) =>
  operation === "publish" ? { before: new RotationError("bus-unavailable", "planted") } : {};

function eventsOf(world: World, kind: string) {
  return world.events.filter(({ detailType }) => detailType === `Losant API Token ${kind}`);
}

function newest(world: World) {
  const token = world.losant.tokens(APP).at(-1);
  if (token === undefined) throw new Error("there is no token");
  return token;
}

/** A token that was rotated twice: the first of the two successors is the one whose grace runs. */
async function rotatedTwice(retire: object) {
  const world = new World({ policy: { retire: { unread: "ignore", ...retire } } });
  world.token("backend", DUE);
  await world.run();
  world.clock.advance(HOUR);
  const former = newest(world);
  await world.run({ tokens: [former.id], force: true });
  world.clock.advance(HOUR);
  const secretName = world.secretOf("backend");
  const secretArn = world.secrets.get(secretName).arn;
  const about = {
    schemaVersion: "1",
    trigger: "manual",
    applicationId: APP,
    tokenId: former.id,
    tokenName: "backend",
    expirationDate: former.expirationDate?.toISOString(),
    secretName,
    secretArn,
  };
  return { world, former, secretName, secretArn, about };
}

describe("the event of a rotation", () => {
  it("says which token is current in which secret, in the place of which, and why", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    await world.run({ trigger: "schedule" }, { runId: "run-1" });
    const { id: tokenId, expirationDate } = newest(world);
    const secretName = world.secretOf("backend");
    const secretArn = world.secrets.get(secretName).arn;
    const versionId = `losant-${tokenId}-${id}`;
    expect(eventsOf(world, "Rotated")).toEqual([
      {
        detailType: "Losant API Token Rotated",
        resources: [secretArn],
        detail: {
          schemaVersion: "1",
          runId: "run-1",
          trigger: "schedule",
          key: versionId,
          applicationId: APP,
          tokenId,
          replacedTokenId: id,
          tokenName: "backend",
          expirationDate: expirationDate?.toISOString(),
          secretName,
          secretArn,
          versionId,
          reason: "renewal-window",
          headline: expect.stringMatching(
            /^Losant API token “backend” of application \w{24} was renewed\. The new token expires in 364 days, on /,
          ),
          advice: "Nothing, if its consumers read the secret again.",
        },
      },
    ]);
  });

  it("has the same key when it is sent again, by whichever run", async () => {
    const world = new World();
    world.token("backend", DUE);
    const error = new RotationError("store-denied", "planted");
    const stuck: Intercept = ({ operation }) => (operation === "detach" ? { before: error } : {});
    await world.run({}, { intercept: stuck });
    await world.run({}, { intercept: stuck });
    const { report } = await world.run();
    expect(report.summary).toMatchObject({ announced: 1, failed: 0 });
    const [first, ...again] = eventsOf(world, "Rotated").map(({ detail }) => detail);
    expect(again).toHaveLength(2);
    for (const { key, versionId, tokenId, secretArn } of again)
      expect({ key, versionId, tokenId, secretArn }).toEqual({
        key: first?.versionId,
        versionId: first?.versionId,
        tokenId: first?.tokenId,
        secretArn: first?.secretArn,
      });
    expect(again.map(({ reason, expirationDate }) => [reason, expirationDate])).toEqual(
      Array(2).fill(["unannounced", first?.expirationDate]),
    );
  });

  it("is owed where its first version lost the label that says so: that is put back before it is sent", async () => {
    const world = new World({ settings: { firstVersionKeepsLabel: false } });
    world.token("backend", DUE);
    await world.run({}, { intercept: deadBus });
    const { id } = newest(world);
    expect(world.secrets.get(world.secretOf("backend")).labels.has(`rotating-${id}`)).toBe(true);
    expect((await world.run()).report.summary).toMatchObject({ announced: 1, failed: 0 });
    expect(eventsOf(world, "Rotated")).toHaveLength(1);
  });

  it("of a resumed rotation says that, and which it is", async () => {
    const { world } = await rotatedTwice({});
    const current = newest(world);
    const dying: Intercept = ({ operation }) => (operation === "promote" ? { before: "crash" } : {});
    void world.start({ tokens: [current.id], force: true }, { intercept: dying });
    await world.clock.run(world.clock.sleep(HOUR));
    const { report } = await world.run();
    const versionId = `losant-${newest(world).id}-${current.id}`;
    expect(report.tokens.find(({ tokenId }) => tokenId === current.id)).toMatchObject({
      action: "resume",
      outcome: "resumed",
      successorId: newest(world).id,
      versionId,
    });
    expect(eventsOf(world, "Rotated").at(-1)?.detail).toMatchObject({ key: versionId, reason: "unfinished" });
  });
});

describe("the event of a retirement", () => {
  it("tells a deactivation from a deletion, under different keys", async () => {
    const { world, former, secretArn, about } = await rotatedTwice({
      deactivateAfter: "1d",
      deleteAfter: "30d",
    });
    world.clock.advance(10 * DAY);
    await world.run({}, { runId: "one" });
    world.clock.advance(30 * DAY);
    await world.run({}, { runId: "two" });
    expect(eventsOf(world, "Retired")).toEqual(
      (["deactivated", "deleted"] as const).map((step, index) => ({
        detailType: "Losant API Token Retired",
        resources: [secretArn],
        detail: {
          ...about,
          runId: ["one", "two"][index],
          key: `${former.id}-${step}`,
          reason: "grace-over",
          step,
          successorRead: "unread",
          headline: `Losant API token “backend” of application ${APP} was ${step}. Reason: was replaced, and its grace period has ended. Nobody has read its successor.`,
          advice: "Nothing, if nobody uses the old string. See RUNBOOK.md#reasons",
        },
      })),
    );
    expect(world.losant.tokens(APP).map(({ id }) => id)).not.toContain(former.id);
  });

  it("which the bus refuses fails the run, and the token is retired all the same", async () => {
    const { world, former } = await rotatedTwice({ deactivateAfter: "1d" });
    world.clock.advance(10 * DAY);
    const { report, codes } = await world.run({}, { intercept: deadBus });
    expect(report.tokens.find(({ tokenId }) => tokenId === former.id)).toMatchObject({
      action: "retire",
      outcome: "deactivated",
      code: "bus-unavailable",
    });
    expect(codes).toEqual(["bus-unavailable"]);
  });
});

describe("the event of a discarded token", () => {
  it("says which it was, and of which secret", async () => {
    const { world, secretArn, secretName } = await rotatedTwice({});
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({ tokens: [newest(world).id], force: true }, { intercept: dying });
    await world.clock.run(world.clock.sleep(2 * HOUR));
    const orphan = newest(world);
    await world.run({}, { runId: "run-9" });
    expect(eventsOf(world, "Orphan Discarded")).toEqual([
      {
        detailType: "Losant API Token Orphan Discarded",
        resources: [secretArn],
        detail: {
          schemaVersion: "1",
          runId: "run-9",
          trigger: "manual",
          key: `${orphan.id}-discarded`,
          applicationId: APP,
          tokenId: orphan.id,
          tokenName: "backend",
          expirationDate: orphan.expirationDate?.toISOString(),
          secretName,
          secretArn,
          reason: "orphan",
          step: "deactivated",
          headline: `Losant API token “backend” of application ${APP} was deactivated. Reason: its string is stored nowhere: a run was interrupted.`,
          advice: "Nothing, if nobody uses it. To keep it, activate it in Losant within a week.",
        },
      },
    ]);
  });
});

describe("the event of a run", () => {
  it("says what it did, whether all went well, and in which applications nothing could be done", async () => {
    const other = "675ec8687ae143cd83dc4a97";
    const world = new World({ applications: [APP, other] });
    world.losant.edit(other, world.losant.tokens(other)[0]?.id ?? "", { status: "inactive" });
    world.token("backend", DUE);
    const { report } = await world.run({ trigger: "schedule" }, { runId: "run-1" });
    expect(world.events.at(-1)).toEqual({
      detailType: RUN,
      resources: [],
      detail: {
        schemaVersion: "1",
        runId: "run-1",
        trigger: "schedule",
        key: "run-1",
        startedAt: report.startedAt,
        finishedAt: report.finishedAt,
        succeeded: false,
        summary: report.summary,
        failedApplications: [{ applicationId: other, code: "access-token-rejected" }],
      },
    });
  });

  it("that the bus refuses fails the run, and says which event it was", async () => {
    const world = new World();
    const { failures, report } = await world.run({}, { intercept: deadBus });
    expect(failures).toEqual(["the event of the completed run: bus-unavailable: planted"]);
    expect(report.summary.failed).toBe(1);
  });
});

describe("a dry run", () => {
  it.each<[string, Intercept]>([
    [
      "an application can't be listed",
      ({ operation }) =>
        operation === "list" ? { before: new RotationError("losant-unavailable", "planted") } : {},
    ],
    [
      "a secret can't be described",
      ({ operation }) =>
        operation === "describe" ? { before: new RotationError("store-denied", "planted") } : {},
    ],
  ])("publishes nothing, also where %s", async (_, intercept) => {
    const world = new World({ policy: { exclude: ["left alone"] } });
    world.token("left alone", { age: 358 * DAY, lifetime: 365 * DAY });
    world.token("backend", { age: 358 * DAY, lifetime: 365 * DAY });
    const { failures } = await world.run({ trigger: "schedule", dryRun: true }, { intercept });
    expect(failures.length).toBeGreaterThan(0);
    expect(world.events).toEqual([]);
    await world.run({ trigger: "schedule" }, { intercept });
    expect(world.events.length).toBeGreaterThan(0);
  });

  it("warns nobody of its own access token either", async () => {
    const world = new World({ policy: { exclude: ["own"] } });
    const own = world.token("own", { lifetime: 7 * DAY, scope: ["all.Application"] });
    world.aws.putSecret(`losant-access/${APP}`, own.token);
    await world.run({ trigger: "schedule", dryRun: true });
    expect(world.events).toEqual([]);
    await world.run({ trigger: "schedule" });
    expect(eventsOf(world, "Expiring")).toHaveLength(1);
  });
});

describe("a secret", () => {
  it("holds what the README says, and nothing else", async () => {
    const world = new World();
    world.token("backend", { ...DUE, scope: ["application.get", "devices.get"] });
    await world.run();
    const { id: tokenId, expirationDate } = newest(world);
    const value = JSON.parse(world.aws.value(world.secretOf("backend")) ?? "{}");
    expect(value).toEqual({
      token: expect.stringMatching(/^eyJ/),
      tokenId,
      applicationId: APP,
      name: "backend",
      scope: ["application.get", "devices.get"],
      expirationDate: expirationDate?.toISOString(),
    });
    expect(world.losant.tokenIdOf(value.token)).toBe(tokenId);
  });

  it("holds the string alone where the policy says so", async () => {
    const world = new World({ policy: { secretFormat: "plain" } });
    world.token("backend", DUE);
    await world.run();
    expect(world.losant.tokenIdOf(world.aws.value(world.secretOf("backend")) ?? "")).toBe(newest(world).id);
  });
});

describe("a successor", () => {
  it("is called and described as its predecessor, with a line of its own, and lives as long", async () => {
    const world = new World();
    const { id } = world.token("backend", { ...DUE, description: "For the backend.\nAsk Ann." });
    await world.run({}, { runId: "run-7" });
    const { name, description, scope, status, creationDate, expirationDate } = newest(world);
    const { arn } = world.secrets.get(world.secretOf("backend"));
    expect({ name, scope, status }).toEqual({
      name: "backend",
      scope: ["application.get"],
      status: "active",
    });
    expect(description?.split("\n")).toEqual([
      "For the backend.",
      "Ask Ann.",
      expect.stringMatching(
        `^\\[losant-token-rotation replaces=${id} secret=${arn} run=run-7 ordered=\\S+Z expires=\\S+Z mac=[a-f\\d]{64}\\]$`,
      ),
    ]);
    // Another part of an hour for each, so that no two tokens fit one marker.
    const earlierMs = creationDate.getTime() + 365 * DAY - (expirationDate?.getTime() ?? 0);
    expect(earlierMs).toBeGreaterThan(0);
    expect(earlierMs).toBeLessThan(HOUR);
  });
});
