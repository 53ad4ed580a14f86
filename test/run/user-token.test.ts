import { describe, expect, it } from "vitest";
import type { Cap } from "../../emulators/losant/roles.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { metricsOf } from "../../lambda/report/metrics.ts";
import type { Intercept } from "../support/ports.ts";
import { DAY, HOUR, World, type WorldOptions } from "../support/world.ts";

const SECRET = "losant-access/fleet";
const APP = "575ec8687ae143cd83dc4a01";
const ACME = "675ed6e87ae143cd83dc4aa1";
const SCOPE = [
  "applications.get",
  "applicationApiTokens.*",
  "applicationApiToken.*",
  "userApiTokens.*",
  "userApiToken.*",
];
const CAP: Cap = {
  defaultRole: "none",
  orgRoles: [
    { orgId: ACME, role: "collaborate", applicationRoles: [{ resourceId: APP, role: "collaborate" }] },
    { orgId: "sandbox", role: "none" },
  ],
};

interface UserOptions extends Omit<WorldOptions, "applications"> {
  readonly scope?: readonly string[];
  readonly cap?: Cap;
  /** How long the access token lives, and how old it is. */
  readonly lifetime?: number;
  readonly age?: number;
  readonly accessToken?: unknown;
}

/** A user whose access token is due, and who has another token that is due too. The worker renews the access token. */
function withUser(options: UserOptions = {}) {
  const { scope = SCOPE, cap = CAP, lifetime = 365 * DAY, age = 350 * DAY, ...rest } = options;
  const { accessToken = { secret: SECRET, renew: true }, config, ...world } = rest;
  const discover = [{ accessToken, organizations: ["*", "sandbox"], policy: { include: ["backend"] } }];
  const made = new World({
    ...world,
    applications: [],
    config: { discover, applications: undefined, ...config },
  });
  const { losant, clock } = made;
  const user = losant.addUser({ name: "Robot" });
  losant.addOrganization({ id: ACME, name: "Acme" });
  losant.setMember(ACME, user, "admin");
  losant.addApplication({ id: APP, name: "One", ownerId: ACME });
  const creationDate = new Date(clock.now().getTime() - age);
  const expirationDate = new Date(creationDate.getTime() + lifetime);
  const dates = { creationDate, expirationDate };
  const access = losant.addUserToken(user, { name: "fleet worker", scope, ...dates, ...cap });
  const later = { ...dates, creationDate: new Date(creationDate.getTime() + HOUR) };
  const other = losant.addUserToken(user, { name: "a person's own", ...later });
  made.aws.putSecret(SECRET, access.token);
  const others = () => losant.userTokens(user).filter(({ id }) => id === other.id);
  return { world: made, losant, user, access, other, others };
}

type Made = ReturnType<typeof withUser>;

/** The token that the secret holds now. */
function current({ world, losant, user }: Made) {
  const id = losant.tokenIdOf(world.stringIn(SECRET) ?? "");
  return losant.userTokens(user).find((token) => token.id === id);
}

const rowsOf = ({ report }: Awaited<ReturnType<World["run"]>>, user: string) =>
  report.tokens
    .filter(({ applicationId }) => applicationId === user)
    .map(({ name, outcome, reason }) => [name, outcome, reason]);

async function later(world: World, ms: number): Promise<void> {
  await world.clock.run(world.clock.sleep(ms));
}

async function crashing(world: World, intercept: Intercept): Promise<void> {
  const stopped = world.start({ trigger: "schedule" }, { intercept });
  stopped.catch(() => {});
  await world.clock.run(Promise.race([stopped, world.clock.sleep(HOUR / 2)]));
}

