import { describe, expect, it } from "vitest";
import { getSecretValue } from "../../emulators/aws/secrets-reads.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { metricsOf } from "../../lambda/report/metrics.ts";
import type { Fate, Intercept } from "../support/ports.ts";
import { DAY, World, type WorldOptions } from "../support/world.ts";

const FLEET = "losant-access/fleet";
const [ONE, TWO, THREE] = [1, 2, 3].map((last) => `575ec8687ae143cd83dc4a0${last}`) as [
  string,
  string,
  string,
];
const ACME = "675ed6e87ae143cd83dc4aa1";
const OTHER = "675ed6e87ae143cd83dc4aa2";
const ENTRY = { accessToken: FLEET, organizations: ["Acme *"] };

interface FleetOptions extends Omit<WorldOptions, "applications"> {
  readonly entry?: object;
  readonly applications?: readonly object[];
  readonly lifetime?: number;
}

/** Two applications of one organization, each with a token that is due, and one access token of a user. */
function fleet({ entry = {}, applications, config, lifetime, ...options }: FleetOptions = {}) {
  const world = new World({
    ...options,
    applications: [],
    config: { discover: [{ ...ENTRY, ...entry }], applications, ...config },
  });
  const { losant, clock } = world;
  const user = losant.addUser({ name: "Robot" });
  losant.addOrganization({ id: ACME, name: "Acme Wheels" });
  losant.addOrganization({ id: OTHER, name: "Other" });
  losant.setMember(ACME, user, "collaborate");
  losant.setMember(OTHER, user, "collaborate");
  const expirationDate = lifetime === undefined ? undefined : new Date(clock.now().getTime() + lifetime);
  const access = losant.addUserToken(user, { name: "fleet worker", expirationDate });
  world.aws.putSecret(FLEET, access.token);
  losant.addApplication({ id: ONE, name: "One", ownerId: ACME });
  losant.addApplication({ id: TWO, name: "Two", ownerId: ACME });
  const due = (app: string) => world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, app);
  return { world, losant, user, access, due, tokens: { one: due(ONE), two: due(TWO) } };
}

const rotatedIn = ({ report }: Awaited<ReturnType<World["run"]>>) =>
  report.tokens.filter(({ outcome }) => outcome === "rotated").map(({ applicationId }) => applicationId);

/** When the tokens of this application are listed. */
const onListOf =
  (id: string, fateOf: () => Fate): Intercept =>
  ({ operation, subject }) =>
    operation === "list" && subject === id ? fateOf() : {};

/** Every string, label and token that there is, to show that nothing has changed. */
const everything = ({ losant, secrets }: World) =>
  JSON.stringify([
    [ONE, TWO].map((id) => {
      try {
        return losant.tokens(id);
      } catch {
        return "gone";
      }
    }),
    [...secrets.indexed()].map(({ name, labels, versions }) => [name, [...labels], versions.length]),
  ]);

