import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { awsError } from "../../emulators/aws/server.ts";
import { losantError } from "../../emulators/losant/server.ts";
import { Bundle, type Cloud, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";

const bundle = new Bundle();
beforeAll(() => bundle.build());
afterAll(() => bundle.remove());

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

function due(name: string, daysLeft = 10, scope: readonly string[] = ["application.get"]) {
  const now = Date.now();
  return cloud.losant.addToken(APP, {
    name,
    scope,
    creationDate: new Date(now - (365 - daysLeft) * DAY),
    expirationDate: new Date(now + daysLeft * DAY),
  });
}

const secretOf = (name: string) => `losant/${APP}/${name}`;
const stringIn = (name: string) => JSON.parse(cloud.aws.value(name) ?? "{}").token as string;

/** The error of an invocation that must fail. */
async function errorOf(event: unknown, config: object = {}): Promise<string> {
  const error = await bundle.invoke(event, cloud.env(config)).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error?.message ?? "";
}

describe("the deployed bundle, against Losant and AWS over HTTP", () => {
  it("rotates what is due and finds nothing left to do the second time", async () => {
    const { id, token } = due("backend");
    const report = await bundle.invoke({ trigger: "schedule" }, cloud.env());
    expect(report.summary).toMatchObject({ listed: 2, rotated: 1, failed: 0 });
    const row = report.tokens.find(({ tokenId }) => tokenId === id);
    expect(row).toMatchObject({ outcome: "rotated", verified: "probe", secretName: secretOf("backend") });
    expect(cloud.losant.tokenIdOf(stringIn(secretOf("backend")))).toBe(row?.successorId);
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
    expect(cloud.losant.accepts(token)).toBe(true);
    cloud.losant.calls.length = 0;
    cloud.aws.calls.length = 0;
    const second = await bundle.invoke({ trigger: "schedule" }, cloud.env());
    expect(second.summary).toMatchObject({ rotated: 0, waiting: 1, skipped: 2, failed: 0 });
    expect(cloud.losant.calls).toEqual(["list"]);
    expect(cloud.aws.calls.sort()).toEqual(["GetSecretValue", "ListSecrets", "PutEvents"]);
  });

  it("warns of the access token that it can't renew, and of a token that it won't", async () => {
    const own = due("own", 7 - 1 / 24, ["all.Application"]);
    cloud.aws.putSecret(`losant-access/${APP}`, own.token);
    const excluded = due("left alone", 3 - 1 / 24);
    await bundle.invoke({ trigger: "schedule" }, cloud.env({ policy: { exclude: ["own", "left alone"] } }));
    const warnings = cloud.aws.events
      .filter(({ DetailType }) => DetailType === "Losant API Token Expiring")
      .map(({ Detail }) => JSON.parse(Detail));
    expect(warnings).toMatchObject([
      { key: `${own.id}-7`, reason: "access-token", secretName: `losant-access/${APP}` },
      { key: `${excluded.id}-3`, reason: "excluded", daysLeft: 3 },
    ]);
  });

  it("renews the access token of a user with its permission cap, and works with the successor next", async () => {
    const user = cloud.losant.addUser();
    const organization = cloud.losant.addOrganization({ name: "Acme" });
    cloud.losant.setMember(organization, user, "admin");
    cloud.losant.editApplication(APP, { ownerId: organization });
    const cap = { defaultRole: "none", orgRoles: [{ orgId: organization, role: "collaborate" }] } as const;
    const dates = {
      creationDate: new Date(Date.now() - 80 * DAY),
      expirationDate: new Date(Date.now() + 10 * DAY),
    };
    const access = cloud.losant.addUserToken(user, { name: "fleet worker", ...dates, ...cap });
    cloud.losant.addUserToken(user, { name: "another", ...dates });
    cloud.aws.putSecret("losant-access/fleet", access.token);
    const env = cloud.env({
      applications: undefined,
      discover: [{ accessToken: { secret: "losant-access/fleet", renew: true }, organizations: ["Acme"] }],
    });
    due("backend");
    cloud.losant.calls.length = 0;
    const report = await bundle.invoke({ trigger: "schedule" }, env);
    expect(report.summary).toMatchObject({ rotated: 2, failed: 0 });
    const [, another, successor, ...rest] = cloud.losant.userTokens(user);
    expect(rest).toEqual([]);
    expect(another).toMatchObject({ name: "another", status: "active" });
    expect(successor).toMatchObject({ name: "fleet worker", cap, scope: ["all.User"] });
    const held = JSON.parse(cloud.aws.value("losant-access/fleet") ?? "{}");
    expect(held).toMatchObject({ tokenId: successor?.id, applicationId: user, ownerType: "user" });
    cloud.losant.editUserToken(user, access.id, { status: "inactive" });
    cloud.losant.calls.length = 0;
    const second = await bundle.invoke({ trigger: "schedule" }, env);
    expect(second.summary).toMatchObject({ rotated: 0, failed: 0 });
    expect(cloud.losant.calls.toSorted()).toEqual(["applications", "list", "list-mine", "list-mine"]);
  });

  it("finds a token among 1,500 siblings on 15 pages", async () => {
    await cloud.close();
    cloud = await startCloud({ maxPerPage: 100 });
    const later = new Date(Date.now() + 300 * DAY);
    for (let index = 0; index < 1_500; index++) {
      cloud.losant.addToken(APP, {
        name: `sibling ${index}`,
        ...(index % 2 ? { expirationDate: later } : {}),
      });
    }
    const { id } = due("needle", 29);
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary).toMatchObject({ listed: 1_502, rotated: 1 });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)?.outcome).toBe("rotated");
    expect(report.tokens).toHaveLength(1_000);
    expect(report.omitted).toBe(502);
    expect(cloud.losant.calls.filter((call) => call === "list")).toHaveLength(16);
  });

  it.each([
    ["scope", { scope: ["all.Application"] }],
    ["expiry", { expirationDate: null }],
    ["status", { status: "inactive" }],
    ["name", { name: "somebody else's" }],
  ])(
    "deletes a successor that came back with another %s than asked, and keeps the old one",
    async (_, stored) => {
      const { token } = due("backend");
      cloud.losant.faults.add({ operation: "create", tweak: { stored } });
      expect(await errorOf({})).toContain("successor-mismatch");
      expect(cloud.losant.tokens(APP)).toHaveLength(2);
      expect(cloud.losant.accepts(token)).toBe(true);
      expect(cloud.aws.secret(secretOf("backend"))?.versions).toEqual([]);
    },
  );

  it.each(["name", "description", "creatorName", "creatorType", "apiTokenId", "ownerId"])(
    "repeats nothing of the answer where its %s holds the new string",
    async (key) => {
      due("backend");
      cloud.losant.faults.add({ operation: "create", tweak: { echoed: [key] } });
      const outcome = await bundle.invoke({}, cloud.env()).catch((thrown: Error) => thrown);
      const shown =
        outcome instanceof Error ? `${outcome.message} ${outcome.stack}` : JSON.stringify(outcome);
      const events = JSON.stringify(cloud.aws.events.map(({ Detail }) => Detail));
      // Every string has this header, so the new one has it too, whether it was kept or not.
      expect(`${shown} ${events}`).not.toContain("eyJ");
      const stored = cloud.aws.value(secretOf("backend"));
      if (key === "name") expect(stored).toBeUndefined();
      else expect(JSON.parse(stored ?? "")).toMatchObject({ name: "backend", scope: ["application.get"] });
    },
  );

  it.each([
    ["the token that it replaces", (id: string) => ({ id, apiTokenId: id })],
    ["another string for it", (id: string) => ({ id, apiTokenId: id, token: "another" })],
    ["no string for it", (id: string) => ({ id, apiTokenId: id, token: null })],
  ])("ends no life where the creation is answered with %s", async (_, answered) => {
    const { id, token } = due("backend");
    cloud.losant.faults.add({ operation: "create", tweak: { answered: answered(id) } });
    expect(await errorOf({})).toContain("losant-answer-invalid");
    expect(cloud.losant.accepts(token)).toBe(true);
  });

  it("renews a token that expires in the year 9999, and a leaked one too", async () => {
    const creationDate = new Date("2026-01-01T00:00:00Z");
    const expirationDate = new Date("9999-12-31T23:59:59.999Z");
    const { id, token } = cloud.losant.addToken(APP, {
      name: "backend",
      scope: ["application.get"],
      creationDate,
      expirationDate,
    });
    const report = await bundle.invoke({ tokens: [id], force: true, retireNow: true }, cloud.env());
    expect(report.summary).toMatchObject({ rotated: 1, retired: 1, failed: 0 });
    expect(cloud.losant.accepts(token)).toBe(false);
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });

  it("deletes a successor whose string Losant did not show, and leaves one without an id to a later run", async () => {
    due("backend");
    cloud.losant.faults.add({ operation: "create", times: 1, tweak: { answered: { token: null } } });
    expect(await errorOf({})).toContain("losant-answer-invalid");
    expect(cloud.losant.tokens(APP)).toHaveLength(2);
    cloud.losant.faults.add({
      operation: "create",
      times: 1,
      tweak: { answered: { id: null, apiTokenId: null } },
    });
    expect(await errorOf({})).toContain("issue-uncertain");
    expect(cloud.losant.tokens(APP)).toHaveLength(3);
    const report = await bundle.invoke({}, cloud.env());
    expect(
      report.tokens.find(({ name, reason }) => name === "backend" && reason === "young-orphan"),
    ).toBeDefined();
  });

  it("fails a scope that Losant no longer accepts with its own code, and harms nobody else", async () => {
    due("legacy", 5, ["application.get", "legacy.scope"]);
    due("backend");
    expect(await errorOf({})).toContain("scope-rejected");
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });

  it("works with a throttled Losant that says when to come back", async () => {
    due("backend");
    cloud.losant.faults.add({
      operation: "create",
      times: 1,
      answer: losantError(429, "Throttled", "slow down", { "retry-after": "0" }),
    });
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary.rotated).toBe(1);
    expect(cloud.losant.tokens(APP)).toHaveLength(3);
  });

  it.each([true, false])(
    "rotates all where Losant answers ten requests a second and refuses the others, saying when to ask again: %s",
    async (saysWhen) => {
      await cloud.close();
      cloud = await startCloud({ rateWindow: { requests: 10, windowMs: 1_000, saysWhen } });
      for (let index = 0; index < 12; index += 1) due(`token ${index}`);
      const report = await bundle.invoke({}, cloud.env());
      expect(report.summary).toMatchObject({ rotated: 12, deferred: 0, failed: 0 });
      expect(report.tokens.filter(({ verified }) => verified === "probe")).toHaveLength(12);
    },
  );

  it("says how it proved each new string: by using it, or by a refusal that only known strings get", async () => {
    const scopes = {
      used: ["experienceViews.get"],
      refused: ["data.export"],
      alsoRefused: ["device.sendState"],
    };
    for (const [name, scope] of Object.entries(scopes)) due(name, 10, scope);
    const { tokens } = await bundle.invoke({}, cloud.env());
    const proofs = tokens.flatMap(({ name, verified }) => (verified === undefined ? [] : [[name, verified]]));
    expect(Object.fromEntries(proofs)).toEqual({ used: "probe", refused: "refusal", alsoRefused: "refusal" });
    // One read with each string, and one with a string that can't exist.
    expect(cloud.losant.calls.filter((call) => call === "list" || call === "resources")).toHaveLength(
      1 + 3 + 1,
    );
  });

  it("keeps what was stored when the answer of Secrets Manager got lost", async () => {
    due("backend");
    cloud.aws.faults.add({ operation: "PutSecretValue", times: 1, drop: "after" });
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary).toMatchObject({ rotated: 1, failed: 0 });
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
    expect(cloud.losant.tokens(APP)).toHaveLength(3);
  });

  it("issues three tokens at most, and deletes them, with Secrets Manager refusing all writes", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) due(name);
    cloud.aws.faults.add({ operation: "PutSecretValue", answer: awsError("AccessDeniedException") });
    expect(await errorOf({})).toContain("store-denied");
    expect(cloud.losant.calls.filter((call) => call === "create")).toHaveLength(3);
    expect(cloud.losant.tokens(APP)).toHaveLength(6);
  });

  it("sends what it owes when EventBridge is back", async () => {
    due("backend");
    cloud.aws.faults.add({ operation: "PutEvents", tweak: { failCode: "NotAuthorizedForSourceException" } });
    expect(await errorOf({})).toContain("bus-");
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
    cloud.aws.faults.clear();
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary.announced).toBe(1);
    expect(cloud.aws.events.map(({ DetailType }) => DetailType)).toContain("Losant API Token Rotated");
  });

  it("logs in with the previous version of its access token when the current one is rejected", async () => {
    due("backend");
    cloud.aws.putSecret(`losant-access/${APP}`, "not a token");
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary.rotated).toBe(1);
  });
});

