import { describe, expect, it } from "vitest";
import type { ApplicationContext } from "../../lambda/apply/context.ts";
import { issue } from "../../lambda/apply/issue.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { Rotate } from "../../lambda/plan/actions.ts";
import type { TokenOrder } from "../../lambda/ports.ts";
import { applicationOf, arnOf, NOW, secretNamed, token } from "../plan/builders.ts";
import type { Fate, Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };
const PROBED = ["application.get", "devices.get"];

/** One rotation of a token with these scopes, in which Losant makes something else of the order. */
async function rotation(misread: NonNullable<Fate["misread"]>, seed: object = {}) {
  const world = new World({ policy: { neverExpiring: "180d" } });
  world.losant.edit(APP, world.losant.tokens(APP)[0]?.id ?? "", { creationDate: world.clock.now() });
  const { id } = world.token("backend", { ...DUE, scope: PROBED, ...seed });
  const { report } = await world.run(
    { tokens: [id], force: true },
    { intercept: ({ operation }) => (operation === "create" ? { misread } : {}) },
  );
  const row = report.tokens.find(({ tokenId }) => tokenId === id);
  const isStored = world.stringIn(world.secretOf("backend")) !== undefined;
  return { row, isStored, tokens: world.losant.tokens(APP).length };
}

const later = (ms: number) => (order: TokenOrder) => ({
  ...order,
  expiresAt: order.expiresAt && new Date(order.expiresAt.getTime() + ms),
});

describe("a successor", () => {
  it.each<[string, NonNullable<Fate["misread"]>, string]>([
    ["with a narrower scope", (order) => ({ ...order, scope: ["application.get"] }), "scope"],
    ["with a wider scope", (order) => ({ ...order, scope: [...PROBED, "devices.post"] }), "scope"],
    ["of another name", (order) => ({ ...order, name: "other" }), "name"],
    ["that is inactive", (order) => ({ ...order, status: "inactive" }), "status"],
    ["that expires 61 s later", later(61_000), "expirationDate"],
    ["that expires 61 s earlier", later(-61_000), "expirationDate"],
    ["that never expires", (order) => ({ ...order, expiresAt: undefined }), "expirationDate"],
  ])("%s than asked is deleted, and stored nowhere", async (_, misread, difference) => {
    const { row, isStored, tokens } = await rotation(misread);
    expect(row).toMatchObject({ outcome: "failed", code: "successor-mismatch" });
    expect(row?.message).toContain(`a different ${difference} than requested`);
    expect([isStored, tokens]).toEqual([false, 2]);
  });

  it.each<[string, NonNullable<Fate["misread"]>]>([
    ["59 s later", later(59_000)],
    ["a minute later", later(60_000)],
    ["a minute earlier", later(-60_000)],
    ["with its scopes in another order", (order) => ({ ...order, scope: order.scope.toReversed() })],
  ])("that comes back %s is what was asked for", async (_, misread) => {
    const { row, isStored } = await rotation(misread);
    expect([row?.outcome, isStored]).toEqual(["rotated", true]);
  });

  it("of a token that never expires never expires; one that does is deleted", async () => {
    const eternal = { lifetime: undefined };
    expect((await rotation((order) => order, eternal)).row?.outcome).toBe("rotated");
    const expiresAt = new Date("2027-01-01T00:00:00Z");
    const { row, tokens } = await rotation((order) => ({ ...order, expiresAt }), eternal);
    expect([row?.code, tokens]).toEqual(["successor-mismatch", 2]);
  });
});