describe("a run that discovers", () => {
  it("rotates the due tokens of all applications that it finds, with one access token that it reads once", async () => {
    const { world } = fleet();
    let reads = 0;
    const intercept: Intercept = ({ operation }) => {
      if (operation === "listApplications") reads += 1;
      return {};
    };
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result).toSorted()).toEqual([ONE, TWO]);
    expect(reads).toBe(1);
    for (const app of [ONE, TWO])
      expect(world.losant.accepts(world.stringIn(`losant/${app}/backend`) ?? "")).toBe(true);
    expect(result.report.applications).toEqual([
      { applicationId: ONE, outcome: "ok" },
      { applicationId: TWO, outcome: "ok" },
    ]);
    expect(result.facts.accessTokenExpiresAt).toBeUndefined();
  });

  it("leaves both alone in the next run, and retires nothing that it can't prove", async () => {
    const { world } = fleet({ policy: { retire: { unread: "ignore", deactivateAfter: "1d" } } });
    await world.run();
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result)).toEqual([]);
  });

  it.each(["apiToken", "user"] as const)(
    "proves what it created and ends it at last, if Losant calls its creator %s",
    async (creatorTypeOfUserTokens) => {
      const creatorIds = creatorTypeOfUserTokens === "user" ? "user" : "accessToken";
      const { world, losant } = fleet({
        losant: { creatorTypeOfUserTokens, creatorIds },
        policy: { lifetime: "20d", renewBefore: "5d", retire: { unread: "ignore", deleteAfter: "1d" } },
      });
      for (let run = 0; run < 60; run += 1) {
        await world.clock.run(world.clock.sleep(DAY));
        expect((await world.run()).failures).toEqual([]);
      }
      // The root is kept, and of the successors only the last one is left.
      for (const app of [ONE, TWO]) expect(losant.tokens(app)).toHaveLength(2);
    },
  );

  it("knows its predecessors without labels also if Losant calls the user their creator", async () => {
    const { world, losant } = fleet({
      losant: { creatorTypeOfUserTokens: "user", creatorIds: "user" },
      policy: { lifetime: "30d", renewBefore: "9d" },
    });
    for (let time = 0; time < 4; time += 1) {
      await world.run({ applicationId: ONE, tokens: ["backend"], force: true });
      await world.clock.run(world.clock.sleep(DAY));
    }
    // Without markers, only versions show where they belong. They are due.
    for (const { id } of losant.tokens(ONE)) losant.edit(ONE, id, { description: undefined });
    await world.clock.run(world.clock.sleep(18 * DAY));
    // A consumer reads the current one, so no other reason is given.
    getSecretValue(world.secrets, { SecretId: `losant/${ONE}/backend` });
    const { report } = await world.run({ applicationId: ONE });
    const current = world.aws.secret(`losant/${ONE}/backend`)?.versions.at(-1)?.versionId.split("-")[1];
    const reasons = report.tokens.map(({ tokenId, reason }) => [tokenId === current, reason]);
    expect(reasons.toSorted()).toEqual([...Array(4).fill([false, "superseded"]), [true, "not-due"]]);
  });

  it("deactivates an orphan of its own, and no other token", async () => {
    const { world, losant } = fleet();
    const crash: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    const stopped = world.start({}, { intercept: crash });
    stopped.catch(() => {});
    await world.clock.run(Promise.race([stopped, world.clock.sleep(DAY / 24)]));
    await world.clock.run(world.clock.sleep(DAY));
    await world.run();
    const inactive = [ONE, TWO]
      .flatMap((app) => losant.tokens(app))
      .filter(({ status }) => status === "inactive");
    expect(inactive).toHaveLength(1);
    expect(inactive[0]?.description).toContain("discarded=");
  });

  it("takes applications by the names and ids of organizations and applications", async () => {
    const foundBy = async (entry: object) => {
      const { world, losant, user, due } = fleet({ entry: { atLeast: 0, ...entry } });
      losant.addApplication({ id: THREE, name: "Three", ownerId: user });
      due(THREE);
      return rotatedIn(await world.run()).toSorted();
    };
    expect(await foundBy({})).toEqual([ONE, TWO]);
    expect(await foundBy({ organizations: [ACME.toUpperCase()] })).toEqual([ONE, TWO]);
    expect(await foundBy({ organizations: ["Other", OTHER] })).toEqual([]);
    expect(await foundBy({ organizations: ["sandbox"] })).toEqual([THREE]);
    expect(await foundBy({ organizations: ["*"] })).toEqual([ONE, TWO]);
    expect(await foundBy({ include: ["T*"] })).toEqual([TWO]);
    expect(await foundBy({ include: [ONE] })).toEqual([ONE]);
    expect(await foundBy({ exclude: ["?wo"] })).toEqual([ONE]);
    expect(await foundBy({ exclude: [ONE, "Two"] })).toEqual([]);
  });

  it("uses the policy of the entry, and over it that of an entry of applications", async () => {
    const { world } = fleet({
      entry: { policy: { exclude: ["*"] } },
      applications: [{ id: TWO, policy: { exclude: [] }, secrets: { backend: "prod/two" } }],
    });
    expect(rotatedIn(await world.run())).toEqual([TWO]);
    expect(world.losant.accepts(world.stringIn("prod/two") ?? "")).toBe(true);
  });

  it("works on the applications of its part, and another deployment on the others", async () => {
    const parts = await Promise.all(
      ["1/3", "3/3"].map(async (part) => {
        const { world } = fleet({ entry: { part }, applications: [{ id: ONE }, { id: TWO }] });
        const result = await world.run();
        // The override of an application in the other part is not missing.
        expect(result.failures).toEqual([]);
        return rotatedIn(result);
      }),
    );
    expect(parts).toEqual([[ONE], [TWO]]);
  });

  it("fails for an override of an application that is in no part, because its organization is not meant", async () => {
    const { world, losant } = fleet({ entry: { part: "1/3" }, applications: [{ id: THREE }] });
    losant.addApplication({ id: THREE, name: "Three", ownerId: OTHER });
    expect((await world.run()).codes).toEqual(["application-not-found"]);
  });

  it("finds as many as are in its part, and leaves the others to a later entry", async () => {
    const { world } = fleet({ entry: { part: "1/3", atLeast: 2 } });
    expect((await world.run()).codes).toEqual(["discovery-too-small"]);
    const both = fleet({
      config: {
        discover: [
          { ...ENTRY, part: "1/3" },
          { ...ENTRY, policy: { exclude: ["*"] } },
        ],
      },
    });
    expect(rotatedIn(await both.world.run())).toEqual([ONE]);
  });

  it("logs in to an application with its own access token, and then the entry of discover decides nothing", async () => {
    const { world, losant } = fleet({
      entry: { policy: { exclude: ["*"] } },
      applications: [{ id: ONE, accessToken: "losant-access/one" }],
    });
    const own = losant.addToken(ONE, { name: "own" });
    world.aws.putSecret("losant-access/one", own.token);
    const result = await world.run();
    expect(rotatedIn(result)).toEqual([ONE]);
    const successor = losant.tokens(ONE).find(({ creatorType }) => creatorType === "apiToken");
    expect(successor?.creatorId).toBe(own.id);
  });

  it("fails if an entry of applications without an access token is not discovered", async () => {
    const { world } = fleet({ applications: [{ id: THREE }] });
    const { report } = await world.run();
    expect(report.applications).toContainEqual({
      applicationId: THREE,
      outcome: "failed",
      code: "application-not-found",
      message: `application ${THREE} has no accessToken in the configuration, and no entry of discover found it`,
    });
    expect(report.summary.rotated).toBe(2);
  });

  it("fails for such an entry also if there are too few applications, but not if a list is incomplete", async () => {
    const { world } = fleet({ entry: { atLeast: 5 }, applications: [{ id: THREE }] });
    expect((await world.run()).codes).toEqual(["discovery-too-small", "application-not-found"]);
    world.listedAs = (applications) => ({ applications, missing: 1 });
    expect((await world.run()).codes).toEqual(["discovery-incomplete", "discovery-too-small"]);
  });

  it("looks at one application if the event names it, whatever is wrong with others", async () => {
    const { world } = fleet({ entry: { atLeast: 9 } });
    const result = await world.run({ applicationId: TWO });
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result)).toEqual([TWO]);
    const { world: exact } = fleet();
    await expect(exact.run({ applicationId: THREE })).rejects.toThrow(
      `${THREE} is not in the configuration, and was not discovered`,
    );
  });

  it("doesn't list applications if the event names a configured one", async () => {
    const { world, losant } = fleet({ applications: [{ id: ONE, accessToken: "losant-access/one" }] });
    world.aws.putSecret("losant-access/one", losant.addToken(ONE, { name: "own" }).token);
    const calls: string[] = [];
    const intercept: Intercept = ({ operation }) => {
      calls.push(operation);
      return {};
    };
    expect(rotatedIn(await world.run({ applicationId: ONE }, { intercept }))).toEqual([ONE]);
    expect(calls).not.toContain("listApplications");
  });
});

