import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { describeSuccessor } from "../../lambda/model/marker.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";
import { parseConfig } from "../../lambda/policy/config.ts";
import type { Report, ReportRow } from "../../lambda/report/report.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World } from "../support/world.ts";

/* What others can write decides nothing: who has a role at Losant, or clicks by mistake, edits texts and makes tokens. */

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };
const INTERVAL = 6 * HOUR;
const ACCESS = `losant-access/${APP}`;

const tokensOf = (world: World) => world.losant.tokens(APP);
const tokenOf = (world: World, id: string) => {
  const found = tokensOf(world).find((token) => token.id === id);
  if (found === undefined) throw new Error(`there is no token ${id}`);
  return found;
};
const rowOf = ({ tokens }: Report, id: string): ReportRow | undefined =>
  tokens.find(({ tokenId }) => tokenId === id);

/** A token, and the one that took its place. */
async function rotatedOnce(world = new World(), name = "backend") {
  const root = world.token(name, DUE);
  const { report } = await world.run();
  const successorId = rowOf(report, root.id)?.successorId ?? "";
  world.clock.advance(INTERVAL);
  return { world, root, successorId };
}

/** Every scheduled run over so many days. */
async function live(world: World, days: number): Promise<readonly Report[]> {
  const reports: Report[] = [];
  for (let at = 0; at < days * DAY; at += INTERVAL) {
    world.clock.advance(INTERVAL);
    reports.push((await world.run({ trigger: "schedule" })).report);
  }
  return reports;
}

const marker = (arn: string, replaces = "a".repeat(24)) =>
  `[losant-token-rotation replaces=${replaces} secret=${arn} run=run-9]`;
const ABROAD = `arn:aws:secretsmanager:eu-west-1:999988887777:secret:losant/${APP}/backend-AbCdEf`;

describe("an entry of `policy.tokens`", () => {
  const firstId = new World().token("backend", DUE).id;
  const KEPT = { match: firstId, retire: "never" as const, lifetime: "20d" };
  const RETIRING = {
    lifetime: "20d",
    retire: { unread: "ignore", deactivateAfter: "1d", deleteAfter: "2d" },
  } as const;

  it("with an id goes on to fit the lineage when Losant and the secret no longer name that token", async () => {
    const world = new World({
      policy: { ...RETIRING, tokens: [{ ...RETIRING, match: firstId, lifetime: "30d" }] },
    });
    expect(world.token("backend", DUE).id).toBe(firstId);
    await live(world, 200);
    // The root stays, because no policy ends roots.
    world.losant.remove(APP, firstId);
    await live(world, 60);
    const made = tokensOf(world).filter(({ name }) => name === "backend");
    expect(
      made.map(({ creationDate, expirationDate }) =>
        Math.round(((expirationDate?.getTime() ?? 0) - creationDate.getTime()) / DAY),
      ),
    ).toEqual([30]);
    expect(made[0]?.description).toContain(` policy=${firstId} `);
  });

  it("with an id still decides that nothing is ended after somebody removed the markers", async () => {
    const world = new World({ policy: { ...RETIRING, tokens: [KEPT] } });
    world.token("backend", DUE);
    for (let at = 0; at < 100; at += 10) {
      await live(world, 10);
      for (const { id } of tokensOf(world)) world.losant.edit(APP, id, { description: "tidied up" });
    }
    expect(tokensOf(world).length).toBeGreaterThan(3);
    expect(tokensOf(world).every(({ status }) => status === "active")).toBe(true);
  });

  it("with a name is left by whoever renames the token, who ends nothing by that", async () => {
    const policy = { lifetime: "20d", tokens: [KEPT, { match: "back*", renewBefore: "1d" }] };
    const world = new World({ policy: { ...RETIRING, ...policy } });
    const { id } = world.token("backend", DUE);
    await live(world, 10);
    const successor = tokensOf(world).find((token) => token.id !== id);
    if (successor === undefined) throw new Error("it was due");
    world.losant.edit(APP, successor.id, { name: "other" });
    await live(world, 60);
    expect(tokensOf(world).every(({ status }) => status === "active")).toBe(true);
  });

  it("that fits no token is told, and so is one behind another that fits the same tokens", async () => {
    const tokens = [
      { match: "c".repeat(24) },
      { match: "back*" },
      { match: "backend" },
      { match: "bakcend" },
    ];
    const world = new World({ policy: { tokens } });
    world.token("backend", DUE);
    const { unusedPolicies = [] } = (await world.run()).report;
    expect(unusedPolicies.map(({ entry }) => entry)).toEqual(["c".repeat(24), "backend", "bakcend"]);
    // "backend" is a name, and an earlier entry decides for it.
    expect(unusedPolicies.map(({ nearest }) => nearest)).toEqual([undefined, undefined, "backend"]);
    expect(unusedPolicies[0]?.path).toMatch(/policy\.tokens\.0$/);
    const lines = world.log.filter(({ level, fields }) => level === "warn" && "unusedPolicies" in fields);
    expect(lines).toHaveLength(1);
  });

  it("is not told if a token that it may fit could not be read", async () => {
    const world = new World({ policy: { tokens: [{ match: "backend" }] } });
    world.skipped.add(world.token("backend", DUE).id);
    const { report } = await world.run();
    expect(report.applications).toMatchObject([{ outcome: "failed" }]);
    expect(report.unusedPolicies).toBeUndefined();
  });
});

