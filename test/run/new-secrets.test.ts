import { describe, expect, it } from "vitest";
import { APP, DAY, World, type WorldOptions } from "../support/world.ts";

const OTHER = "575ec8687ae143cd83dc4a98";
const key = (end: number) => `arn:aws:kms:us-east-1:111122223333:key/${end}`;
const TAGS = { "cost-center": "4711", owner: "iot" };

/** A token of each application, which is due and has no secret yet. */
function due(options: WorldOptions): World {
  const world = new World({ applications: [APP, OTHER], ...options });
  for (const app of [APP, OTHER]) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, app);
  return world;
}

/** With \`newSecrets\` for all, and what the second application has instead. */
const configured = (newSecrets: object, second: object = {}) => ({
  config: {
    newSecrets,
    applications: [
      { id: APP, accessToken: `losant-access/${APP}` },
      { id: OTHER, accessToken: `losant-access/${OTHER}`, newSecrets: second },
    ],
  },
});

describe("a secret that the worker creates", () => {
  it("has the key and the tags of the configuration", async () => {
    const world = due(configured({ kmsKeyArn: key(1), tags: TAGS }));
    expect((await world.run()).report.summary).toMatchObject({ rotated: 2, failed: 0 });
    for (const app of [APP, OTHER])
      expect(world.aws.secret(world.secretOf("backend", app))).toMatchObject({
        kmsKeyId: key(1),
        tags: TAGS,
      });
  });

  it("has the keys of its application in their place, one by one", async () => {
    const world = due(configured({ kmsKeyArn: key(1), tags: TAGS }, { kmsKeyArn: key(2) }));
    await world.run();
    const made = (app: string) => world.aws.secret(world.secretOf("backend", app));
    expect(made(APP)).toMatchObject({ kmsKeyId: key(1), tags: TAGS });
    expect(made(OTHER)).toMatchObject({ kmsKeyId: key(2), tags: TAGS });
  });

  it("has neither where the configuration says nothing", async () => {
    const world = due({});
    await world.run();
    expect(world.aws.secret(world.secretOf("backend"))).toMatchObject({ kmsKeyId: undefined, tags: {} });
  });
});

describe("an organization that refuses bare secrets", () => {
  const demanding = (options: WorldOptions) => {
    const world = due(options);
    world.aws.demand({ tags: Object.keys(TAGS), ownKey: true });
    return world;
  };

  it("accepts those with its tags and a key", async () => {
    const world = demanding(configured({ kmsKeyArn: key(1), tags: TAGS }));
    expect((await world.run()).report.summary).toMatchObject({ rotated: 2, failed: 0 });
  });

  it.each([
    ["a tag", { kmsKeyArn: key(1), tags: { owner: "iot" } }],
    ["the key", { tags: TAGS }],
  ])("refuses those without %s before a token is created, and the run says so", async (_, newSecrets) => {
    const world = demanding(configured(newSecrets));
    const { report } = await world.run();
    expect(report.tokens.flatMap(({ code }) => code ?? [])).toEqual(["store-denied", "store-denied"]);
    for (const app of [APP, OTHER]) expect(world.losant.tokens(app)).toHaveLength(2);
  });
});

describe("a secret that exists", () => {
  it("keeps its key and its tags, also if it is empty", async () => {
    const world = due({
      config: {
        newSecrets: { kmsKeyArn: key(1), tags: TAGS },
        applications: [
          { id: APP, accessToken: `losant-access/${APP}`, secrets: { backend: "prod/backend" } },
        ],
      },
    });
    world.secrets.save(
      world.secrets.blank({
        name: "prod/backend",
        description: "made by hand",
        kmsKeyId: undefined,
        tags: new Map([["team", "b"]]),
      }),
    );
    expect((await world.run()).report.summary).toMatchObject({ rotated: 1 });
    expect(world.aws.secret("prod/backend")).toMatchObject({ kmsKeyId: undefined, tags: { team: "b" } });
  });
});