describe("two entries that find the same application", () => {
  const two = (first: object, second: object) =>
    fleet({
      config: {
        discover: [
          { ...ENTRY, ...first },
          { ...ENTRY, ...second },
        ],
      },
    });

  it("the first one counts, and the log says so", async () => {
    const { world } = two({ policy: { exclude: ["*"] } }, {});
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result)).toEqual([]);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        message: "several entries of `discover` found these applications: the first one counts",
        fields: { count: 2, applicationIds: [ONE, TWO] },
      }),
    );
  });

  it("the first one decides also if its list lacks the application, so that a list with gaps changes no policy", async () => {
    const { world, losant } = two(
      { accessToken: "losant-access/first", policy: { exclude: ["*"] } },
      { policy: { retire: { unread: "ignore", deleteAfter: "1d" } } },
    );
    const first = losant.addUser({ name: "First" });
    world.aws.putSecret("losant-access/first", losant.addUserToken(first, { name: "first" }).token);
    const before = everything(world);
    const { report, failures } = await world.run();
    expect(failures).toEqual([expect.stringContaining("discovery-too-small: 0 applications")]);
    expect(report.tokens.map(({ reason }) => reason)).toEqual(["excluded", "excluded"]);
    expect(everything(world)).toBe(before);
    expect(world.log).toContainEqual(expect.objectContaining({ level: "warn" }));
  });

  it("what one entry's access token created is proven also if another entry finds the application", async () => {
    const { world, losant } = two({ accessToken: "losant-access/first" }, {});
    const first = losant.addUser({ name: "First" });
    losant.setMember(ACME, first, "collaborate");
    world.aws.putSecret("losant-access/first", losant.addUserToken(first, { name: "first" }).token);
    const before = new RotationError("losant-unavailable", "planted");
    const crash: Intercept = ({ operation, subject }) => {
      if (operation === "stage") return { before: "crash" };
      return operation === "listApplications" && subject === "losant-access/first" ? { before } : {};
    };
    const stopped = world.start({}, { intercept: crash });
    stopped.catch(() => {});
    await world.clock.run(Promise.race([stopped, world.clock.sleep(DAY / 24)]));
    await world.clock.run(world.clock.sleep(DAY));
    expect((await world.run()).failures).toEqual([]);
    const left = [ONE, TWO].flatMap((app) => losant.tokens(app));
    expect(left.filter(({ status }) => status === "inactive")).toHaveLength(1);
  });

  it("another user's sandbox is not the first one's", async () => {
    const { world, losant, user, due } = two(
      {
        accessToken: "losant-access/first",
        organizations: ["sandbox"],
        atLeast: 0,
        policy: { exclude: ["*"] },
      },
      { organizations: ["sandbox"] },
    );
    const first = losant.addUser({ name: "First" });
    world.aws.putSecret("losant-access/first", losant.addUserToken(first, { name: "first" }).token);
    losant.addApplication({ id: THREE, ownerId: user });
    due(THREE);
    expect(rotatedIn(await world.run())).toEqual([THREE]);
  });
});

