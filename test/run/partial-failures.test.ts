import { describe, expect, it } from "vitest";
import { issue } from "../../lambda/apply/issue.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { Rotate } from "../../lambda/plan/actions.ts";
import { actionsOf, applicationOf, arnOf, NOW, token } from "../plan/builders.ts";
import { VirtualClock } from "../support/clock.ts";
import type { Intercept, Operation } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };

const failing =
  (...operations: readonly Operation[]): Intercept =>
  ({ operation }) =>
    operations.includes(operation) ? { before: new RotationError("store-denied", "planted") } : {};

async function rotatedOnce() {
  const world = new World();
  world.token("backend", DUE);
  await world.run();
  world.clock.advance(HOUR);
  return { world, current: newest(world), secretName: world.secretOf("backend") };
}

function newest(world: World): string {
  return world.losant.tokens(APP).at(-1)?.id ?? "";
}

/** A second rotation, which died at this call: its token. */
async function diedAt(world: World, current: string, fatal: Operation): Promise<string> {
  const dying: Intercept = ({ operation }) => (operation === fatal ? { before: "crash" } : {});
  void world.start({ tokens: [current], force: true }, { intercept: dying });
  await world.clock.run(world.clock.sleep(HOUR));
  return newest(world);
}

describe("what is done although its end fails", () => {
  it("is an announcement whose label does not come off: the event is sent again", async () => {
    const { world, current } = await rotatedOnce();
    const successor = await diedAt(world, current, "publish");
    const { report } = await world.run({}, { intercept: failing("detach") });
    expect(report.tokens.find(({ tokenId }) => tokenId === successor)).toMatchObject({
      action: "announce",
      outcome: "announced",
      versionId: `losant-${successor}-${current}`,
      code: "store-denied",
    });
    expect(report.summary).toMatchObject({ announced: 1, failed: 1 });
    expect((await world.run()).report.summary).toMatchObject({ announced: 1, failed: 0 });
  });

  it("is the end of an orphan of which nobody could be told", async () => {
    const { world, current } = await rotatedOnce();
    const orphan = await diedAt(world, current, "stage");
    const { report } = await world.run({}, { intercept: failing("publish") });
    expect(report.tokens.find(({ tokenId }) => tokenId === orphan)).toMatchObject({
      action: "discard",
      outcome: "discarded",
      code: "store-denied",
    });
    expect(world.losant.tokens(APP).find(({ id }) => id === orphan)?.status).toBe("inactive");
  });

  it("is the end of a staged token whose label does not come off: a later run takes it off", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const staged = await diedAt(world, current, "promote");
    world.losant.edit(APP, current, { status: "inactive" });
    world.clock.advance(3 * DAY);
    const { report } = await world.run({}, { intercept: failing("detach") });
    expect(report.tokens.find(({ tokenId }) => tokenId === staged)).toMatchObject({
      action: "discard",
      reason: "lost-race",
      outcome: "discarded",
      code: "store-denied",
    });
    const label = `rotating-${staged}`;
    expect(world.secrets.get(secretName).labels.has(label)).toBe(true);
    expect((await world.run()).failures).toEqual([]);
    expect(world.secrets.get(secretName).labels.has(label)).toBe(false);
  });

  it("is a label that does not come off a version which owes nothing: it is said of the token it holds", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const root = world.losant.tokens(APP)[1]?.id;
    await world.run({ tokens: [current], force: true });
    world.aws.moveLabel(secretName, `rotating-${current}`, `losant-${current}-${root}`);
    const { report, failures } = await world.run({}, { intercept: failing("detach") });
    expect(report.tokens.find(({ tokenId }) => tokenId === current)).toMatchObject({
      action: "announce",
      reason: "unannounced",
      outcome: "failed",
      code: "store-denied",
    });
    expect(failures).toHaveLength(1);
  });
});

