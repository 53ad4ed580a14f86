import { describe, expect, it } from "vitest";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { Call, Fate, Operation } from "../support/ports.ts";
import { READ_BY_ANOTHER_ACCOUNT } from "../support/resource-policy.ts";
import { APP, DAY, HOUR, World, type WorldOptions } from "../support/world.ts";

const TEXT = JSON.stringify(READ_BY_ANOTHER_ACCOUNT);
const OTHERS = "somebody's policy";
const NOT_OURS = "an empty secret gets no resource policy, because the worker didn't create it";

/** Two tokens without secrets. One of them is due now, the other later. */
function due(options: WorldOptions = {}): World {
  const world = new World({
    config: { newSecrets: { resourcePolicy: READ_BY_ANOTHER_ACCOUNT } },
    ...options,
  });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  world.token("gateway", { age: 300 * DAY, lifetime: 365 * DAY });
  return world;
}

const secretOf = (world: World, name = "backend") => world.secrets.find(world.secretOf(name));
const policyOf = (world: World, name = "backend") => secretOf(world, name)?.resourcePolicy;
const summaryOf = async (world: World) => (await world.run()).report.summary;

/** A run, and its calls. If it dies, it dies right after this one. */
async function callsOf(world: World, fatal?: Operation): Promise<readonly Operation[]> {
  const calls: Operation[] = [];
  let isDead = false;
  const intercept = ({ operation }: Call): Fate => {
    if (isDead) return { before: "crash" };
    calls.push(operation);
    isDead = operation === fatal;
    return isDead ? { after: "crash" } : {};
  };
  const ended = world.run({ trigger: "schedule" }, { intercept });
  await (fatal === undefined ? ended : ended.catch(() => {}));
  return calls;
}

describe("a secret that the worker creates", () => {
  it("gets the resource policy before its first string", async () => {
    const world = due();
    const operations = await callsOf(world);
    const writes = ["createSecret", "hasResourcePolicy", "putResourcePolicy", "create", "stage"];
    expect(operations.filter((one) => writes.includes(one))).toEqual(writes);
    expect(policyOf(world)).toBe(TEXT);
    expect(secretOf(world)?.versions).toHaveLength(1);
  });

  it.each(["createSecret", "hasResourcePolicy", "putResourcePolicy"] as const)(
    "gets it in the next run, if the process dies after %s",
    async (operation) => {
      const world = due();
      await callsOf(world, operation);
      expect(secretOf(world)?.versions).toEqual([]);
      world.clock.advance(HOUR);
      expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
      expect(policyOf(world)).toBe(TEXT);
    },
  );

  it("gets it in the next run, also if the access token was renewed meanwhile", async () => {
    const world = due();
    await callsOf(world, "createSecret");
    const { token } = world.token("rotation worker", { scope: ["all.Application"] });
    world.aws.putSecret(`losant-access/${APP}`, token);
    world.clock.advance(HOUR);
    expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
    expect(policyOf(world)).toBe(TEXT);
  });

  it("gets it in the same run, also if somebody deletes the access token that signed its description", async () => {
    const world = due();
    const [old] = world.losant.tokens(APP);
    const intercept = ({ operation }: Call): Fate => {
      if (operation !== "createSecret") return {};
      const { token } = world.token("rotation worker", { scope: ["all.Application"] });
      world.aws.putSecret(`losant-access/${APP}`, token);
      if (old !== undefined) world.losant.remove(APP, old.id);
      return {};
    };
    const { report } = await world.run({ trigger: "schedule" }, { intercept });
    expect(report.summary).toMatchObject({ rotated: 1, failed: 0 });
    expect(policyOf(world)).toBe(TEXT);
  });

  it("gets no token while AWS refuses the policy, and the run says so", async () => {
    const world = due();
    world.aws.deny(world.secretOf("backend"), "PutResourcePolicy");
    const { report } = await world.run();
    expect(report.tokens.flatMap(({ code }) => code ?? [])).toEqual(["store-denied"]);
    expect(world.losant.tokens(APP)).toHaveLength(3);
    world.aws.deny(world.secretOf("backend"));
    expect(await summaryOf(world)).toMatchObject({ rotated: 1 });
    expect(policyOf(world)).toBe(TEXT);
  });

  it("waits for its replicas before and after it", async () => {
    const world = due({
      config: { newSecrets: { resourcePolicy: READ_BY_ANOTHER_ACCOUNT, replicaRegions: ["eu-west-1"] } },
      settings: { replicaLagMs: () => 3_000 },
    });
    expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
    expect(world.aws.hangingReplicas()).toEqual([]);
    expect(policyOf(world)).toBe(TEXT);
  });

  it("is asked about its policy once, when it is created", async () => {
    const world = due();
    await world.run();
    world.clock.advance(351 * DAY);
    const operations = await callsOf(world);
    expect(operations).toContain("stage");
    expect(operations).not.toContain("hasResourcePolicy");
  });

  it("costs no call where the configuration has no policy, and its description is for people only", async () => {
    const world = due({ config: {} });
    const operations = await callsOf(world);
    expect(operations).not.toContain("hasResourcePolicy");
    expect(secretOf(world)?.description).toBe(`Losant API token "backend" of application ${APP}`);
  });
});