describe("what happens to applications", () => {
  it("a new one is there in the next run, and its predecessors stay", async () => {
    const { world, losant, due } = fleet();
    await world.run();
    losant.addApplication({ id: THREE, name: "Three", ownerId: ACME });
    const token = due(THREE);
    const result = await world.run();
    expect(rotatedIn(result)).toEqual([THREE]);
    expect(losant.accepts(token.token)).toBe(true);
  });

  it("a deleted one is no longer looked at, and its secrets stay", async () => {
    const { world, losant } = fleet();
    await world.run();
    losant.removeApplication(TWO);
    const before = everything(world);
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(result.report.applications.map(({ applicationId }) => applicationId)).toEqual([ONE]);
    expect(everything(world)).toBe(before);
    expect(world.stringIn(`losant/${TWO}/backend`)).toBeDefined();
  });

  it("one that is deleted after it was discovered is gone, which is no failure", async () => {
    const { world, losant } = fleet();
    const intercept = onListOf(TWO, () => {
      losant.removeApplication(TWO);
      return {};
    });
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.failures).toEqual([]);
    expect(result.report.applications).toContainEqual({ applicationId: TWO, outcome: "gone" });
    expect(rotatedIn(result)).toEqual([ONE]);
  });

  it("one that Losant denies but still lists has failed", async () => {
    const { world } = fleet();
    const before = new RotationError("application-not-found", "planted");
    const intercept = onListOf(TWO, () => ({ before }));
    const { report } = await world.run({ trigger: "schedule" }, { intercept });
    expect(report.applications).toContainEqual(
      expect.objectContaining({ applicationId: TWO, outcome: "failed", code: "application-not-found" }),
    );
  });

  it("one that is denied and renamed at the same time has failed", async () => {
    const { world, losant } = fleet({ entry: { include: ["One", "Two"] } });
    const before = new RotationError("application-not-found", "planted");
    const intercept = onListOf(TWO, () => {
      losant.editApplication(TWO, { name: "Renamed" });
      return { before };
    });
    const { report } = await world.run({ trigger: "schedule" }, { intercept });
    expect(report.applications).toContainEqual(
      expect.objectContaining({ applicationId: TWO, outcome: "failed", code: "application-not-found" }),
    );
  });

  it("one that is denied while the list is incomplete has failed", async () => {
    const { world } = fleet();
    const before = new RotationError("application-not-found", "planted");
    let lists = 0;
    world.listedAs = (applications) => {
      lists += 1;
      return lists === 1
        ? { applications }
        : { applications: applications.filter(({ id }) => id !== TWO), missing: 1 };
    };
    const intercept = onListOf(TWO, () => ({ before }));
    const { report } = await world.run({ trigger: "schedule" }, { intercept });
    expect(report.applications).toContainEqual(
      expect.objectContaining({ applicationId: TWO, outcome: "failed", code: "application-not-found" }),
    );
  });

  it("one that moves within the organizations keeps its lineages, and outside of them nothing happens to it", async () => {
    const { world, losant } = fleet({ entry: { organizations: ["Acme *", "Other"] } });
    await world.run();
    losant.editApplication(TWO, { ownerId: OTHER });
    expect(rotatedIn(await world.run())).toEqual([]);
    losant.editOrganization(OTHER, { name: "Elsewhere" });
    const before = everything(world);
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(result.report.applications).toHaveLength(1);
    expect(everything(world)).toBe(before);
  });

  it("one that is renamed keeps its secrets", async () => {
    const { world, losant } = fleet();
    await world.run();
    losant.editApplication(TWO, { name: "Renamed" });
    const result = await world.run();
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result)).toEqual([]);
  });

  it("those of an organization that the user has left vanish", async () => {
    const { world, losant, user } = fleet();
    await world.run();
    losant.setMember(ACME, user, undefined);
    const before = everything(world);
    const result = await world.run();
    expect(result.codes).toEqual(["discovery-too-small"]);
    expect(everything(world)).toBe(before);
  });

  it("those that the user or its cap may no longer change fail, each by itself", async () => {
    const { world, losant, user, access } = fleet();
    losant.editUserToken(user, access.id, {
      cap: {
        orgRoles: [{ orgId: ACME, role: "admin", applicationRoles: [{ resourceId: TWO, role: "view" }] }],
      },
    });
    const result = await world.run();
    expect(rotatedIn(result)).toEqual([ONE]);
    expect(result.report.applications).toContainEqual(
      expect.objectContaining({ applicationId: TWO, outcome: "failed", code: "losant-forbidden" }),
    );
  });

  it("those of a disabled organization vanish, and are back when it is enabled", async () => {
    const { world, losant, due } = fleet();
    losant.editOrganization(ACME, { isDisabled: true });
    expect((await world.run()).codes).toEqual(["discovery-too-small"]);
    losant.editOrganization(ACME, { isDisabled: false });
    due(ONE);
    expect((await world.run()).report.summary.listed).toBeGreaterThan(0);
  });

  it("a flapping organization ends nothing", async () => {
    const { world, losant } = fleet({
      policy: { retire: { unread: "ignore", deactivateAfter: "1h", deleteAfter: "2h" } },
    });
    await world.run();
    const ids = () =>
      [ONE, TWO].flatMap((app) => losant.tokens(app)).map(({ id, status }) => `${id} ${status}`);
    const before = ids();
    for (let run = 0; run < 6; run += 1) {
      losant.editOrganization(ACME, { isDisabled: run % 2 === 0 });
      await world.run();
      await world.clock.run(world.clock.sleep(DAY / 24));
    }
    expect(ids()).toEqual(before);
  });
});

