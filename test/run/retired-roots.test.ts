import { describe, expect, it } from "vitest";
import { getSecretValue } from "../../emulators/aws/secrets-reads.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const RETIRE = { deactivateAfter: "7d", deleteAfter: "30d", roots: true };

/** A token that a person created, that never expires, and that the worker has replaced. Two days later, somebody reads its successor. */
async function replaced(retire: Record<string, unknown> | "never" = RETIRE, isRead = true) {
  const policy = { neverExpiring: "180d", lifetime: "365d", retire };
  const world = new World({ policy, config: { schedule: "1d" } });
  const { id } = world.token("backend", { age: 400 * DAY, description: "for the press line" });
  await world.run();
  const SecretId = world.secretOf("backend");
  world.clock.advance(2 * DAY);
  if (isRead) getSecretValue(world.secrets, { SecretId, VersionStage: "AWSCURRENT" });
  const root = () => world.losant.tokens(APP).find((token) => token.id === id);
  /** One run a day. */
  const live = async (days: number) => {
    for (let day = 0; day < days; day += 1) {
      world.clock.advance(DAY);
      await world.run();
    }
  };
  const told = (type: string) =>
    world.events.filter(({ detailType, detail }) => detailType === type && detail.tokenId === id);
  return { world, id, root, live, told };
}

describe("a root, with `roots`", () => {
  it("is deactivated after the grace period, and deleted after the time between both", async () => {
    const { root, live, told } = await replaced();
    await live(7);
    expect(root()?.status).toBe("active");
    await live(1);
    expect(root()).toMatchObject({ status: "inactive" });
    expect(root()?.description).toMatch(
      /^for the press line\n\[losant-token-rotation discarded=\S+ mac=\w+\]$/,
    );
    await live(22);
    expect(root()).toBeDefined();
    await live(1);
    expect(root()).toBeUndefined();
    expect(told("Losant API Token Retired").map(({ detail }) => detail.step)).toEqual([
      "deactivated",
      "deleted",
    ]);
    expect(told("Losant API Token Not Retired")).toEqual([]);
  });

  it("is kept while nobody reads its successor, which is told", async () => {
    const { root, live, told } = await replaced(RETIRE, false);
    await live(40);
    expect(root()?.status).toBe("active");
    const [news] = told("Losant API Token Successor Unread");
    expect(news?.detail).toMatchObject({ reason: "successor-unread" });
  });

  it("stays active once somebody has activated it again", async () => {
    const { world, id, root, live } = await replaced();
    await live(8);
    world.losant.edit(APP, id, { status: "active" });
    await live(40);
    expect(root()?.status).toBe("active");
    const { report } = await world.run();
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject({ reason: "root-reactivated" });
  });

  const replaceAccessToken = (world: World) => {
    const access = world.losant.tokens(APP).find(({ name }) => name === "rotation worker");
    const { token } = world.losant.addToken(APP, { name: "another worker", scope: access?.scope ?? [] });
    world.aws.putSecret(`losant-access/${APP}`, token);
  };

  it("is deactivated although the access token was replaced since the rotation", async () => {
    const { world, root, live } = await replaced();
    replaceAccessToken(world);
    await live(8);
    expect(root()?.status).toBe("inactive");
  });

  it("is deleted although the access token was replaced since the deactivation", async () => {
    const { world, root, live } = await replaced();
    await live(8);
    replaceAccessToken(world);
    await live(22);
    expect(root()?.status).toBe("inactive");
    await live(1);
    expect(root()).toBeUndefined();
  });

  it("costs no call for as long as it exists if a person deactivated it", async () => {
    const { world, id, live } = await replaced();
    world.losant.edit(APP, id, { status: "inactive" });
    await live(50);
    const operations: string[] = [];
    const intercept: Intercept = ({ operation }) => {
      operations.push(operation);
      return {};
    };
    await world.run({ trigger: "schedule" }, { intercept });
    expect(operations).not.toContain("describe");
  });

  it("costs no call while its grace period lasts, and none once it is deactivated", async () => {
    const calls = async (retire: Record<string, unknown> | "never", days: number) => {
      const { world, live } = await replaced(retire);
      await live(days);
      const operations: string[] = [];
      const intercept: Intercept = ({ operation }) => {
        operations.push(operation);
        return {};
      };
      world.clock.advance(HOUR);
      await world.run({ trigger: "schedule" }, { intercept });
      return operations;
    };
    const idle = await calls("never", 4);
    expect(await calls(RETIRE, 4)).toEqual(idle);
    expect(await calls({ deactivateAfter: "7d", roots: true }, 10)).toEqual(idle);
  });
});