describe("what goes wrong is said clearly", () => {
  const other = "675ec8687ae143cd83dc4a97";

  it.each([
    ["an unknown key in the configuration", {}, { shedule: "6h" }, /config-invalid.*shedule: unknown key/],
    [
      "a malformed application id",
      {},
      { applications: [{ id: "abc", accessToken: "x" }] },
      /config-invalid.*applications\.0\.id/,
    ],
    ["an unknown key in the event", { dryrun: true }, {}, /event-invalid.*dryrun: unknown key/],
    ["an application that is not configured", { applicationId: other }, {}, /event-invalid.*applicationId/],
    ["force without tokens", { force: true }, {}, /event-invalid.*force/],
  ])("%s", async (_, event, config, message) => {
    expect(await errorOf(event, config)).toMatch(message);
    expect(cloud.losant.calls).toEqual([]);
  });

  it.each([
    [
      "a missing access-token secret",
      (c: Cloud) => c.aws.moveLabel,
      /access-token-missing.*losant-access\/none/,
    ],
  ])("%s, while the other applications still run", async (_, _act, message) => {
    due("backend");
    const applications = [
      { id: other, accessToken: "losant-access/none" },
      ...(cloud.config.applications as object[]),
    ];
    expect(await errorOf({}, { applications })).toMatch(message);
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ["an empty date", { expirationDate: "" }],
    ["a date alone", { expirationDate: "2030-01-01" }],
    ["a lower-case t", { creationDate: "2025-01-01t00:00:00Z" }],
    ["another status", { status: "expired" }],
    ["no name", { name: null }],
  ])("a token with %s, which is left alone, while the others are rotated", async (_, row) => {
    due("backend");
    const { id } = cloud.losant.addToken(APP, { name: "odd" });
    cloud.losant.faults.add({ tweak: { rows: { [id]: row } } });
    expect(await errorOf({})).toMatch(new RegExp(`token-unreadable.*${id}|${id}.*token-unreadable`));
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });

  it("tokens that are tied in the listing, where every page puts them elsewhere: each is found", async () => {
    await cloud.close();
    cloud = await startCloud({ maxPerPage: 100 });
    const expirationDate = new Date(Date.now() + 300 * 24 * 3_600_000);
    for (let count = 0; count < 230; count += 1)
      cloud.losant.addToken(APP, { name: `tied ${count}`, expirationDate });
    cloud.losant.faults.add({ operation: "list", tweak: { shuffleTies: true } });
    const report = await bundle.invoke({}, cloud.env());
    expect(report.summary).toMatchObject({ listed: 231, failed: 0 });
  });

  it("a count that is too high fails its application, after all else is done", async () => {
    due("backend");
    cloud.losant.faults.add({ operation: "list", tweak: { answered: { totalCount: 9 } } });
    expect(await errorOf({})).toContain("listing-incomplete");
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });

  it.each([
    ["a rejected access token", losantError(401, "InvalidToken"), /access-token-rejected/],
    ["a token without the scope", losantError(403, "Forbidden"), /access-token-forbidden/],
    ["an application that Losant doesn't know", losantError(404, "NotFound"), /application-not-found/],
    [
      "a Losant that answers HTML",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>login</html>" },
      /losant-answer-invalid/,
    ],
    ["an empty body", { status: 200, body: "" }, /losant-answer-invalid/],
    ["HTTP 099", { status: 99, body: "{}" }, /losant-answer-invalid.*HTTP 99/],
    ["HTTP 999", { status: 999, body: "{}" }, /losant-answer-invalid.*HTTP 999/],
    [
      "an answer without end",
      { status: 200, body: "{", paddingBytes: 1024 * 1024 * 1024 },
      /losant-answer-invalid.*longer than/,
    ],
    [
      "a token without an id",
      {
        status: 200,
        body: { items: [{ name: "x", creationDate: "2026-01-01T00:00:00Z" }], count: 1, totalCount: 1 },
      },
      /token-unreadable.*has no valid id/,
    ],
  ])("%s, while the other applications still run", async (_, answer, message) => {
    due("backend");
    cloud.losant.addApplication({ id: other });
    cloud.aws.putSecret(`losant-access/${other}`, cloud.losant.addToken(other, { name: "worker" }).token);
    cloud.losant.faults.add({ match: other, answer });
    const applications = [
      { id: other, accessToken: `losant-access/${other}` },
      ...(cloud.config.applications as object[]),
    ];
    expect(await errorOf({}, { applications })).toMatch(message);
    expect(cloud.losant.accepts(stringIn(secretOf("backend")))).toBe(true);
  });
});