describe("a description copied onto another token", () => {
  it("ends the life of no current token, however long it stands there", async () => {
    const { world, successorId } = await rotatedOnce();
    const other = await rotatedOnce(world, "edge");
    const { description = "" } = tokenOf(world, successorId);
    world.losant.edit(APP, other.successorId, { description });
    await live(world, 30);
    for (const id of [successorId, other.successorId]) expect(tokenOf(world, id).status).toBe("active");
  });

  it("ends no life by policy: what was replaced, and isn't proven to be the worker's, is kept and told", async () => {
    const { world, successorId } = await rotatedOnce(
      new World({ policy: { retire: { unread: "ignore", deleteAfter: "7d" } } }),
    );
    const { description = "" } = tokenOf(world, successorId);
    await world.run({ tokens: [successorId], force: true });
    world.losant.edit(APP, successorId, { description: description.replace("run=", "run=x") });
    await live(world, 20);
    expect(tokenOf(world, successorId).status).toBe("active");
    expect(
      world.log.some(({ level, fields }) => level === "warn" && fields.reason === "retirement-unproven"),
    ).toBe(true);
  });

  it.each(["apiToken", undefined] as const)(
    "ends no life of a token that other software made (creatorType %s)",
    async (creatorType) => {
      const { world, successorId } = await rotatedOnce();
      const { description = "", creationDate, expirationDate } = tokenOf(world, successorId);
      const dates = { creationDate: new Date(creationDate.getTime() + MINUTE), expirationDate };
      const made = world.losant.addToken(APP, {
        name: "terraform",
        description,
        scope: ["application.get"],
        ...dates,
        ...(creatorType && { creatorType }),
      });
      await live(world, 30);
      expect(tokenOf(world, made.id).status).toBe("active");
    },
  );

  it("ends no life of a token that other software made, also where what it was copied from is gone", async () => {
    const { world, successorId } = await rotatedOnce();
    const { description = "", creationDate, expirationDate } = tokenOf(world, successorId);
    const made = world.losant.addToken(APP, {
      name: "terraform",
      description,
      scope: ["application.get"],
      creationDate,
      expirationDate,
      creatorType: "apiToken",
    });
    await world.run({ tokens: [successorId], force: true });
    world.losant.remove(APP, successorId);
    await live(world, 30);
    expect(tokenOf(world, made.id).status).toBe("active");
  });

  it("ends no life of the access token that the worker logs in with", async () => {
    const { world, successorId } = await rotatedOnce();
    const { description = "" } = tokenOf(world, successorId);
    const own = tokensOf(world).find(({ name }) => name === "rotation worker");
    world.losant.edit(APP, own?.id ?? "", { description });
    await live(world, 30);
    expect(tokenOf(world, own?.id ?? "").status).toBe("active");
    expect((await world.run()).failures).toEqual([]);
  });
});

