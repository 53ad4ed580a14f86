import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessTokenCommand } from "../../cli/access-token/access-token.ts";
import type { Command } from "../../cli/command/command.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { undoCommand } from "../../cli/undo/undo.ts";
import { losantError } from "../../emulators/losant/server.ts";
import { type Cloud, startCloud } from "../support/bundle.ts";
import type { Ended } from "../support/child.ts";
import { run } from "../support/command.ts";
import { DAY } from "../support/world.ts";

const TIMEOUT_MS = 60_000;
const [ONE, TWO] = ["575ec8687ae143cd83dc4a01", "575ec8687ae143cd83dc4a02"];
const FLEET = "losant-access/fleet";
const SIX = [
  "applications.get",
  "applicationApiTokens.get",
  "applicationApiTokens.post",
  "applicationApiToken.get",
  "applicationApiToken.patch",
  "applicationApiToken.delete",
];

let cloud: Cloud;
let user: string;
let acme: string;
/** None of these may be printed. */
let strings: string[];

beforeEach(async () => {
  strings = [];
  cloud = await startCloud();
  const { losant } = cloud;
  user = losant.addUser({ name: "Robot" });
  acme = losant.addOrganization({ name: "Acme Wheels" });
  losant.setMember(acme, user, "collaborate");
  losant.addApplication({ id: ONE, name: "Line one", ownerId: acme });
  losant.addApplication({ id: TWO, name: "Line two", ownerId: acme });
  for (const id of [ONE, TWO])
    losant.addToken(id, {
      name: "backend",
      scope: ["devices.get"],
      creationDate: new Date(Date.now() - 80 * DAY),
      expirationDate: new Date(Date.now() + 10 * DAY),
    });
  configure({});
});
afterEach(() => cloud.close());

function configure(entry: object, rest: object = {}): void {
  Object.assign(cloud.config, {
    applications: undefined,
    discover: [{ accessToken: FLEET, organizations: ["Acme *"], ...entry }],
    ...rest,
  });
}

function userToken(scope: readonly string[] = SIX, rest: object = {}): string {
  const { token } = cloud.losant.addUserToken(user, { name: "fleet worker", scope, ...rest });
  strings.push(token);
  return token;
}

/** Without line breaks, and without any token string. */
async function command(what: Command, args: readonly string[], input?: string): Promise<Ended> {
  const ended = await run(what, args, cloud.env(), input === undefined ? {} : { input });
  for (const string of strings) expect(`${ended.stdout}${ended.stderr}`).not.toContain(string);
  return { ...ended, stdout: ended.stdout.replace(/\s+/g, " "), stderr: ended.stderr.replace(/\s+/g, " ") };
}

const logIn = (scope?: readonly string[]) => cloud.aws.putSecret(FLEET, userToken(scope));
const status = (...args: readonly string[]) => command(statusCommand, args);
const rotate = (...args: readonly string[]) => command(rotateCommand, args);