describe("a rotation that an earlier run began", () => {
  it("is not finished where its successor has expired since", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const staged = await diedAt(world, current, "promote");
    const intercept: Intercept = ({ operation }) => {
      if (operation === "get") world.losant.edit(APP, staged, { expirationDate: world.clock.now() });
      return {};
    };
    const { report } = await world.run({}, { intercept });
    expect(report.tokens.find(({ tokenId }) => tokenId === current)).toMatchObject({
      action: "resume",
      outcome: "deferred",
    });
    expect(world.losant.tokenIdOf(world.stringIn(secretName) ?? "")).toBe(current);
  });

  it("leaves its token where another successor of the same token became current: the run that made it may be at it", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const staged = await diedAt(world, current, "promote");
    const intercept: Intercept = ({ operation }) => {
      if (operation === "promote")
        world.aws.putSecret(secretName, "another", `losant-${"a".repeat(24)}-${current}`);
      return {};
    };
    const { report } = await world.run({}, { intercept });
    expect(report.tokens.find(({ tokenId }) => tokenId === current)).toMatchObject({
      action: "resume",
      reason: "lost-race",
      outcome: "deferred",
      successorId: staged,
    });
    expect(world.losant.tokens(APP).map(({ id }) => id)).toContain(staged);
    expect(world.secrets.get(secretName).labels.has(`rotating-${staged}`)).toBe(true);
  });
});

describe("a secret that was just made", () => {
  /** From the first look after its creation on, so many looks don't see it. */
  function unseen(world: World, looks: number): Intercept {
    let hidden: ReturnType<typeof world.secrets.get> | undefined;
    let isMade = false;
    let left = looks;
    return ({ operation }) => {
      if (operation === "createSecret") isMade = true;
      else if (operation === "describe" && isMade && left > 0) {
        left -= 1;
        const found = world.secrets.find(world.secretOf("backend"));
        if (found !== undefined) hidden = found;
        if (found !== undefined) world.secrets.remove(found);
      } else if (operation === "describe" && hidden !== undefined) world.secrets.save(hidden);
      return {};
    };
  }

  it("says what it is for, and is waited for where it is not seen at once", async () => {
    const world = new World();
    world.token("backend", DUE);
    const { report, failures } = await world.run({}, { intercept: unseen(world, 10) });
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(1);
    expect(world.secrets.get(world.secretOf("backend")).description).toBe(
      `Losant API token "backend" of application ${APP}`,
    );
  });

  it("fails its token where it is not seen for twenty seconds, and nothing is issued", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const startedMs = world.clock.now().getTime();
    const { report } = await world.run({}, { intercept: unseen(world, Number.POSITIVE_INFINITY) });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject({
      outcome: "failed",
      code: "store-unavailable",
      message: expect.stringContaining("was created, but Secrets Manager doesn't find it"),
    });
    expect(world.clock.now().getTime() - startedMs).toBe(20_000);
    expect(world.losant.tokens(APP)).toHaveLength(2);
  });
});

describe("a token whose string could not be stored", () => {
  it.each([
    [6_000, 2],
    [9_000, 3],
  ])(
    "is tried to be deleted for eight seconds: with Losant away for %i ms, so many are left: %i",
    async (forMs, left) => {
      const world = new World();
      world.token("backend", DUE);
      let sinceMs: number | undefined;
      const intercept: Intercept = ({ operation }) => {
        if (operation === "stage") return { before: new RotationError("store-denied", "planted") };
        if (operation !== "delete") return {};
        const nowMs = world.clock.now().getTime();
        sinceMs ??= nowMs;
        return nowMs - sinceMs < forMs ? { before: new RotationError("losant-unavailable", "planted") } : {};
      };
      const { report } = await world.run({}, { intercept, budgetMs: 5 * MINUTE });
      expect(report.summary.failed).toBe(1);
      expect(world.losant.tokens(APP)).toHaveLength(left);
    },
  );
});

describe("an answer to a creation with the very token that is to be replaced", () => {
  it("is no successor, and nothing is deleted", async () => {
    const situation = { tokens: [token("root", { age: 350 * DAY, left: 15 * DAY })] };
    const action = actionsOf(situation).find((one): one is Rotate => one.kind === "rotate");
    if (action === undefined) throw new Error("it is due");
    const deleted: string[] = [];
    const context = {
      run: { clock: new VirtualClock(NOW), runId: "run-1" },
      application: applicationOf(situation),
      aheadMs: 0,
      wasListed: () => false,
      api: {
        create: async () => ({ token: action.subject, string: new Redacted("x") }),
        delete: async (id: string) => void deleted.push(id),
      },
    };
    await expect(
      issue(action, arnOf("losant/a/b"), applicationOf(situation).policy, context as never),
    ).rejects.toMatchObject({
      code: "losant-answer-invalid",
      effect: "unknown",
    });
    expect(deleted).toEqual([]);
  });
});