describe("a marker that somebody wrote", () => {
  it("with another account's ARN does not stop the renewal of a person's token", async () => {
    const world = new World();
    const token = world.token("backend", { ...DUE, description: marker(ABROAD) });
    const { report } = await world.run();
    expect(rowOf(report, token.id)).toMatchObject({
      outcome: "rotated",
      secretName: world.secretOf("backend"),
    });
  });

  it("with another account's ARN, on a token made through the API, is told before that expires", async () => {
    const world = new World();
    const lifetime = 20 * DAY;
    const token = world.token("backend", { lifetime, creatorType: "apiToken", description: marker(ABROAD) });
    await live(world, 20);
    const told = world.events.filter(({ detail }) => detail.tokenId === token.id);
    expect(new Set(told.map(({ detail }) => detail.daysLeft))).toEqual(new Set([14, 7, 3, 1, 0]));
  });

  it("that names a root as replaced makes nobody take it for replaced", async () => {
    const { world, successorId } = await rotatedOnce();
    const root = world.token("edge", DUE);
    const { description = "" } = tokenOf(world, successorId);
    world.losant.edit(APP, successorId, {
      description: description.replace(/replaces=\w+/, `replaces=${root.id}`),
    });
    const { report, failures } = await world.run({ tokens: [root.id], force: true, retireNow: true });
    expect(failures).toEqual([]);
    expect(rowOf(report, root.id)).toMatchObject({ outcome: "rotated", secretName: world.secretOf("edge") });
    expect(world.losant.accepts(world.stringIn(world.secretOf("edge")) ?? "")).toBe(true);
  });

  it("between the listing and the act ends no life either", async () => {
    const world = new World();
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(2 * HOUR));
    const orphan = tokensOf(world).at(-1);
    const other = world.token("edge", { age: DAY, lifetime: 365 * DAY });
    await world.run(
      {},
      {
        intercept: ({ operation }) => {
          if (operation === "get")
            world.losant.edit(APP, other.id, { description: orphan?.description ?? "" });
          return {};
        },
      },
    );
    expect(tokenOf(world, orphan?.id ?? "").status).toBe("inactive");
    expect(tokenOf(world, other.id).status).toBe("active");
  });

  it.each([
    ["that Losant still accepts is the worker's", "active", "inactive"],
    [
      "that a person has revoked proves nothing: whoever has found the string can sign with it",
      "inactive",
      "active",
    ],
  ] as const)("with a former access token %s", async (_, formerStatus, status) => {
    const { world, successorId } = await rotatedOnce();
    const [former] = tokensOf(world);
    const key = markerKeyOf(
      new Redacted(world.stringIn(ACCESS) ?? ""),
      v.parse(SecretArn, world.secrets.get(ACCESS).arn),
      "losant",
    );
    const [orderedAt, expiresAt] = [world.clock.now(), new Date(world.clock.now().getTime() + 365 * DAY)];
    const intent = {
      replacedId: v.parse(TokenId, successorId),
      secretArn: v.parse(SecretArn, world.secrets.get(world.secretOf("backend")).arn),
      run: v.parse(RunId, "run-9"),
      orderedAt,
      expiresAt,
    };
    const { id } = world.token("edge", {
      lifetime: 365 * DAY,
      creatorType: "apiToken",
      creatorId: former?.id,
      description: describeSuccessor("", intent, v.parse(ApplicationId, APP), key),
    });
    world.losant.edit(APP, former?.id ?? "", { status: formerStatus });
    world.aws.putSecret(ACCESS, world.token("rotation worker", { scope: ["all.Application"] }).token);
    world.clock.advance(INTERVAL);
    await world.run();
    expect(tokenOf(world, id).status).toBe(status);
  });
});

