import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import { EVENT_CATALOGUE } from "../../lambda/model/events.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };

function eventsOf(world: World, kind: string) {
  return world.events.filter(({ detailType }) => detailType === `Losant API Token ${kind}`);
}

describe("the event of a failure", () => {
  it("says which token, what went wrong, whether it may pass, and what to do", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const expirationDate = new Date(world.clock.now().getTime() + 15 * DAY).toISOString();
    const before = new RotationError("scope-rejected", "planted");
    const intercept: Intercept = ({ operation }) => (operation === "create" ? { before } : {});
    await world.run({}, { intercept, runId: "run-1" });
    // The empty secret was made before: the plan did not know its ARN.
    expect(eventsOf(world, "Rotation Failed")).toEqual([
      {
        detailType: "Losant API Token Rotation Failed",
        resources: [],
        detail: {
          schemaVersion: "1",
          runId: "run-1",
          trigger: "manual",
          key: `${id}-scope-rejected-run-1`,
          applicationId: APP,
          tokenId: id,
          tokenName: "backend",
          expirationDate,
          secretName: world.secretOf("backend"),
          reason: "renewal-window",
          code: "scope-rejected",
          message: "planted",
          retryable: false,
          remedy: expect.stringMatching(/Create a token with a current scope in Losant.*#scope-rejected$/),
          headline: expect.stringMatching(
            /“backend” of application \w{24} could not be renewed: scope-rejected\. It expires in 15 days, on .* UTC\.$/,
          ),
          advice: expect.stringMatching(/Create a token with a current scope in Losant.*#scope-rejected$/),
        },
      },
    ]);
  });

  it("after the successor became current is about that one, and names its version", async () => {
    const world = new World();
    world.token("backend", DUE);
    await world.run();
    world.clock.advance(HOUR);
    const current = world.losant.tokens(APP).at(-1)?.id ?? "";
    const before = new RotationError("store-denied", "planted");
    const intercept: Intercept = ({ operation }) => (operation === "detach" ? { before } : {});
    const { report } = await world.run({ tokens: [current], force: true }, { intercept, runId: "run-2" });
    const successorId = world.losant.tokens(APP).at(-1)?.id ?? "";
    const secretName = world.secretOf("backend");
    const secretArn = world.secrets.get(secretName).arn;
    expect(report.tokens.find(({ tokenId }) => tokenId === current)).toMatchObject({
      outcome: "rotated",
      code: "store-denied",
      successorId,
    });
    expect(eventsOf(world, "Rotation Failed")).toEqual([
      expect.objectContaining({
        resources: [secretArn],
        detail: expect.objectContaining({
          key: `${current}-store-denied-run-2`,
          tokenId: successorId,
          replacedTokenId: current,
          versionId: `losant-${successorId}-${current}`,
          secretName,
          secretArn,
          reason: "forced",
        }),
      }),
    ]);
    const [event] = eventsOf(world, "Rotation Failed");
    const { entries } = EVENT_CATALOGUE["Losant API Token Rotation Failed"];
    expect(Object.keys(entries)).toEqual(expect.arrayContaining(Object.keys(event?.detail ?? {})));
  });
});

describe("the event of an expiry", () => {
  it("says which token will expire as it is, when, and why nothing renews it", async () => {
    const world = new World({ policy: { exclude: ["aside"] } });
    const { id } = world.token("aside", { lifetime: 14 * DAY });
    await world.run({ trigger: "schedule" }, { runId: "run-1" });
    expect(eventsOf(world, "Expiring")).toEqual([
      {
        detailType: "Losant API Token Expiring",
        resources: [],
        detail: {
          schemaVersion: "1",
          runId: "run-1",
          trigger: "schedule",
          key: `${id}-14`,
          applicationId: APP,
          tokenId: id,
          tokenName: "aside",
          expirationDate: new Date(world.clock.now().getTime() + 14 * DAY).toISOString(),
          secretName: world.secretOf("aside"),
          reason: "excluded",
          daysLeft: 14,
          headline: expect.stringMatching(
            /“aside” of application \w{24} expires in 14 days, on .* UTC, and will not be renewed\. Reason: your policy excludes its name\.$/,
          ),
          advice: expect.stringMatching(/remove its name from `exclude`.* See RUNBOOK\.md#reasons$/),
        },
      },
    ]);
  });
});

describe("the worker's own access token, which nothing renews,", () => {
  /** It is the only one that expires in its second, unless another is said to. */
  function ownOf(world: World, lifetime: number) {
    const own = world.token("own", { lifetime, scope: ["all.Application"] });
    world.aws.putSecret(`losant-access/${APP}`, own.token);
    return own;
  }
  const schedule = { trigger: "schedule" };

  it("is warned of by a scheduled run", async () => {
    const world = new World({ policy: { exclude: ["own"] } });
    const own = ownOf(world, 7 * DAY);
    await world.run(schedule);
    const { arn } = world.secrets.get(`losant-access/${APP}`);
    expect(eventsOf(world, "Expiring")).toEqual([
      expect.objectContaining({
        resources: [arn],
        detail: expect.objectContaining({
          key: `${own.id}-7`,
          tokenId: own.id,
          tokenName: "own",
          secretName: `losant-access/${APP}`,
          secretArn: arn,
          reason: "access-token",
          daysLeft: 7,
        }),
      }),
    ]);
  });

  it.each<[string, object, number]>([
    ["by hand", {}, 7 * DAY],
    ["on a day that is none to warn on", schedule, 20 * DAY],
  ])("is not warned of %s", async (_, event, lifetime) => {
    const world = new World({ policy: { exclude: ["own"] } });
    ownOf(world, lifetime);
    await world.run(event);
    expect(eventsOf(world, "Expiring")).toEqual([]);
  });

  it("is known by its string, also where another token expires in the same second", async () => {
    const world = new World({ policy: { exclude: ["*"] } });
    const own = ownOf(world, 7 * DAY);
    const other = world.token("other", { lifetime: 7 * DAY });
    await world.run(schedule);
    const warned = eventsOf(world, "Expiring").map(({ detail }) => [detail.tokenId, detail.reason]);
    expect(warned.toSorted()).toEqual(
      [
        [own.id, "access-token"],
        [other.id, "excluded"],
      ].toSorted(),
    );
  });
});

describe("what a run could not decide", () => {
  it("is the failure of each token of the lineage, and says why", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    await world.run();
    const successor = world.losant.tokens(APP).at(-1);
    world.clock.advance(HOUR);
    const before = new RotationError("store-denied", "planted");
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "describe" && subject === world.secretOf("backend") ? { before } : {};
    // What rests needs no look; what somebody names is looked at.
    const tokens = [successor?.id ?? ""];
    const { report } = await world.run({ tokens, force: true }, { intercept });
    for (const tokenId of [id, successor?.id])
      expect(report.tokens.find((row) => row.tokenId === tokenId)).toMatchObject({
        name: "backend",
        action: "skip",
        reason: "undecided",
        outcome: "failed",
        code: "store-denied",
        message: "planted",
        secretName: world.secretOf("backend"),
      });
  });
});
