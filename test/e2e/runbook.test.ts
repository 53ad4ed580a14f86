import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../lambda/report/report.ts";
import { Bundle, type Cloud, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";

/* Does the tasks of RUNBOOK.md as they are described there. */

const bundle = new Bundle();
beforeAll(() => bundle.build());
afterAll(() => bundle.remove());

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

const ACCESS = `losant-access/${APP}`;
const SECRET = `losant/${APP}/backend`;

/** A token that somebody created in Losant's console. */
function made(name: string, daysLeft = 200, scope: readonly string[] = ["application.get"]) {
  const now = Date.now();
  return cloud.losant.addToken(APP, {
    name,
    scope,
    creationDate: new Date(now - (365 - daysLeft) * DAY),
    expirationDate: new Date(now + daysLeft * DAY),
  });
}

const invoke = (event: object, config: object = {}) => bundle.invoke(event, cloud.env(config));
const rowOf = ({ tokens }: Report, id: string) => tokens.find(({ tokenId }) => tokenId === id);
const stringIn = (secret: string, stage?: string) => {
  const value = cloud.aws.value(secret, stage) ?? "";
  return value.startsWith("{") ? (JSON.parse(value).token as string) : value;
};
const isGood = (secret: string, stage?: string) => cloud.losant.accepts(stringIn(secret, stage));
const application = (more: object) => ({ applications: [{ id: APP, accessToken: ACCESS, ...more }] });

describe("the runbook", () => {
  it("rotate now: replaces a token that isn't due, and leaves the old one working", async () => {
    const { id, token } = made("backend");
    const report = await invoke({ tokens: ["backend"], force: true });
    expect(rowOf(report, id)).toMatchObject({ action: "rotate", reason: "forced", outcome: "rotated" });
    expect([isGood(SECRET), cloud.losant.accepts(token)]).toEqual([true, true]);
  });

  it("a leaked token: replaces and deactivates it at once, though nothing rotated it before", async () => {
    const { id, token } = made("backend");
    const report = await invoke({ tokens: [id], force: true, retireNow: true });
    expect(report.summary).toMatchObject({ rotated: 1, retired: 1 });
    expect([isGood(SECRET), cloud.losant.accepts(token)]).toEqual([true, false]);
  });

  it("a leaked token: is not replaced once somebody has deactivated it, and is when it is active again", async () => {
    const { id } = made("backend");
    const leak = { tokens: [id], force: true, retireNow: true };
    cloud.losant.edit(APP, id, { status: "inactive" });
    expect(rowOf(await invoke(leak), id)).toMatchObject({ action: "skip", reason: "inactive" });
    cloud.losant.edit(APP, id, { status: "active" });
    expect((await invoke(leak)).summary).toMatchObject({ rotated: 1, retired: 1 });
  });

  it("undo: AWSCURRENT moved back by hand stays there, until it is forced", async () => {
    cloud.aws.putSecret(SECRET, made("backend").token);
    await invoke({ tokens: ["backend"], force: true });
    const successor = cloud.losant.tokenIdOf(stringIn(SECRET)) ?? "";
    cloud.aws.moveLabel(SECRET, "AWSCURRENT", "AWSPREVIOUS");
    const report = await invoke({});
    expect(rowOf(report, successor)?.reason).toBe("rolled-back");
    expect(cloud.losant.tokenIdOf(stringIn(SECRET))).not.toBe(successor);
  });

  it("pause: an excluded token is left alone though it is due, unless it is forced", async () => {
    const { id } = made("backend", 5);
    const paused = application({ policy: { exclude: ["backend"] } });
    expect(rowOf(await invoke({}, paused), id)).toMatchObject({ outcome: "skipped", reason: "excluded" });
    expect((await invoke({ tokens: [id], force: true }, paused)).summary.rotated).toBe(1);
  });

  it("adopt an existing secret: it gets its first version of ours when it is time, and keeps the one by hand", async () => {
    const { id, token } = made("My API Token");
    cloud.aws.putSecret("prod/backend/losant", token);
    const adopted = application({
      secrets: { "My API Token": "prod/backend/losant" },
      policy: { secretFormat: "plain" },
    });
    expect((await invoke({}, adopted)).summary).toMatchObject({ rotated: 0, waiting: 1 });
    expect(cloud.aws.value("prod/backend/losant")).toBe(token);
    await invoke({ tokens: [id], force: true }, adopted);
    expect(cloud.losant.accepts(cloud.aws.value("prod/backend/losant") ?? "")).toBe(true);
    expect(cloud.aws.value("prod/backend/losant", "AWSPREVIOUS")).toBe(token);
    expect(cloud.losant.accepts(token)).toBe(true);
  });

  it("move an application: the new place leaves the old one's tokens alone, and takes over the one that is named", async () => {
    made("backend", 5);
    await invoke({});
    const old = cloud.losant.tokenIdOf(stringIn(SECRET)) ?? "";
    const moved = { secretPrefix: "moved" };
    expect(rowOf(await invoke({}, moved), old)?.reason).toBe("foreign");
    await invoke({ tokens: [old], force: true }, moved);
    expect(isGood(`moved/${APP}/backend`)).toBe(true);
    expect(cloud.losant.tokenIdOf(stringIn(SECRET))).toBe(old);
    const paused = application({ policy: { exclude: ["*"] } });
    const oldPlace = await invoke({}, paused);
    expect([oldPlace.summary.rotated, isGood(SECRET)]).toEqual([0, true]);
  });

  it("move to another prefix: needs no move where each token is mapped to the secret it has", async () => {
    made("backend", 5);
    await invoke({});
    const current = cloud.losant.tokenIdOf(stringIn(SECRET)) ?? "";
    const mapped = { secretPrefix: "moved", ...application({ secrets: { backend: SECRET } }) };
    expect(rowOf(await invoke({}, mapped), current)).toMatchObject({
      outcome: "waiting",
      secretName: SECRET,
    });
  });
});

describe("a failure", () => {
  it("links its article in the error and in the event, where its readers find the runbook", async () => {
    made("backend", 5, ["application.get", "legacy.scope"]);
    const env = { ...cloud.env(), RUNBOOK_URL: "https://wiki.example.com/losant" };
    const link = "https://wiki.example.com/losant#scope-rejected";
    await expect(bundle.invoke({}, env)).rejects.toThrow(`finished with failures (see ${link}): `);
    const failed = cloud.aws.events.find(
      ({ DetailType }) => DetailType === "Losant API Token Rotation Failed",
    );
    expect(JSON.parse(failed?.Detail ?? "{}").remedy).toMatch(
      new RegExp(`^Losant no longer .* See ${link}$`),
    );
  });

  it("to start links its article too", async () => {
    await expect(invoke({ dryrun: true })).rejects.toThrow(/See RUNBOOK\.md#event-invalid$/);
  });
});

describe("the runbook, when the access token is expired, lost or revoked", () => {
  const worker = () => cloud.losant.tokens(APP).find(({ name }) => name === "rotation worker")?.id ?? "";

  it("a new one in the same secret is all that it takes", async () => {
    made("backend", 5);
    cloud.losant.edit(APP, worker(), { status: "inactive" });
    await expect(invoke({})).rejects.toThrow("RUNBOOK.md#access-token-rejected");
    cloud.aws.putSecret(ACCESS, cloud.losant.addToken(APP, { name: "rotation worker 2" }).token);
    expect((await invoke({})).summary).toMatchObject({ rotated: 1, failed: 0 });
  });

  it.each([
    ["was never rotated", false],
    ["had been rotated", true],
  ])("the new one is renewed as the old one was, which %s, once that is deleted", async (_, isManaged) => {
    const mapped = application({ secrets: { "rotation worker": ACCESS } });
    if (isManaged) await invoke({ tokens: [worker()], force: true }, mapped);
    for (const { id } of cloud.losant.tokens(APP)) cloud.losant.remove(APP, id);
    const next = cloud.losant.addToken(APP, { name: "rotation worker" });
    cloud.aws.putSecret(ACCESS, next.token);
    const report = await invoke({ tokens: [next.id], force: true }, mapped);
    expect(rowOf(report, next.id)).toMatchObject({ outcome: "rotated", secretName: ACCESS });
    expect(cloud.losant.tokenIdOf(stringIn(ACCESS))).not.toBe(next.id);
    expect((await invoke({}, mapped)).summary.failed).toBe(0);
  });
});

describe("the runbook, when a token has to be replaced by hand", () => {
  it.each([
    ["deleted", (id: string) => cloud.losant.remove(APP, id), "missing"],
    ["deactivated", (id: string) => cloud.losant.edit(APP, id, { status: "inactive" }), "revoked"],
  ])("goes on from a new token in the secret of one that somebody %s", async (_, end, reason) => {
    made("backend", 5);
    await invoke({});
    const lost = cloud.losant.tokenIdOf(stringIn(SECRET)) ?? "";
    end(lost);
    expect(rowOf(await invoke({}), lost)?.reason).toBe(reason);
    const next = made("backend");
    cloud.aws.putSecret(SECRET, next.token);
    const report = await invoke({ tokens: [next.id], force: true });
    expect(rowOf(report, next.id)).toMatchObject({ outcome: "rotated", secretName: SECRET });
    expect(isGood(SECRET)).toBe(true);
  });

  it("scope-rejected: goes on from a token with scopes of today", async () => {
    const old = made("backend", 5, ["application.get", "legacy.scope"]);
    await expect(invoke({})).rejects.toThrow("RUNBOOK.md#scope-rejected");
    const next = made("backend");
    cloud.aws.putSecret(SECRET, next.token);
    cloud.losant.edit(APP, old.id, { status: "inactive" });
    const report = await invoke({ tokens: [next.id], force: true });
    expect(rowOf(report, next.id)).toMatchObject({ outcome: "rotated", secretName: SECRET });
    expect(isGood(SECRET)).toBe(true);
  });

  it("secret-scheduled-for-deletion: a restored secret is rotated as if nothing had been", async () => {
    const { id } = made("backend", 5);
    cloud.aws.putSecret(SECRET, "by hand");
    cloud.aws.scheduleDeletion(SECRET);
    expect(rowOf(await invoke({}), id)?.reason).toBe("secret-scheduled-for-deletion");
    cloud.aws.restore(SECRET);
    expect(rowOf(await invoke({}), id)?.outcome).toBe("rotated");
  });
});