describe("an orphan", () => {
  async function orphaned() {
    const world = new World();
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(2 * HOUR));
    return { world, orphan: tokensOf(world).at(-1)?.id ?? "" };
  }

  it("is deactivated, and deleted a week later: no sooner", async () => {
    const { world, orphan } = await orphaned();
    await world.run();
    expect(tokenOf(world, orphan).status).toBe("inactive");
    await live(world, 6.75);
    expect(tokenOf(world, orphan).status).toBe("inactive");
    await live(world, 0.5);
    expect(tokensOf(world).map(({ id }) => id)).not.toContain(orphan);
  });

  it("is as old as it was before the run began to read, however long that takes", async () => {
    const world = new World();
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(59 * MINUTE));
    const orphan = tokensOf(world).at(-1)?.id ?? "";
    const slow: Intercept = ({ operation }) => (operation === "list" ? { latencyMs: 2 * MINUTE } : {});
    await world.run({}, { intercept: slow });
    expect(tokenOf(world, orphan).status).toBe("active");
    await world.run();
    expect(tokenOf(world, orphan).status).toBe("inactive");
  });

  it("that somebody activates again is left alone, and told", async () => {
    const { world, orphan } = await orphaned();
    await world.run();
    world.losant.edit(APP, orphan, { status: "active" });
    const reports = await live(world, 10);
    expect(tokenOf(world, orphan).status).toBe("active");
    expect(rowOf(reports.at(-1) as Report, orphan)?.reason).toBe("orphan-reactivated");
  });

  it("is known after the access token has been renewed, by its former string", async () => {
    const world = new World({ secrets: { "rotation worker": ACCESS } });
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(HOUR / 2));
    const orphan = tokensOf(world).at(-1)?.id ?? "";
    const own = tokensOf(world).find(({ name }) => name === "rotation worker")?.id ?? "";
    expect((await world.run({ tokens: [own], force: true })).report.summary.rotated).toBe(1);
    world.clock.advance(2 * HOUR);
    await world.run();
    expect(tokenOf(world, orphan).status).toBe("inactive");
  });

  it("that was deactivated before the access token was renewed is deleted all the same", async () => {
    const world = new World({ secrets: { "rotation worker": ACCESS } });
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(2 * HOUR));
    const orphan = tokensOf(world).at(-1)?.id ?? "";
    await world.run();
    expect(tokenOf(world, orphan).status).toBe("inactive");
    const own = tokensOf(world).find(({ name }) => name === "rotation worker")?.id ?? "";
    world.clock.advance(HOUR);
    expect((await world.run({ tokens: [own], force: true })).report.summary.rotated).toBe(1);
    world.clock.advance(8 * DAY);
    await world.run();
    expect(tokensOf(world).map(({ id }) => id)).not.toContain(orphan);
  });
});

describe("a name", () => {
  it("leads no managed token into another secret, also where its description is emptied", async () => {
    const { world, successorId } = await rotatedOnce();
    world.losant.edit(APP, successorId, { name: "renamed", description: "" });
    await live(world, 340);
    const reading = world.stringIn(world.secretOf("backend")) ?? "";
    expect(world.losant.accepts(reading)).toBe(true);
    expect(world.losant.tokenIdOf(reading)).not.toBe(successorId);
    expect(world.aws.secretNames().filter((name) => name.includes("renamed"))).toEqual([]);
  });

  it("that two tokens swap swaps no strings, where the configuration maps their ids", async () => {
    const world = new World();
    const [one, two] = [world.token("API", DUE), world.token("CI", { ...DUE, scope: ["device.get"] })];
    world.config = {
      applications: [
        { id: APP, accessToken: ACCESS, secrets: { [one.id]: "prod/api", [two.id]: "prod/ci" } },
      ],
    };
    world.losant.edit(APP, one.id, { name: "CI" });
    world.losant.edit(APP, two.id, { name: "API" });
    const { report } = await world.run();
    expect(rowOf(report, one.id)?.secretName).toBe("prod/api");
    expect(rowOf(report, two.id)?.secretName).toBe("prod/ci");
  });

  it("of the worker's own token, given to another one, replaces no access token", async () => {
    const world = new World({ secrets: { "rotation worker": ACCESS } });
    const before = world.stringIn(ACCESS);
    const other = world.token("rotation worker", { ...DUE, scope: ["application.get"] });
    const { report, codes } = await world.run();
    expect(codes).toEqual(["secret-mapping-mismatch"]);
    expect(rowOf(report, other.id)).toMatchObject({ outcome: "failed", code: "secret-mapping-mismatch" });
    expect(world.stringIn(ACCESS)).toBe(before);
  });

  it("that is the secret of another token gives no two of them one secret", async () => {
    const world = new World();
    const [one] = [world.token("Twin", DUE), world.token("Twin", DUE)];
    world.token(`Twin_${one?.id}`, DUE);
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(3);
    expect(new Set(report.tokens.flatMap(({ secretName = "" }) => secretName)).size).toBe(4);
  });
});