describe("an access token of a user that renews itself", () => {
  it("gets a successor with the same scope and the same permission cap, in the same secret", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(rowsOf(result, user)).toEqual([["fleet worker", "rotated", "renewal-window"]]);
    const successor = current(made);
    expect(successor).toMatchObject({ name: "fleet worker", scope: SCOPE, cap: CAP, status: "active" });
    expect(successor?.id).not.toBe(access.id);
    expect(losant.accepts(access.token)).toBe(true);
    expect(result.report.applications).toContainEqual({
      applicationId: user,
      ownerType: "user",
      outcome: "ok",
    });
  });

  it("changes no other token of the user, and doesn't report it", async () => {
    const made = withUser();
    const { world, user, others } = made;
    const before = JSON.stringify(others());
    for (let run = 0; run < 40; run += 1) {
      const result = await world.run();
      expect(rowsOf(result, user).some(([name]) => name === "a person's own")).toBe(false);
      await later(world, DAY);
    }
    expect(JSON.stringify(others())).toBe(before);
  });

  it("works with the successor from the next run on", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    await world.run();
    losant.editUserToken(user, access.id, { status: "inactive" });
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, APP);
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(result.report.summary.rotated).toBe(1);
  });

  it("renews it again and again, and ends its predecessors as the policy says", async () => {
    const policy = { lifetime: "20d", renewBefore: "5d", retire: { unread: "ignore", deleteAfter: "1d" } };
    const made = withUser({ policy });
    const { world, losant, user, others, access } = made;
    for (let run = 0; run < 60; run += 1) {
      expect((await world.run()).failures).toEqual([]);
      await later(world, DAY);
    }
    const left = losant.userTokens(user).filter(({ id }) => id !== access.id);
    expect(left.length).toBeLessThanOrEqual(3);
    expect(others()[0]?.status).toBe("active");
    // Nobody knows who has the string of the first one.
    expect(losant.userTokens(user).some(({ id }) => id === access.id)).toBe(true);
    expect(current(made)?.cap).toEqual(CAP);
  });

  it.each([
    ["apiToken", "accessToken"],
    ["user", "user"],
    ["apiToken", "none"],
  ] as const)(
    "proves what it created if Losant calls the creator %s with the id of the %s",
    async (...told) => {
      const [creatorTypeOfUserTokens, creatorIds] = told;
      const policy = { lifetime: "20d", renewBefore: "5d", retire: { unread: "ignore", deleteAfter: "1d" } };
      const made = withUser({ losant: { creatorTypeOfUserTokens, creatorIds }, policy });
      const { world, losant, user } = made;
      for (let run = 0; run < 50; run += 1) {
        expect((await world.run()).failures).toEqual([]);
        await later(world, DAY);
      }
      expect(losant.userTokens(user).length).toBeLessThanOrEqual(4);
    },
  );

  it("keeps what it can't prove, if Losant says nothing but that a user created it", async () => {
    const policy = { lifetime: "20d", renewBefore: "5d", retire: { unread: "ignore", deleteAfter: "1d" } };
    const made = withUser({ losant: { creatorTypeOfUserTokens: "user", creatorIds: "none" }, policy });
    const { world, losant, user } = made;
    for (let run = 0; run < 50; run += 1) {
      expect((await world.run()).failures).toEqual([]);
      await later(world, DAY);
    }
    expect(losant.userTokens(user)).toHaveLength(5);
  });

  it("sends the same events as for others, with the id of the user and what it is", async () => {
    const { world, user } = withUser();
    await world.run();
    const [event] = world.events.filter(({ detailType }) => detailType === "Losant API Token Rotated");
    expect(event?.detail).toMatchObject({
      schemaVersion: "1",
      applicationId: user,
      ownerType: "user",
      tokenName: "fleet worker",
      secretName: SECRET,
      headline: expect.stringContaining(`Losant API token “fleet worker” of user ${user} was renewed.`),
    });
  });

  it("counts its days in the metric, and warns of its expiry only if nothing renews it", async () => {
    const warned = async (scope: readonly string[]) => {
      const { world } = withUser({ scope, lifetime: 30 * DAY, age: 20 * DAY });
      let days: unknown;
      for (let run = 0; run < 4 * 10; run += 1) {
        const { facts } = await world.run();
        days ??= metricsOf({ ...facts, functionName: "worker" }, world.clock.now())?.AccessTokenDaysLeft;
        await later(world, 6 * HOUR);
      }
      const warnings = world.events.filter(({ detailType }) => detailType === "Losant API Token Expiring");
      return [days, warnings.map(({ detail }) => detail.reason)];
    };
    expect(await warned(SCOPE)).toEqual([10, []]);
  });

  it("is replaced by name or id with force, and no other token of the user is", async () => {
    const made = withUser({ age: DAY });
    const { world, others, other, user } = made;
    const before = JSON.stringify(others());
    const forced = await world.run({ tokens: ["fleet worker"], force: true });
    expect(rowsOf(forced, user).map(([, outcome]) => outcome)).toContain("rotated");
    for (const named of [other.id, "a person's own"]) {
      const result = await world.run({ tokens: [named], force: true, retireNow: true });
      expect(result.codes).toEqual(["token-not-found"]);
    }
    expect(JSON.stringify(others())).toBe(before);
  });

  it("is never deactivated in the run that replaces it", async () => {
    const { world, losant, access } = withUser();
    await world.run({ tokens: ["fleet worker"], force: true, retireNow: true });
    expect(losant.accepts(access.token)).toBe(true);
  });

  it("is left alone without `renew`, and the user's tokens are not even listed", async () => {
    const { world, user } = withUser({ accessToken: SECRET });
    const seen: string[] = [];
    const intercept: Intercept = ({ operation, subject }) => {
      seen.push(`${operation} ${subject}`);
      return {};
    };
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.failures).toEqual([]);
    expect(rowsOf(result, user)).toEqual([]);
    expect(seen).not.toContain(`list ${user}`);
    expect(seen.some((call) => call.startsWith("identify"))).toBe(false);
  });

  it("is renewed once where two entries have its secret, or two deployments run", async () => {
    const entry = { accessToken: { secret: SECRET, renew: true }, organizations: ["Acme"] };
    const made = withUser({
      config: { discover: [entry, { ...entry, organizations: ["sandbox"], atLeast: 0 }] },
    });
    const { world, losant, user } = made;
    await world.run();
    expect(losant.userTokens(user)).toHaveLength(3);
    await world.run();
    expect(losant.userTokens(user)).toHaveLength(3);
  });

  it("is in one shard of a fleet, like an application", async () => {
    const made = withUser({ age: DAY, config: { fleet: true, schedule: "6h" } });
    const { world, user } = made;
    let looked = 0;
    for (let slot = 0; slot < 2 * 24; slot += 1) {
      const result = await world.run({ trigger: "schedule", at: world.clock.now().toISOString() });
      expect(result.failures).toEqual([]);
      looked += rowsOf(result, user).length;
      await later(world, HOUR / 4);
    }
    expect(looked).toBe(2);
  });

  it("survives runs that overlap: one successor becomes current, and the other is deleted", async () => {
    const made = withUser();
    const { world, losant, user } = made;
    await world.clock.run(Promise.all([world.start({}, {}), world.start({}, {})]));
    expect(losant.userTokens(user)).toHaveLength(3);
    expect(current(made)?.cap).toEqual(CAP);
  });
});