describe("status", { timeout: TIMEOUT_MS }, () => {
  test("shows the tokens of all discovered applications, and the access token once", async () => {
    logIn();
    const { code, stdout, stderr } = await status();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("2 applications 2 never");
    expect(stdout.match(/backend/g)).toHaveLength(2);
    expect(cloud.losant.calls.filter((call) => call === "applications")).toHaveLength(1);
  });

  test("shows one discovered application", async () => {
    logIn();
    const { code, stdout } = await status("--application", TWO.toUpperCase());
    expect(code).toBe(0);
    expect(stdout.match(/backend/g)).toHaveLength(1);
    const unknown = await status("--application", "575ec8687ae143cd83dc4a03");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("is not in the configuration, and was not discovered");
  });

  test("says what is wrong with the discovery, and fails", async () => {
    logIn();
    configure({ atLeast: 3 });
    const { code, stdout } = await status();
    expect(code).toBe(1);
    expect(stdout).toContain("discover.0: discovery-too-small: 2 applications were found, and atLeast is 3");
    expect(stdout).toContain("What to do:");
    const { stdout: text } = await status("--json");
    expect(JSON.parse(text)).toMatchObject({
      applications: [{ applicationId: ONE }, { applicationId: TWO }],
      discovery: [{ what: "discover.0", code: "discovery-too-small" }],
    });
  });

  test("doesn't ask about an application that may be missing because of a problem", async () => {
    logIn();
    cloud.losant.faults.add({ operation: "applications", answer: losantError(403) });
    const { code, stderr } = await status("--application", TWO);
    expect(code).not.toBe(0);
    expect(stderr).toContain("access-token-forbidden");
  });

  test("--applications lists what is found and left out, and what decides, and lists no tokens", async () => {
    logIn();
    const other = cloud.losant.addOrganization({ name: "Other" });
    cloud.losant.setMember(other, user, "view");
    cloud.losant.addApplication({ name: "Elsewhere", ownerId: other });
    cloud.losant.addApplication({ name: "Line staging", ownerId: acme });
    configure(
      { exclude: ["* staging"] },
      {
        applications: [
          { id: TWO, policy: { exclude: ["x"] } },
          { id: "575ec8687ae143cd83dc4a97", accessToken: "a" },
        ],
      },
    );
    const { code, stdout, stderr } = await status("--applications");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of [
      `${ONE} Line one Acme Wheels 1 discover.0`,
      `${TWO} Line two Acme Wheels 1 discover.0 and its entry of applications`,
      "575ec8687ae143cd83dc4a97 – – – applications, with its own access token",
      "Line staging Acme Wheels 0 left out by include or exclude",
      "Elsewhere Other 0 left out by organizations",
      "A run works on 3 of 5 applications.",
    ])
      expect(stdout).toContain(part);
    expect(new Set(cloud.losant.calls)).toEqual(new Set(["applications"]));
    const { stdout: text } = await status("--applications", "--json", "--application", ONE);
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: "1",
      discovery: [],
      applications: [
        { applicationId: ONE, name: "Line one", organizationId: acme, workedOn: true, tokens: 1 },
      ],
    });
  });

  test("--applications says which applications another part of the fleet works on", async () => {
    logIn();
    configure({ part: "1/3" });
    const { code, stdout } = await status("--applications");
    expect(code).toBe(0);
    expect(stdout).toContain(`${TWO} Line two Acme Wheels 1 left out by part`);
    expect(stdout).toContain("A run works on 1 of 2 applications.");
  });

  test("--applications shows the shard of each application of a fleet", async () => {
    logIn();
    configure({}, { fleet: true, schedule: "6h" });
    const { stdout } = await status("--applications");
    expect(stdout).toContain(`${ONE} 9 Line one`);
    expect(stdout).toContain(`${TWO} 11 Line two`);
    const { stdout: text } = await status("--applications", "--json");
    expect(JSON.parse(text)).toMatchObject({
      applications: [
        { applicationId: ONE, shard: 9 },
        { applicationId: TWO, shard: 11 },
      ],
    });
  });

  test("--applications can't be used with filters of tokens", async () => {
    const { code, stderr } = await status("--applications", "--due");
    expect(code).toBe(2);
    expect(stderr).toContain("--applications can't be used with --due");
  });
});

describe("rotate and undo", { timeout: TIMEOUT_MS }, () => {
  test("work with discovered applications", async () => {
    logIn();
    const plan = await rotate("--dry-run", "--application", ONE);
    expect(plan.code).toBe(0);
    expect(plan.stdout.match(/backend/g)?.length).toBeGreaterThan(0);
    const { code, stdout } = await rotate("--yes");
    expect(code).toBe(0);
    expect(stdout.match(/rotated expires soon/g)).toHaveLength(2);
    const undone = await command(undoCommand, [
      "--token",
      "backend",
      "--application",
      TWO,
      "--yes",
      "--reactivate-only",
    ]);
    expect(undone.code).toBe(0);
  });

  test("refuse an application that is not discovered", async () => {
    logIn();
    const { code, stderr } = await rotate("--yes", "--application", "575ec8687ae143cd83dc4a03");
    expect(code).not.toBe(0);
    expect(stderr).toContain("is not in the configuration, and was not discovered");
  });

  test("fail if an application is missing, after everything else", async () => {
    logIn();
    configure({ atLeast: 3 });
    const { code, stdout } = await rotate("--yes");
    expect(code).toBe(1);
    expect(stdout.match(/rotated expires soon/g)).toHaveLength(2);
    expect(stdout).toContain("discovery-too-small");
  });
});