describe("an access token", () => {
  it("of one application is the secret of no token of another", () => {
    const other = `${APP.slice(0, -1)}8`;
    const applications = [
      { id: APP, accessToken: ACCESS },
      { id: other, accessToken: `losant-access/${other}`, secrets: { backend: ACCESS } },
    ];
    expect(() => parseConfig({ applications })).toThrow(/applications\.1\.secrets/);
  });

  it("that a person replaced is not renewed any more, and its name fails nothing", async () => {
    const world = new World({ secrets: { worker: ACCESS } });
    const scope = ["applicationApiTokens.*", "applicationApiToken.*"];
    const former = world.token("worker", { age: 80 * DAY, lifetime: 90 * DAY, scope });
    world.aws.putSecret(ACCESS, former.token);
    const next = world.token("worker", { lifetime: 90 * DAY, scope });
    world.aws.putSecret(ACCESS, next.token);
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(rowOf(report, former.id)?.reason).toBe("superseded");
    expect(rowOf(report, next.id)?.reason).toBe("not-due");
  });

  const RENEWED = { config: { applications: [{ id: APP, accessToken: { secret: ACCESS, renew: true } }] } };
  const OWN = { lifetime: 45 * DAY, scope: ["all.Application"] };

  /** Stored by a person, and renewed by the worker since. */
  async function renewedOnce() {
    const world = new World(RENEWED);
    world.aws.putSecret(ACCESS, world.token("own", OWN).token);
    await live(world, 33);
    const renewedId = world.losant.tokenIdOf(world.stringIn(ACCESS) ?? "") ?? "";
    expect(tokenOf(world, renewedId).name).toBe("own");
    return { world, renewedId };
  }

  it("that a person stores over a renewed one is renewed in its secret as well", async () => {
    const { world, renewedId } = await renewedOnce();
    const stored = world.token("by hand", OWN);
    world.aws.putSecret(ACCESS, stored.token);
    const reports = await live(world, 100);
    expect(reports.flatMap(({ tokens }) => tokens.filter(({ outcome }) => outcome === "failed"))).toEqual([]);
    const [first] = reports.flatMap(({ tokens }) => tokens.filter(({ outcome }) => outcome === "rotated"));
    expect(first).toMatchObject({ tokenId: stored.id, secretName: ACCESS });
    expect(world.losant.accepts(world.stringIn(ACCESS) ?? "")).toBe(true);
    expect(world.aws.secretNames()).toEqual([ACCESS]);
    // The one before is replaced by nobody.
    expect(
      reports.flatMap(({ tokens }) => rowOf({ tokens } as Report, renewedId)?.outcome ?? []),
    ).not.toContain("rotated");
  });

  it("of which nothing says which token it is keeps its secret, whatever the secret held before", async () => {
    const { world, renewedId } = await renewedOnce();
    const stranger = world.token("of another kind", { lifetime: 100 * DAY, scope: ["all.Application"] });
    world.skipped.add(stranger.id);
    world.aws.putSecret(ACCESS, stranger.token);
    const reports = await live(world, 60);
    expect(world.stringIn(ACCESS)).toBe(stranger.token);
    expect(reports.flatMap((report) => rowOf(report, renewedId)?.reason ?? [])).toContain("rolled-back");
  });

  it("that a person replaced before it was ever renewed gets no successor in another secret", async () => {
    const world = new World(RENEWED);
    const former = world.token("own", OWN);
    world.aws.putSecret(ACCESS, former.token);
    world.aws.putSecret(ACCESS, world.token("by hand", { ...OWN, lifetime: 300 * DAY }).token);
    const reports = await live(world, 44);
    expect(rowOf(reports.at(-1) as Report, former.id)?.reason).toBe("superseded");
    expect(world.aws.secretNames()).toEqual([ACCESS]);
  });

  it.each([
    [
      "that no key has signed",
      marker("arn:aws:secretsmanager:eu-central-1:111122223333:secret:losant/x-AbCdEf"),
    ],
    ["of another account", marker(ABROAD)],
    ["twice", `${marker(ABROAD)} ${marker(ABROAD)}`],
    ["that is damaged", "[losant-token-rotation replaces=x]"],
  ])("is renewed in its secret, although somebody writes a marker onto it %s", async (_, description) => {
    const world = new World(RENEWED);
    const own = world.token("own", { ...OWN, creatorType: "apiToken", description });
    world.aws.putSecret(ACCESS, own.token);
    await live(world, 44);
    expect(world.losant.tokenIdOf(world.stringIn(ACCESS) ?? "")).not.toBe(own.id);
    expect(world.losant.accepts(world.stringIn(ACCESS) ?? "")).toBe(true);
    expect(world.aws.secretNames()).toEqual([ACCESS]);
  });

  it("that a person replaced is still the proof of what it made: predecessors are retired in time", async () => {
    const { world, root, successorId } = await rotatedOnce(
      new World({ policy: { retire: { unread: "ignore", deactivateAfter: "2d" } } }),
    );
    // Nothing else is due, so nothing else is a reason to read the versions or the keys.
    world.losant.remove(APP, root.id);
    world.aws.putSecret(world.secretOf("backend"), "a value set by hand");
    await world.run({ tokens: [successorId], force: true });
    world.clock.advance(INTERVAL);
    world.aws.putSecret(ACCESS, world.token("by hand", { scope: ["all.Application"] }).token);
    await live(world, 10);
    expect(tokenOf(world, successorId).status).toBe("inactive");
  });

  it("to which a person goes back is held until it is about to expire, and renewed then", async () => {
    const { world, renewedId } = await renewedOnce();
    const former = tokensOf(world).find(({ name, id }) => name === "own" && id !== renewedId);
    world.aws.moveLabel(ACCESS, "AWSCURRENT", "AWSPREVIOUS");
    expect(world.losant.tokenIdOf(world.stringIn(ACCESS) ?? "")).toBe(former?.id);
    const held = await live(world, 11);
    expect(rowOf(held.at(-1) as Report, former?.id ?? "")?.reason).toBe("rolled-back");
    await live(world, 40);
    expect(world.losant.accepts(world.stringIn(ACCESS) ?? "")).toBe(true);
    expect(world.aws.secretNames()).toEqual([ACCESS]);
  });

  it("is followed by no other token, also where a version of its secret names one", async () => {
    const world = new World(RENEWED);
    const own = world.token("own", { ...OWN, lifetime: 300 * DAY });
    world.aws.putSecret(ACCESS, own.token);
    const root = world.token("backend", DUE);
    world.aws.putSecret(ACCESS, "planted", `losant-${root.id}-${own.id}`);
    world.aws.putSecret(ACCESS, own.token);
    world.losant.edit(APP, root.id, { description: marker(world.secrets.get(ACCESS).arn, own.id) });
    await live(world, 20);
    expect(world.stringIn(ACCESS)).toBe(own.token);
  });

  it("that somebody only pretends was the worker's stops no renewal: Losant rejects its string", async () => {
    const world = new World();
    const root = world.token("admin", { ...DUE, scope: ["all.Application"] });
    const payload = Buffer.from(JSON.stringify({ sub: root.id, iat: 1 })).toString("base64url");
    const own = world.stringIn(ACCESS) ?? "";
    world.aws.putSecret(ACCESS, `eyJhbGciOiJIUzI1NiJ9.${payload}.forged`);
    world.aws.putSecret(ACCESS, own);
    const { report } = await world.run();
    expect(rowOf(report, root.id)?.outcome).toBe("rotated");
  });

  it("that the worker made for another secret lives as long as the worker logs in with it", async () => {
    const world = new World({ policy: { retire: { unread: "ignore", deactivateAfter: "7d" } } });
    world.token("ci", { ...DUE, scope: ["all.Application"] });
    const { report } = await world.run();
    const id = report.tokens.find(({ name }) => name === "ci")?.successorId ?? "";
    world.aws.putSecret(ACCESS, world.stringIn(world.secretOf("ci")) ?? "");
    world.clock.advance(INTERVAL);
    await world.run({ tokens: [id], force: true });
    world.clock.advance(30 * DAY);
    const later = await world.run();
    expect(rowOf(later.report, id)).toMatchObject({ action: "retire", outcome: "deferred" });
    expect(later.failures).toEqual([]);
    expect(tokenOf(world, id).status).toBe("active");
  });
});

