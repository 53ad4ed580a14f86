import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { FAR_DAYS, metricsOf } from "../../lambda/report/metrics.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, World } from "../support/world.ts";

const SECRET = `losant-access/${APP}`;
const OTHER = "675ec8687ae143cd83dc4a97";

function accessToken(world: World, lifetime?: number) {
  return world.token("access", { ...(lifetime && { lifetime }), scope: ["all.Application"] });
}

async function daysLeft(world: World, intercept: Intercept = () => ({})) {
  const { facts } = await world.run({ trigger: "schedule" }, { intercept });
  return metricsOf({ ...facts, functionName: "worker" }, world.clock.now())?.AccessTokenDaysLeft;
}

const failing =
  (operation: string, code: ErrorCode): Intercept =>
  (call) =>
    call.operation === operation ? { before: new RotationError(code, "planted") } : {};

describe("the metric of the access token's remaining life", () => {
  it.each([
    ["the token alone", (token: string) => token],
    ["JSON with the key token", (token: string) => JSON.stringify({ token })],
  ])("counts its days where the secret holds %s", async (_, written) => {
    const world = new World();
    world.aws.putSecret(SECRET, written(accessToken(world, 20 * DAY).token));
    expect(await daysLeft(world)).toBe(20);
  });

  it("is as far as it goes for one that never expires", async () => {
    const world = new World();
    world.aws.putSecret(SECRET, accessToken(world).token);
    expect(await daysLeft(world)).toBe(FAR_DAYS);
  });

  it("is 0 for one that does not work: deleted, deactivated, expired, or in no secret", async () => {
    const world = new World();
    const { id } = world.losant.tokens(APP)[0] ?? { id: "" };
    world.losant.edit(APP, id, { status: "inactive" });
    expect(await daysLeft(world)).toBe(0);
    world.config = { applications: [{ id: APP, accessToken: "losant-access/none" }] };
    expect(await daysLeft(world)).toBe(0);
  });

  it("is still that of the token while Losant is away", async () => {
    const world = new World();
    world.aws.putSecret(SECRET, accessToken(world, 20 * DAY).token);
    expect(await daysLeft(world, failing("list", "losant-unavailable"))).toBe(20);
  });

  it("says nothing while the store does not say what the token is", async () => {
    const world = new World();
    expect(await daysLeft(world, failing("readAccessToken", "store-unavailable"))).toBeUndefined();
  });

  it("is the soonest of several applications, a dead one's among them", async () => {
    const world = new World({ applications: [APP, OTHER] });
    world.losant.edit(OTHER, world.losant.tokens(OTHER)[0]?.id ?? "", { status: "inactive" });
    expect(await daysLeft(world)).toBe(0);
  });
});