describe("an answer to a creation with a token that is no newer than the one it replaces", () => {
  const uncertain = { outcome: "failed", code: "losant-answer-invalid" };

  it("does not lead to the deletion of that: it may have been there before", async () => {
    const world = new World();
    const { id } = world.token("backend", { age: -HOUR, lifetime: 365 * DAY });
    const { report } = await world.run({ tokens: [id], force: true });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject(uncertain);
    expect(world.losant.tokens(APP)).toHaveLength(3);
  });

  it("nor of another one that was listed, however young that is", async () => {
    const [subject, listed] = [token("subject"), token("listed", { age: 0 })];
    const deleted: string[] = [];
    const context = {
      run: { clock: { now: () => NOW }, runId: "this-run" },
      application: applicationOf({}),
      api: {
        create: async () => ({ token: listed, string: new Redacted("a string") }),
        delete: async (id: string) => void deleted.push(id),
      },
      aheadMs: 0,
      wasListed: (id: string) => id === listed.id,
    } as unknown as ApplicationContext;
    const issuing = issue(
      { subject } as Rotate,
      arnOf(secretNamed("backend")),
      applicationOf({}).policy,
      context,
    );
    await expect(issuing).rejects.toMatchObject({ code: "losant-answer-invalid", effect: "unknown" });
    expect(deleted).toEqual([]);
  });

  it.each([
    ["is deleted where its id is new", undefined],
    ["is not deleted where it is the predecessor itself", "backend"],
    ["is not deleted where it is another one that was listed", "edge"],
  ])("and that can't be used otherwise %s", async (_, named) => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const edge = world.token("edge", { lifetime: 365 * DAY });
    const known = new Map([
      ["backend", id],
      ["edge", edge.id],
    ]);
    const intercept: Intercept = ({ operation }) =>
      operation !== "create"
        ? {}
        : {
            get after() {
              const createdId = known.get(named ?? "") ?? world.losant.tokens(APP).at(-1)?.id;
              return new RotationError("losant-answer-invalid", "planted", { createdId: createdId as never });
            },
          };
    const { report } = await world.run({}, { intercept });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject(uncertain);
    const left = world.losant.tokens(APP).map(({ id: tokenId }) => tokenId);
    expect(left).toHaveLength(named === undefined ? 3 : 4);
    expect(left).toEqual(expect.arrayContaining([id, edge.id]));
  });
});

describe("the probe with a new string", () => {
  const newestOf = (world: World) => world.losant.tokens(APP).at(-1)?.id ?? "";

  /** Losant rejects what it has just made, from the first probe on for so long. */
  function rejecting(world: World, forMs: number): Intercept {
    let sinceMs: number | undefined;
    return ({ operation }) => {
      if (operation !== "probe") return {};
      sinceMs ??= world.clock.now().getTime();
      const isOver = world.clock.now().getTime() - sinceMs >= forMs;
      world.losant.edit(APP, newestOf(world), { status: isOver ? "active" : "inactive" });
      return {};
    };
  }
  const unanswered: Intercept = ({ operation }) =>
    operation === "probe" ? { before: new RotationError("losant-unavailable", "planted") } : {};

  it.each([
    [6_000, "rotated"],
    [7_000, "failed"],
  ])("is repeated for six seconds: rejected for %i ms, it is %s", async (forMs, outcome) => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const { report } = await world.run({}, { intercept: rejecting(world, forMs) });
    const row = report.tokens.find(({ tokenId }) => tokenId === id);
    expect(row).toMatchObject(
      outcome === "rotated" ? { outcome, verified: "probe" } : { outcome, code: "successor-unusable" },
    );
    expect(world.losant.tokens(APP)).toHaveLength(outcome === "rotated" ? 3 : 2);
  });

  it.each([
    ["has no answer", DUE, unanswered],
    ["is not possible with its scope", { ...DUE, scope: ["devices.get"] }, () => ({})],
  ])("leaves it at the answer to the creation where it %s", async (_, seed, intercept) => {
    const world = new World();
    const { id } = world.token("backend", seed);
    const { report } = await world.run({}, { intercept: intercept as Intercept });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject({
      outcome: "rotated",
      verified: "response",
    });
  });

  it.each<[string, readonly string[], (world: World) => Intercept]>([
    ["has no answer", ["all.Application"], () => unanswered],
    ["is not possible with its scope", ["devices.get"], () => () => ({})],
    ["is rejected", ["all.Application"], (world) => rejecting(world, DAY)],
  ])(
    "of the worker's own credential has to succeed: where it %s, the successor is deleted",
    async (_, scope, fate) => {
      const world = new World({ secrets: { own: `losant-access/${APP}` } });
      const own = world.token("own", { ...DUE, scope });
      world.aws.putSecret(`losant-access/${APP}`, own.token);
      const { report } = await world.run({}, { intercept: fate(world) });
      expect(report.tokens.find(({ tokenId }) => tokenId === own.id)).toMatchObject({
        outcome: "failed",
        code: "successor-unusable",
      });
      expect(world.losant.tokens(APP)).toHaveLength(2);
      expect(world.stringIn(`losant-access/${APP}`)).toBe(own.token);
    },
  );
});