describe("a token whose string an administrator copied into a mapped secret", () => {
  it.each([
    ["of the same application", APP],
    ["of another one", "575ec8687ae143cd83dc4a98"],
  ])("%s stays as long as it is current there, also when somebody wants it retired", async (_, other) => {
    const world = new World({ applications: [...new Set([APP, other])] });
    world.config = {
      applications: [...new Set([APP, other])].map((id) => ({
        id,
        accessToken: `losant-access/${id}`,
        secrets: id === other ? { nobody: "prod/copy" } : {},
      })),
    };
    const { successorId, root } = await rotatedOnce(world);
    const string = world.stringIn(world.secretOf("backend")) ?? "";
    world.aws.putSecret("prod/copy", string, `losant-${successorId}-${root.id}`);
    const onlyThere: Intercept = ({ operation, subject }) =>
      operation === "create" && subject === "backend" && world.stringIn(world.secretOf("backend")) !== string
        ? { before: new RotationError("losant-unavailable", "planted") }
        : {};
    const event = { tokens: [successorId], force: true, retireNow: true };
    const { report } = await world.run(event, { intercept: onlyThere });
    expect(rowOf(report, successorId)).toBeDefined();
    expect(world.stringIn("prod/copy")).toBe(string);
    expect(tokenOf(world, successorId).status).toBe("active");
  });
});