describe("what others do with the tokens of the user", () => {
  it("a copied marker connects a token with the secret, but proves nothing: it is reported and left alone", async () => {
    const made = withUser();
    const { world, losant, user, other } = made;
    await world.run();
    const description = current(made)?.description;
    losant.editUserToken(user, other.id, { description });
    const before = JSON.stringify(made.others());
    for (let run = 0; run < 10; run += 1) {
      const result = await world.run({ tokens: [other.id], force: true, retireNow: true });
      expect(rowsOf(result, user)).toContainEqual(["a person's own", "skipped", "unproven"]);
      await world.run();
      await later(world, DAY);
    }
    expect(JSON.stringify(made.others())).toBe(before);
  });

  it("a name decides nothing: a token with the name of the access token is not renewed", async () => {
    const made = withUser();
    const { world, losant, user, other } = made;
    losant.editUserToken(user, other.id, { name: "fleet worker" });
    losant.editUserToken(user, made.access.id, { name: "renamed" });
    const before = JSON.stringify(made.others());
    await world.run();
    expect(JSON.stringify(made.others())).toBe(before);
    expect(current(made)?.name).toBe("renamed");
  });

  it("a lower permission cap is the cap of the next successor", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    const lowered = { defaultRole: "none", orgRoles: [{ orgId: ACME, role: "view" }] } as const;
    losant.editUserToken(user, access.id, { cap: lowered });
    await world.run();
    expect(current(made)?.cap).toEqual(lowered);
  });

  it.each([
    ["lowers the cap", { cap: { defaultRole: "none" } }],
    ["deactivates the token", { status: "inactive" }],
  ] as const)(
    "whoever %s while the successor is created gets no successor with more rights",
    async (_, edit) => {
      const made = withUser();
      const { world, losant, user, access } = made;
      const intercept: Intercept = ({ operation }) => {
        if (operation === "probe") losant.editUserToken(user, access.id, edit);
        return {};
      };
      const result = await world.run({ trigger: "schedule" }, { intercept });
      expect(result.failures.length).toBeGreaterThan(0);
      expect(losant.tokenIdOf(world.stringIn(SECRET) ?? "")).toBe(access.id);
      const live = losant
        .userTokens(user)
        .filter(
          ({ id, status, cap }) =>
            status === "active" &&
            id !== access.id &&
            cap.defaultRole === "none" &&
            cap.orgRoles?.length === 2,
        );
      if ("cap" in edit) {
        expect(result.codes).toEqual(["predecessor-changed"]);
        expect(live).toEqual([]);
        await world.run();
        expect(current(made)?.cap).toEqual(edit.cap);
      }
    },
  );

  it("a successor that was stored before the cap was lowered never becomes current", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    await crashing(world, ({ operation }) => (operation === "promote" ? { before: "crash" } : {}));
    const staged = losant.userTokens(user).at(-1)?.id;
    expect(staged).not.toBe(access.id);
    // The first version of a secret would be current; this one is not.
    expect(losant.tokenIdOf(world.stringIn(SECRET) ?? "")).toBe(access.id);
    const lowered = { defaultRole: "view" } as const;
    losant.editUserToken(user, access.id, { cap: lowered });
    for (let run = 0; run < 30; run += 1) {
      await world.run();
      expect(losant.tokenIdOf(world.stringIn(SECRET) ?? "")).not.toBe(staged);
      await later(world, 2 * HOUR);
    }
    expect(current(made)?.cap).toEqual(lowered);
    expect(losant.userTokens(user).some(({ id }) => id === staged)).toBe(false);
  });

  it("an access token that a person deactivated gets no successor", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    losant.editUserToken(user, access.id, { status: "inactive" });
    const result = await world.run();
    expect(result.codes).toContain("access-token-rejected");
    expect(losant.userTokens(user)).toHaveLength(2);
  });

  it("another string of the same user, stored by hand, is renewed from then on", async () => {
    const made = withUser();
    const { world, losant, user } = made;
    await world.run();
    const creationDate = new Date(world.clock.now().getTime() - 350 * DAY);
    const dates = { creationDate, expirationDate: new Date(creationDate.getTime() + 360 * DAY) };
    const byHand = losant.addUserToken(user, { name: "by hand", scope: SCOPE, ...dates });
    world.aws.putSecret(SECRET, byHand.token);
    const result = await world.run();
    expect(rowsOf(result, user)).toContainEqual(["by hand", "rotated", "renewal-window"]);
    expect(current(made)).toMatchObject({ name: "by hand", cap: {} });
  });
});