describe("a discovery that lacks something", () => {
  it("with fewer applications than atLeast does everything else, and then the run fails", async () => {
    const { world } = fleet({ entry: { atLeast: 3 } });
    const result = await world.run();
    expect(rotatedIn(result).toSorted()).toEqual([ONE, TWO]);
    expect(result.failures).toEqual([
      "discover.0: discovery-too-small: 2 applications were found, and atLeast is 3",
    ]);
  });

  it("with none fails, unless that is allowed", async () => {
    const none = { organizations: ["Nobody"] };
    expect((await fleet({ entry: none }).world.run()).codes).toEqual(["discovery-too-small"]);
    expect((await fleet({ entry: { ...none, atLeast: 0 } }).world.run()).failures).toEqual([]);
  });

  it("works on what it found if some are missing or unreadable, and then the run fails", async () => {
    const { world } = fleet();
    world.listedAs = (all) => ({
      applications: all.filter(({ id }) => id === ONE),
      missing: 1,
      unreadable: { count: 2, problem: "has no valid name" },
    });
    const result = await world.run();
    expect(rotatedIn(result)).toEqual([ONE]);
    expect(result.failures).toEqual([
      "discover.0: discovery-incomplete: 2 rows of Losant's list of applications can't be read: one has no valid name",
      "discover.0: discovery-incomplete: Losant counts 1 more application than it lists",
    ]);
  });

  it.each(["losant-unavailable", "losant-intercepted"] as const)(
    "because of %s fails, and the other entries and applications go on",
    async (code) => {
      const { world, losant, user } = fleet({
        config: {
          discover: [
            { ...ENTRY, accessToken: "losant-access/broken" },
            { ...ENTRY, include: ["Two"] },
          ],
        },
        applications: [{ id: ONE, accessToken: "losant-access/one" }],
      });
      world.aws.putSecret("losant-access/broken", losant.addUserToken(user, { name: "broken" }).token);
      world.aws.putSecret("losant-access/one", losant.addToken(ONE, { name: "own" }).token);
      const before = new RotationError(code, "planted");
      const intercept: Intercept = ({ subject }) => (subject === "losant-access/broken" ? { before } : {});
      const result = await world.run({ trigger: "schedule" }, { intercept });
      expect(rotatedIn(result).toSorted()).toEqual([ONE, TWO]);
      expect(result.failures).toEqual([`discover.0: ${code}: planted`]);
    },
  );

  it("because Losant throttles waits as long as Losant says", async () => {
    const { world } = fleet();
    let refused = 0;
    const before = new RotationError("losant-throttled", "planted", { retryAfterMs: 15_000 });
    const intercept: Intercept = ({ operation }) => {
      if (operation !== "listApplications" || refused >= 3) return {};
      refused += 1;
      return { before };
    };
    const result = await world.run({ trigger: "schedule" }, { intercept });
    expect(result.failures).toEqual([]);
    expect(rotatedIn(result)).toHaveLength(2);
  });

  it("because the access token is rejected looks at nothing, and its metric is 0", async () => {
    const { world, losant, user, access } = fleet();
    losant.editUserToken(user, access.id, { status: "inactive" });
    const { failures, codes, facts, report } = await world.run();
    expect(codes).toEqual(["access-token-rejected"]);
    expect(failures).toHaveLength(1);
    expect(report.applications).toEqual([]);
    const line = metricsOf({ ...facts, functionName: "x" }, world.clock.now());
    expect(line?.AccessTokenDaysLeft).toBe(0);
  });

  it("tells how long the access token lives, also without an application", async () => {
    const { world } = fleet({ entry: { organizations: ["Nobody"], atLeast: 0 }, lifetime: 10 * DAY });
    const { facts } = await world.run();
    const line = metricsOf({ ...facts, functionName: "x" }, world.clock.now());
    expect(line?.AccessTokenDaysLeft).toBeCloseTo(10, 1);
  });

  it("sends no event about a token of an application that expires with the user's", async () => {
    const lifetime = 14 * DAY - 1_000;
    const { world } = fleet({ lifetime, entry: { policy: { exclude: ["same"] } } });
    world.token("same", { lifetime }, ONE);
    await world.run();
    const expiring = world.events.filter(({ detailType }) => detailType === "Losant API Token Expiring");
    expect(expiring.map(({ detail }) => detail.reason)).not.toContain("access-token");
  });
});