describe("a secret whose value something writes again and again", () => {
  it("costs no token its life when AWS removes the versions that tell what it held", async () => {
    const { world, successorId } = await rotatedOnce();
    const name = world.secretOf("backend");
    for (let count = 0; count < 150; count += 1) {
      world.clock.advance(20 * MINUTE);
      world.aws.putSecret(name, "a value set by hand");
    }
    await live(world, 10);
    expect(tokenOf(world, successorId).status).toBe("active");
  });
});

describe("the name of a token", () => {
  it("that is the secret which a twin of another would get stops that one's renewal no more than its own", async () => {
    const world = new World({ policy: { renewBefore: "2d" } });
    const root = world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    world.token(`backend_${root.id}`, { age: 9 * DAY, lifetime: 10 * DAY });
    expect((await world.run()).report.summary.rotated).toBe(1);
    world.token("backend", { lifetime: 365 * DAY });
    const rows = (await live(world, 24)).flatMap((report) => rowOf(report, root.id) ?? []);
    expect(rows.map(({ outcome }) => outcome)).toContain("rotated");
  });
});

describe("a configuration that changes", () => {
  const configured = (secrets: object, more: object = {}) => ({
    applications: [{ id: APP, accessToken: ACCESS, secrets }],
    ...more,
  });

  it.each([
    ["loses a mapping", { backend: "prod/a" }, {}, "losant"],
    ["changes a mapping", { backend: "prod/a" }, { backend: "prod/b" }, "losant"],
    ["changes the prefix", {}, {}, "other"],
  ])(
    "and %s is followed: once, with the former place in report and event",
    async (_, before, after, prefix) => {
      const world = new World();
      world.config = configured(before);
      const { successorId } = await rotatedOnce(world);
      const former =
        world.aws.secretNames().find((name) => name.includes("backend") || name === "prod/a") ?? "";
      const arn = world.secrets.get(former).arn;
      world.clock.advance(2 * DAY);
      world.config = configured(after, {
        secretPrefix: prefix,
        ...(prefix === "other" && { formerPrefixes: ["losant"] }),
      });
      const { report, failures } = await world.run();
      expect(failures).toEqual([]);
      expect(rowOf(report, successorId)).toMatchObject({
        outcome: "rotated",
        reason: "moved",
        formerSecretArn: arn,
      });
      const moved = world.events.find(({ detail }) => detail.replacedTokenId === successorId);
      expect(moved?.detail).toMatchObject({ reason: "moved", formerSecretArn: arn });
      for (const { summary } of await live(world, 3))
        expect(summary).toMatchObject({ rotated: 0, failed: 0 });
      expect(world.losant.accepts(world.stringIn(former) ?? "")).toBe(true);
    },
  );

  it("and changes the prefix moves what is current, also if the list of secrets is old and the token has another name", async () => {
    let lagMs = 0;
    const world = new World({ settings: { indexLagMs: () => lagMs } });
    const { successorId } = await rotatedOnce(world);
    world.clock.advance(DAY);
    lagMs = 5 * MINUTE;
    const forced = await world.run({ tokens: [successorId], force: true });
    const current = rowOf(forced.report, successorId)?.successorId ?? "";
    for (const id of [successorId, current]) world.losant.edit(APP, id, { name: "renamed" });
    world.clock.advance(2 * MINUTE);
    world.config = configured({}, { secretPrefix: "other", formerPrefixes: ["losant"] });
    await world.run();
    const reports = await live(world, 3);
    expect(reports.flatMap(({ tokens }) => tokens.filter(({ outcome }) => outcome === "failed"))).toEqual([]);
    expect(
      world.events.flatMap(({ detail }) => (detail.reason === "moved" ? detail.replacedTokenId : [])),
    ).toEqual([current]);
  });

  it("back and forth makes one token a day at most", async () => {
    const world = new World();
    await rotatedOnce(world);
    const before = tokensOf(world).length;
    for (let run = 0; run < 12; run += 1) {
      world.config = configured(run % 2 === 0 ? {} : { [tokensOf(world)[1]?.id ?? ""]: "prod/b" });
      await world.run();
      world.clock.advance(INTERVAL);
    }
    expect(tokensOf(world).length - before).toBeLessThanOrEqual(4);
  });
});