describe("a successor that isn't what was ordered", () => {
  it("is deleted if it has another permission cap", async () => {
    const made = withUser();
    const { world, losant, user, access } = made;
    const intercept: Intercept = ({ operation }) =>
      operation === "create" ? { misread: (order) => ({ ...order, cap: { defaultRole: "admin" } }) } : {};
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.codes).toEqual(["successor-mismatch"]);
    expect(result.failures[0]).toContain("permission cap");
    expect(losant.userTokens(user)).toHaveLength(2);
    expect(losant.tokenIdOf(world.stringIn(SECRET) ?? "")).toBe(access.id);
  });
});

describe("a failure", () => {
  it("to find out whose token it is is a failure of the run, and the applications are worked on", async () => {
    const { world } = withUser({
      scope: ["applications.get", "applicationApiTokens.*", "applicationApiToken.*"],
    });
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, APP);
    const result = await world.run();
    expect(result.codes).toEqual(["access-token-forbidden"]);
    expect(result.failures[0]).toContain("discover.0.accessToken");
    expect(result.report.summary.rotated).toBe(1);
  });

  it.each(["list", "create", "stage", "promote", "publish", "detach"])(
    "or a crash of %s is repaired by the next runs, and leaves one live successor",
    async (at) => {
      for (const when of ["before", "after"] as const) {
        const made = withUser();
        const { world, losant, user, access, others } = made;
        const before = JSON.stringify(others());
        let hit = false;
        const crash: Intercept = ({ operation, subject }) => {
          const isIt = operation === at && (at !== "list" || subject === user) && !hit;
          hit ||= isIt;
          return isIt ? { [when]: "crash" } : {};
        };
        await crashing(world, crash);
        expect(hit).toBe(true);
        for (let run = 0; run < 50; run += 1) {
          await world.run();
          await later(world, 6 * HOUR);
        }
        const live = losant
          .userTokens(user)
          .filter(({ id, status }) => status === "active" && id !== access.id && id !== made.other.id);
        expect(live).toHaveLength(1);
        expect(current(made)?.id).toBe(live[0]?.id);
        expect(current(made)?.cap).toEqual(CAP);
        expect(JSON.stringify(others())).toBe(before);
        const keys = world.events
          .filter(({ detailType }) => detailType === "Losant API Token Rotated")
          .map(({ detail }) => detail.key);
        expect(new Set(keys).size).toBe(1);
      }
    },
  );

  it("of one user's tokens is told once for the user, also if another access token of the user works", async () => {
    const made = withUser();
    const { world, user } = made;
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "list" && subject === user
        ? { before: new RotationError("losant-unavailable", "planted") }
        : {};
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.report.applications).toContainEqual(
      expect.objectContaining({ applicationId: user, ownerType: "user", outcome: "failed" }),
    );
    expect(result.failures.join()).toContain(`user ${user}`);
  });
});