describe("the access token of a user", () => {
  it("is not taken for a token of the application that was created in the same second", async () => {
    const { world, losant } = fleet({ policy: { renewBefore: "1d" } });
    const twin = losant.addToken(ONE, { name: "twin", creationDate: world.clock.now() });
    const result = await world.run({ tokens: [twin.id], force: true, retireNow: true });
    expect(result.failures).toEqual([]);
    expect(losant.accepts(twin.token)).toBe(false);
  });

  it.each([
    ["the same user", undefined],
    ["the user of that deployment's access token", "another"],
  ])(
    "doesn't make the successors of another deployment roots, if Losant calls %s their creator",
    async (_, other) => {
      const { world, losant, user, tokens } = fleet({
        losant: { creatorTypeOfUserTokens: "user", creatorIds: "user" },
        applications: [{ id: ONE, secrets: { backend: "prod/one" } }],
      });
      const creatorId = other === undefined ? user : losant.addUser({ name: other });
      const elsewhere = `arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/one-AbCdEf`;
      const foreign = losant.addToken(ONE, {
        name: "backend",
        creatorType: "user",
        creatorId,
        description: `[losant-token-rotation replaces=${tokens.one.id} secret=${elsewhere} run=run-9]`,
        creationDate: new Date(world.clock.now().getTime() - DAY),
        expirationDate: new Date(world.clock.now().getTime() + 364 * DAY),
      });
      const { report, failures } = await world.run();
      expect(failures).toEqual([]);
      expect(report.tokens.find(({ tokenId }) => tokenId === foreign.id)).toMatchObject({
        reason: "foreign",
      });
      expect(rotatedIn({ report } as Awaited<ReturnType<World["run"]>>).toSorted()).toEqual([ONE, TWO]);
    },
  );

  it("doesn't make the tokens of its user's other programs its own", async () => {
    const { world, losant, user } = fleet({ losant: { creatorIds: "user" } });
    const made = losant.addToken(ONE, {
      name: "of a script",
      creatorType: "apiToken",
      creatorId: user,
      creationDate: new Date(world.clock.now().getTime() - 350 * DAY),
      expirationDate: new Date(world.clock.now().getTime() + 15 * DAY),
    });
    const { report } = await world.run();
    expect(report.tokens.find(({ tokenId }) => tokenId === made.id)).toMatchObject({ outcome: "rotated" });
  });
});