describe("clocks that are apart", () => {
  it.each([-150, 150])(
    "by %i minutes don't stop the warning in the last interval of a token that nothing renews",
    async (minutes) => {
      const world = new World({ policy: { exclude: ["backend"] } });
      const { id } = world.token("backend", { age: 20 * HOUR, lifetime: 20 * HOUR + 30 * MINUTE });
      await world.run({ trigger: "schedule" }, { skewMs: minutes * MINUTE });
      expect(world.events.filter(({ detailType }) => detailType.endsWith("Expiring"))).toEqual([
        expect.objectContaining({ detail: expect.objectContaining({ tokenId: id, daysLeft: 0 }) }),
      ]);
    },
  );

  it.each([-150, 150])(
    "by %i minutes end no life of what an overlapping run has just made",
    async (minutes) => {
      const world = new World();
      world.token("backend", DUE);
      const slow = world.start(
        {},
        {
          intercept: ({ operation }) => (operation === "stage" ? { latencyMs: 5 * MINUTE } : {}),
        },
      );
      await world.clock.run(world.clock.sleep(MINUTE));
      await world.run({}, { skewMs: minutes * MINUTE });
      await world.clock.run(slow);
      const reading = world.stringIn(world.secretOf("backend")) ?? "";
      expect(world.losant.accepts(reading)).toBe(true);
      expect(tokensOf(world).every(({ status }) => status === "active")).toBe(true);
    },
  );

  it("by more than a day end no life, and that is told", async () => {
    const { world, orphan } = await (async () => {
      const { world } = await rotatedOnce();
      const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
      void world.start({ tokens: [tokensOf(world).at(-1)?.id ?? ""], force: true }, { intercept: dying });
      await world.clock.run(world.clock.sleep(2 * HOUR));
      return { world, orphan: tokensOf(world).at(-1)?.id ?? "" };
    })();
    const { report, codes } = await world.run({}, { skewMs: 25 * HOUR });
    expect(codes).toEqual(["losant-clock-unknown"]);
    expect(rowOf(report, orphan)).toMatchObject({ action: "discard", outcome: "deferred" });
    expect(tokenOf(world, orphan).status).toBe("active");
  });
});

describe("a list of secrets that can't be read", () => {
  it("costs looks and not one token, and is told", async () => {
    const { world, successorId } = await rotatedOnce();
    const refused: Intercept = ({ operation }) =>
      operation === "listSecrets" ? { before: new RotationError("store-denied", "planted") } : {};
    const { report, failures } = await world.run({}, { intercept: refused });
    expect(failures).toEqual([expect.stringContaining("the list of secrets")]);
    expect(rowOf(report, successorId)?.reason).toBe("not-due");
    expect(report.summary).toMatchObject({ rotated: 0 });
  });
});