describe("rotate in a fleet", { timeout: TIMEOUT_MS }, () => {
  // Both applications are in shard 1 of 2.
  const FLEET_OF_TWO = { fleet: true, schedule: "30m" };

  test("works on one shard, or on one application", async () => {
    logIn();
    configure({}, FLEET_OF_TWO);
    const none = await rotate("--yes", "--shard", "0");
    expect(none.stdout).toContain("Shard 0 of 0 to 1: 0 tokens listed: nothing to do.");
    const one = await rotate("--yes", "--application", ONE);
    expect(one.stdout.match(/rotated expires soon/g)).toHaveLength(1);
    const { code, stdout } = await rotate("--yes", "--shard", "1");
    expect(code).toBe(0);
    expect(stdout).toContain("Shard 1 of 0 to 1: 3 tokens listed: rotated 1");
  });

  test.each([
    ["neither", [], FLEET_OF_TWO, "In a fleet, choose the applications: --application ID, or --shard 0 to 1"],
    [
      "both",
      ["--shard", "0", "--application", ONE],
      FLEET_OF_TWO,
      "--application can't be used with --shard",
    ],
    ["a shard that there isn't", ["--shard", "2"], FLEET_OF_TWO, "--shard must be 0 to 1"],
    ["a word", ["--shard", "one"], FLEET_OF_TWO, "--shard must be the number of a shard"],
    ["a shard without a fleet", ["--shard", "0"], {}, '--shard needs "fleet": true in the configuration'],
  ])("refuses %s, and calls nothing", async (_, args, config, message) => {
    configure({}, config);
    const { code, stderr } = await rotate("--yes", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(cloud.losant.calls).toEqual([]);
  });
});

describe("access-token", { timeout: TIMEOUT_MS }, () => {
  const store = (input: string, ...args: readonly string[]) =>
    command(accessTokenCommand, args, `${input}\n`);
  const writes = () => cloud.losant.calls.filter((call) => ["create", "patch", "delete"].includes(call));

  test("tries the token of a user, says what it reaches, and the worker discovers with it", async () => {
    const { code, stdout, stderr } = await store(userToken());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const scope of SIX) expect(stdout).toMatch(new RegExp(`${scope.replaceAll(".", "\\.")} granted`));
    expect(stdout).toContain("The worker would find 2 applications:");
    expect(stdout).toContain(`${ONE} Line one Acme Wheels`);
    expect(stdout).toContain("Whoever holds this token can create tokens with any scope in 2 applications.");
    expect(stdout).toContain(`Stored: the secret ${FLEET} was created.`);
    expect(writes()).toEqual([]);
    expect((await rotate("--yes")).stdout.match(/rotated expires soon/g)).toHaveLength(2);
  });

  test("warns of what the token may do beyond", async () => {
    cloud.losant.addApplication({ name: "Private", ownerId: user });
    const { code, stdout } = await store(userToken(["all.User"]), "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("The token has more scopes than the worker needs: all.User.");
    expect(stdout).toContain("also reaches 1 application that `discover` leaves out, such as Private.");
    expect(stdout).toContain("in 3 applications");
    expect(cloud.aws.secret(FLEET)).toBeUndefined();
  });

  test.each(SIX.slice(1))("stores nothing without %s, unless that is wanted", async (lacking) => {
    const string = userToken(SIX.filter((scope) => scope !== lacking));
    const before = [ONE, TWO].map((id) => cloud.losant.tokens(id));
    const { code, stderr } = await store(string);
    expect(code).toBe(1);
    expect(stderr).toContain(lacking);
    expect(cloud.aws.secret(FLEET)).toBeUndefined();
    expect([ONE, TWO].map((id) => cloud.losant.tokens(id))).toEqual(before);
    expect((await store(string, "--anyway")).code).toBe(0);
    expect(cloud.aws.value(FLEET)).toBe(string);
  });

  test("refuses a token that can't list applications, such as that of an application", async () => {
    const ofApplication = cloud.losant.addToken(ONE, { name: "x" }).token;
    strings.push(ofApplication);
    for (const string of [ofApplication, userToken(SIX.slice(1))]) {
      const { code, stderr } = await store(string);
      expect(code).toBe(1);
      expect(stderr).toContain("this token may not list applications");
      expect(stderr).toContain("applications.get");
    }
  });

  test("refuses a token that finds too few applications, or may not list the tokens of some", async () => {
    configure({ atLeast: 3 });
    const few = await store(userToken());
    expect(few.stderr).toContain("discover.0 finds 2 applications with this token, and atLeast is 3");
    configure({});
    const orgRoles = [
      { orgId: acme, role: "collaborate" as const, applicationRoles: [{ resourceId: TWO, role: "view" }] },
    ];
    const capped = await store(userToken(SIX, { orgRoles }));
    expect(capped.code).toBe(1);
    expect(capped.stdout).toContain("the permission cap of the token, is not enough there");
    expect(capped.stderr).toContain(`this token can't list the tokens of ${TWO}`);
    const none = await store(userToken(SIX, { defaultRole: "none" }));
    expect(none.stderr).toContain("discover.0 finds 0 applications");
  });

  test("asks which access token it is, if there are several", async () => {
    configure({}, { applications: [{ id: ONE, accessToken: "losant-access/one" }] });
    const { code, stderr } = await store(userToken());
    expect(code).toBe(1);
    expect(stderr).toContain(`Choose one: --discover ${FLEET}, or --application ID`);
    expect((await store(userToken(), "--discover", FLEET)).code).toBe(0);
    expect((await store(userToken(), "--discover", "other")).stderr).toContain(`--discover: ${FLEET}`);
    expect((await store(userToken(), "--discover", FLEET, "--application", ONE)).code).toBe(2);
  });

  test("says that the former token must stay, and prints a document", async () => {
    logIn();
    const { stdout } = await store(userToken());
    expect(stdout).toContain("Leave the token that the secret held before active");
    const { stdout: text } = await store(userToken(), "--json");
    expect(JSON.parse(text)).toMatchObject({
      outcome: "updated",
      secretName: FLEET,
      applications: [{ applicationId: ONE, discover: 0 }, { applicationId: TWO }],
      deniedApplications: [],
      otherApplications: 0,
    });
  });
});

describe("an access token that renews itself", { timeout: TIMEOUT_MS }, () => {
  const FIVE = [
    "userApiTokens.get",
    "userApiTokens.post",
    "userApiToken.get",
    "userApiToken.patch",
    "userApiToken.delete",
  ];
  const DUE = {
    creationDate: new Date(Date.now() - 80 * DAY),
    expirationDate: new Date(Date.now() + 10 * DAY),
    defaultRole: "collaborate",
  };
  const store = (string: string, ...args: readonly string[]) =>
    command(accessTokenCommand, args, `${string}\n`);

  beforeEach(() => configure({ accessToken: { secret: FLEET, renew: true } }));

  test("access-token tries the scopes for it, and says what the worker does and what the token may do", async () => {
    const { code, stdout, stderr } = await store(userToken([...SIX, ...FIVE]));
    expect(code).toBe(0);
    expect(stderr).not.toContain("lacks");
    for (const scope of FIVE) expect(stdout).toContain(`${scope} granted`);
    expect(stdout).toContain("it listed 1 tokens of its user");
    expect(stdout).toContain("create tokens of its user with any scope and without a permission cap");
    expect(stdout).toContain("The worker renews this token before it expires");
    expect(stdout).not.toContain("more scopes than the worker needs");
    expect(cloud.losant.userTokens(user)).toHaveLength(1);
  });

  test.each(FIVE)(
    "access-token stores nothing without %s, and changes no token of the user",
    async (lacking) => {
      const string = userToken([...SIX, ...FIVE.filter((scope) => scope !== lacking)]);
      const before = JSON.stringify(cloud.losant.userTokens(user));
      const { code, stderr } = await store(string);
      expect(code).toBe(1);
      expect(stderr).toContain(`this token lacks ${lacking}`);
      expect(cloud.aws.secret(FLEET)).toBeUndefined();
      expect(JSON.stringify(cloud.losant.userTokens(user))).toBe(before);
    },
  );

  test("access-token warns of these scopes if the configuration doesn't ask for renewal", async () => {
    configure({});
    const { stdout } = await store(userToken([...SIX, ...FIVE]));
    expect(stdout).toContain(`more scopes than the worker needs: ${FIVE.join(", ")}`);
    expect(stdout).toContain("The worker doesn't renew this token");
  });

  test("status, rotate, status --explain and undo show the user and its one token", async () => {
    cloud.aws.putSecret(FLEET, userToken([...SIX, ...FIVE], DUE));
    cloud.losant.addUserToken(user, { name: "private", ...DUE, defaultRole: "admin" });
    const before = await status();
    expect(before.code).toBe(0);
    expect(before.stdout).toContain("2 applications 3 in ");
    expect(before.stdout).toContain("the worker renews it");
    expect(before.stdout).toContain("fleet worker");
    expect(before.stdout).not.toContain("private");
    const { stdout: text } = await status("--json");
    const document = JSON.parse(text);
    expect(document.applications).toMatchObject([
      { applicationId: user, ownerType: "user", accessToken: { renewedByWorker: true } },
      { applicationId: ONE, accessToken: { renewedByWorker: true } },
      { applicationId: TWO, accessToken: { renewedByWorker: true } },
    ]);
    const rotated = await rotate("--application", user, "--yes");
    expect(rotated.code).toBe(0);
    expect(rotated.stdout).toContain(`User ${user}`);
    const [, , successor] = cloud.losant.userTokens(user);
    expect(successor).toMatchObject({ name: "fleet worker", cap: { defaultRole: "collaborate" } });
    expect(cloud.losant.tokenIdOf(JSON.parse(cloud.aws.value(FLEET) ?? "{}").token)).toBe(successor?.id);
    const explained = await status("--explain", "fleet worker");
    expect(explained.stdout).toContain(`fleet worker, in user ${user}`);
    const undone = await command(undoCommand, ["--token", "fleet worker", "--yes"]);
    expect(undone).toMatchObject({ code: 0 });
    expect((await status()).stdout).toContain("AWSCURRENT");
  });
});