describe("a secret that the worker must leave as it is", () => {
  const prepared = (world: World, traits: Partial<Secret> = {}, name = world.secretOf("backend")) =>
    world.secrets.save({
      ...world.secrets.blank({ name, description: undefined, kmsKeyId: undefined, tags: new Map() }),
      ...traits,
    });
  const told = ({ log }: World) => log.filter(({ message }) => message === NOT_OURS);

  it("is an empty one that somebody else created, which is told", async () => {
    const world = due();
    prepared(world);
    expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
    expect(policyOf(world)).toBeUndefined();
    expect(told(world).map(({ fields }) => fields)).toEqual([{ secretName: world.secretOf("backend") }]);
  });

  it("is one onto which somebody copied the description of another, at the same moment", async () => {
    const world = due();
    await callsOf(world, "createSecret");
    const { description } = secretOf(world) ?? {};
    expect(description).toContain("[losant-token-rotation created=");
    prepared(world, { description }, world.secretOf("gateway"));
    const { report } = await world.run({ trigger: "manual", tokens: ["gateway"], force: true });
    expect(report.tokens.flatMap(({ code }) => code ?? [])).toEqual(["store-refused"]);
    expect(secretOf(world, "gateway")?.versions).toEqual([]);
    expect(policyOf(world, "gateway")).toBeUndefined();
  });

  it("is one that somebody created in the place of the worker's, with its description", async () => {
    const world = due();
    await callsOf(world, "createSecret");
    const { description } = secretOf(world) ?? {};
    world.clock.advance(HOUR);
    prepared(world, { description });
    expect(await summaryOf(world)).toMatchObject({ rotated: 0, failed: 1 });
    expect(policyOf(world)).toBeUndefined();
  });

  it("is one that nothing proves any more. It gets no string, until somebody deletes it or attaches the policy", async () => {
    const world = due();
    const [old] = world.losant.tokens(APP);
    await callsOf(world, "createSecret");
    const { token } = world.token("rotation worker", { scope: ["all.Application"] });
    world.secrets.remove(world.secrets.get(`losant-access/${APP}`));
    world.aws.putSecret(`losant-access/${APP}`, token);
    if (old !== undefined) world.losant.remove(APP, old.id);
    const count = world.losant.tokens(APP).length;
    const { report } = await world.run();
    expect(report.tokens.flatMap(({ code }) => code ?? [])).toEqual(["store-refused"]);
    expect(secretOf(world)?.versions).toEqual([]);
    expect(world.losant.tokens(APP)).toHaveLength(count);
    world.aws.setResourcePolicy(world.secretOf("backend"), OTHERS);
    expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
  });

  it("is one with a policy of somebody else, also if it is empty", async () => {
    const world = due();
    await callsOf(world, "createSecret");
    world.aws.setResourcePolicy(world.secretOf("backend"), OTHERS);
    expect(await summaryOf(world)).toMatchObject({ rotated: 1, failed: 0 });
    expect(policyOf(world)).toBe(OTHERS);
  });

  it("is one in use, whose policy somebody removed", async () => {
    const world = due();
    await world.run();
    world.aws.setResourcePolicy(world.secretOf("backend"), undefined);
    world.clock.advance(351 * DAY);
    expect((await summaryOf(world)).rotated).toBeGreaterThan(0);
    expect(policyOf(world)).toBeUndefined();
  });
});
