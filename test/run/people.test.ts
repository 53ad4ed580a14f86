import { describe, expect, it } from "vitest";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const INTERVAL = 6 * HOUR;

async function rotatedOnce(name = "backend") {
  const world = new World();
  const root = world.token(name, { age: 350 * DAY, lifetime: 365 * DAY });
  const { report } = await world.run();
  const successorId = report.tokens.find(({ tokenId }) => tokenId === root.id)?.successorId ?? "";
  world.clock.advance(INTERVAL);
  return { world, root, successorId };
}

const reasons = (report: {
  readonly tokens: readonly { readonly tokenId: string; readonly reason: string }[];
}) => new Map(report.tokens.map(({ tokenId, reason }) => [tokenId, reason]));

describe("when people meddle", () => {
  it("gives a token with an odd name a valid secret of its own, the same one every time", async () => {
    const world = new World();
    const names = ["CI / deploy (prod) *", "my-server", "日本語", "x".repeat(255), "名".repeat(255), "plain"];
    for (const name of names) world.token(name, { age: 350 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(names.length);
    const secrets = world.aws.secretNames().filter((name) => name.startsWith("losant/"));
    expect(new Set(secrets).size).toBe(names.length);
    expect(secrets.some((name) => /-.{6}$/.test(name))).toBe(false);
  });

  it("tells two live tokens of one name apart by their ids", async () => {
    const world = new World();
    const [one, other] = [340, 341].map((age) =>
      world.token("twin", { age: age * DAY, lifetime: 365 * DAY }),
    );
    const { failures } = await world.run();
    expect(failures).toEqual([]);
    expect(
      world.aws
        .secretNames()
        .filter((name) => name.includes("twin"))
        .sort(),
    ).toEqual([`losant/${APP}/twin_${one?.id}`, `losant/${APP}/twin_${other?.id}`].sort());
    world.clock.advance(INTERVAL);
    expect((await world.run()).report.summary).toMatchObject({ rotated: 0, failed: 0 });
  });

  it("fails both tokens that an entry of `secrets` fits, naming both, and rotates the rest", async () => {
    const world = new World({ secrets: { twin: "prod/backend" } });
    const twins = [340, 341].map((age) => world.token("twin", { age: age * DAY, lifetime: 365 * DAY }).id);
    world.token("other", { age: 340 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run();
    expect(report.summary).toMatchObject({ rotated: 1, failed: 2 });
    for (const id of twins) expect(failures.every((failure) => failure.includes(id))).toBe(true);
  });

  it("keeps the secret of a token that somebody renamed after its rotation", async () => {
    const { world, successorId } = await rotatedOnce();
    world.losant.edit(APP, successorId, { name: "renamed" });
    world.clock.advance(340 * DAY);
    const { report } = await world.run();
    expect(report.tokens.find(({ tokenId }) => tokenId === successorId)).toMatchObject({
      outcome: "rotated",
      secretName: world.secretOf("backend"),
    });
  });

  it("does not rotate a token twice whose successor lost its marker", async () => {
    const { world, root, successorId } = await rotatedOnce();
    world.losant.edit(APP, successorId, { description: "wiped" });
    const { report } = await world.run();
    expect(report.summary.rotated).toBe(0);
    expect(reasons(report).get(root.id)).toBe("superseded");
    world.clock.advance(340 * DAY);
    const later = await world.run();
    expect(later.report.tokens.find(({ tokenId }) => tokenId === successorId)).toMatchObject({
      outcome: "rotated",
      secretName: world.secretOf("backend"),
    });
  });

  it("never resurrects what somebody deactivated or deleted", async () => {
    const { world, successorId } = await rotatedOnce();
    world.losant.edit(APP, successorId, { status: "inactive" });
    expect(reasons((await world.run()).report).get(successorId)).toBe("revoked");
    world.losant.remove(APP, successorId);
    const { report } = await world.run();
    expect(reasons(report).get(successorId)).toBe("missing");
    expect(report.summary).toMatchObject({ rotated: 0, failed: 0 });
  });

  it("makes the secret anew that somebody deleted, once, for the token that was in it", async () => {
    const { world, root, successorId } = await rotatedOnce();
    const secretName = world.secretOf("backend");
    const before = world.secrets.get(secretName).arn;
    world.aws.scheduleDeletion(secretName, 30);
    world.clock.advance(31 * DAY);
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.tokens.find(({ tokenId }) => tokenId === successorId)).toMatchObject({
      outcome: "rotated",
      reason: "moved",
      formerSecretArn: before,
    });
    expect(world.losant.accepts(world.stringIn(secretName) ?? "")).toBe(true);
    expect(world.events.find(({ detailType }) => detailType.endsWith("Rotated") && detailType)).toBeDefined();
    for (let run = 0; run < 5; run += 1) {
      world.clock.advance(INTERVAL);
      const after = await world.run();
      expect(after.report.summary).toMatchObject({ rotated: 0, failed: 0 });
      expect(reasons(after.report).get(successorId)).toBe("superseded");
      expect(reasons(after.report).get(root.id)).toBe("superseded");
    }
  });

  it("takes the predecessor back as the start of the lineage when it is named with force", async () => {
    const { world, root, successorId } = await rotatedOnce();
    world.losant.remove(APP, successorId);
    const { report, failures } = await world.run({ tokens: [root.id], force: true });
    expect(failures).toEqual([]);
    expect(report.tokens.find(({ tokenId }) => tokenId === root.id)).toMatchObject({
      outcome: "rotated",
      reason: "forced",
    });
    expect(world.losant.accepts(world.stringIn(world.secretOf("backend")) ?? "")).toBe(true);
    expect(world.aws.secretNames().filter((name) => name.includes("backend"))).toHaveLength(1);
  });

  it("holds after somebody rolled back, until it is forced", async () => {
    const { world, successorId } = await rotatedOnce();
    await world.run({ tokens: [successorId], force: true });
    world.clock.advance(INTERVAL);
    world.aws.moveLabel(world.secretOf("backend"), "AWSCURRENT", "AWSPREVIOUS");
    const held = await world.run();
    expect(reasons(held.report).get(successorId)).toBe("rolled-back");
    expect(held.report.summary.rotated).toBe(0);
    const forced = await world.run({ tokens: [successorId], force: true });
    expect(forced.report.summary.rotated).toBe(1);
    expect(forced.failures).toEqual([]);
  });

  it("deactivates a leaked token as soon as its successor is current and announced", async () => {
    const world = new World();
    const leaked = world.token("backend", { age: 10 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run(
      { tokens: [leaked.id], force: true, retireNow: true },
      { runId: "leak" },
    );
    expect(failures).toEqual([]);
    expect(report.summary).toMatchObject({ rotated: 1, retired: 1 });
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(world.events.map(({ detailType }) => detailType)).toEqual([
      "Losant API Token Rotated",
      "Losant API Token Retired",
      "Losant Token Rotation Run Completed",
    ]);
    // Lambda can deliver the same event again.
    const again = await world.run({ tokens: [leaked.id], force: true, retireNow: true }, { runId: "leak" });
    expect(again.report.summary).toMatchObject({ rotated: 0, retired: 0, failed: 0 });
  });

  it("fails the run for a token nobody has, after doing all else", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run({ tokens: ["backend", "nobody"] });
    expect(report.summary).toMatchObject({ rotated: 1, failed: 1 });
    expect(failures).toEqual([expect.stringContaining('"nobody"')]);
  });

  it("writes nothing and emits nothing in a dry run, whose report says what the real one would do", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const before = world.aws.secretNames();
    const writes: string[] = [];
    const { report } = await world.run(
      { dryRun: true },
      {
        intercept: ({ operation, isWrite }) => {
          if (isWrite) writes.push(operation);
          return {};
        },
      },
    );
    expect(writes).toEqual([]);
    expect(world.aws.secretNames()).toEqual(before);
    expect(world.events).toEqual([]);
    expect(report.tokens.find(({ name }) => name === "backend")).toMatchObject({
      action: "rotate",
      outcome: "planned",
    });
    expect(report.summary).toMatchObject({ planned: 1, rotated: 0 });
  });

  it("leaves the tokens of a worker in another account alone", async () => {
    const { world, successorId } = await rotatedOnce();
    let count = 0;
    const ids = () => `7${String(++count).padStart(23, "0")}`;
    const abroad = new World({ settings: { account: "999988887777" }, ids });
    for (const { expirationDate, creatorType, ...token } of world.losant.tokens(APP)) {
      const dates = expirationDate === undefined ? {} : { expirationDate };
      abroad.losant.addToken(APP, {
        ...token,
        ...dates,
        description: token.description ?? "",
        creatorType: creatorType ?? "user",
      });
    }
    abroad.clock.advance(340 * DAY);
    const { report } = await abroad.run();
    expect(reasons(report).get(successorId)).toBe("foreign");
    expect(report.summary).toMatchObject({ rotated: 0, discarded: 0, retired: 0 });
  });
});

describe("the worker's own credential", () => {
  it("is rotated first, verified by a listing, and never locks the worker out through two years", async () => {
    const world = new World({
      secrets: { "own token": `losant-access/${APP}` },
      policy: { retire: { unread: "ignore", deactivateAfter: "1d", deleteAfter: "2d" } },
    });
    const own = world.losant.addToken(APP, {
      name: "own token",
      creationDate: world.clock.now(),
      expirationDate: new Date(world.clock.now().getTime() + 90 * DAY),
      scope: ["applicationApiTokens.*", "applicationApiToken.*"],
    });
    world.aws.putSecret(`losant-access/${APP}`, own.token);
    let rotated = 0;
    for (let day = 0; day < 730; day += 1) {
      const { report, failures } = await world.run();
      expect(failures).toEqual([]);
      rotated += report.summary.rotated;
      world.clock.advance(DAY);
    }
    expect(rotated).toBe(12);
  });

  it("falls back to the previous version when the current one is rejected, and doesn't retire that", async () => {
    const world = new World({
      secrets: { own: `losant-access/${APP}` },
      policy: { retire: { unread: "ignore", deactivateAfter: "1h" } },
    });
    world.token("own", { age: 350 * DAY, lifetime: 365 * DAY, scope: ["all.Application"] });
    const first = world.losant.addToken(APP, { name: "by hand", scope: ["all.Application"] });
    world.aws.putSecret(`losant-access/${APP}`, first.token);
    world.aws.putSecret(`losant-access/${APP}`, "a string that Losant has never seen");
    const { report } = await world.run({ dryRun: true });
    expect(report.applications).toEqual([{ applicationId: APP, outcome: "ok" }]);
  });
});
