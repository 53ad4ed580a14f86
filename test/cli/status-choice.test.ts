import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { choiceFor, MOST_APPLICATIONS } from "../../cli/status/choice.ts";
import { statusCommand } from "../../cli/status/status.ts";
import type { ApplicationId } from "../../lambda/model/token.ts";
import { shardOf } from "../../lambda/policy/slots.ts";
import { type Cloud, startCloud } from "../support/bundle.ts";
import { run } from "../support/command.ts";
import { DAY } from "../support/world.ts";

const FLEET = "losant-access/fleet";
const TIMEOUT_MS = 60_000;

let cloud: Cloud;
let wheels: string;
let tires: string;
let user: string;

beforeEach(async () => {
  cloud = await startCloud();
  const { losant, aws } = cloud;
  user = losant.addUser({ name: "Robot" });
  wheels = losant.addOrganization({ name: "Acme Wheels" });
  tires = losant.addOrganization({ name: "Acme Tires" });
  for (const organization of [wheels, tires]) losant.setMember(organization, user, "collaborate");
  aws.putSecret(FLEET, losant.addUserToken(user, { name: "fleet worker" }).token);
  Object.assign(cloud.config, {
    applications: undefined,
    discover: [{ accessToken: FLEET, organizations: ["Acme *", "sandbox"] }],
  });
});
afterEach(() => cloud.close());

const idOf = (number: number) => `575ec8687ae143cd${number.toString(16).padStart(8, "0")}`;

/** Applications with one token each, that is due in the first `due` of them. */
function add(organization: string, first: number, count: number, due = 0): readonly string[] {
  const creationDate = new Date(Date.now() - 80 * DAY);
  return Array.from({ length: count }, (_, index) => {
    const id = cloud.losant.addApplication({ id: idOf(first + index), ownerId: organization });
    const expirationDate = new Date(Date.now() + (index < due ? 10 : 300) * DAY);
    cloud.losant.addToken(id, { name: "backend", scope: ["devices.get"], creationDate, expirationDate });
    return id;
  });
}

async function status(...args: readonly string[]) {
  const ended = await run(statusCommand, args, cloud.env());
  return { ...ended, stdout: ended.stdout.replace(/\s+/g, " "), stderr: ended.stderr.replace(/\s+/g, " ") };
}

const idsIn = ({ stdout }: { readonly stdout: string }) =>
  JSON.parse(stdout).applications.map(({ applicationId }: { applicationId: string }) => applicationId);

describe("status --organization", { timeout: TIMEOUT_MS }, () => {
  test.each([
    ["a name", () => "Acme Tires"],
    ["a pattern", () => "* Tires"],
    ["an id", () => tires.toUpperCase()],
  ])("takes %s, and lists the tokens of no other application", async (_, organization) => {
    add(wheels, 1, 3);
    const ids = add(tires, 100, 2);
    cloud.losant.calls.length = 0;
    const ended = await status("--organization", organization(), "--json");
    expect(ended.code).toBe(0);
    expect(idsIn(ended)).toEqual(ids);
    expect(cloud.losant.calls.filter((call) => call === "list")).toHaveLength(2);
  });

  test("takes several, and the user's own applications", async () => {
    add(wheels, 1, 1);
    const ids = [...add(tires, 100, 1), ...add(user, 200, 1)];
    const ended = await status("--organization", "Acme Tires", "--organization", "sandbox", "--json");
    expect(idsIn(ended)).toEqual(ids);
  });

  test("suggests an organization, if no application is in one with that name", async () => {
    add(tires, 1, 1);
    const ended = await status("--organization", "Acme Tyres");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      'No application is in an organization "Acme Tyres". Did you mean "Acme Tires"?',
    );
    const other = await status("--organization", "qqqqqqqqqqqq");
    expect(other.stderr).toContain("These were found: Acme Tires.");
  });

  test("says why the list could not be read, instead of that it has no such organization", async () => {
    const discover = [{ accessToken: "losant-access/none", organizations: ["Acme *"] }];
    Object.assign(cloud.config, { discover });
    const ended = await status("--organization", "Acme Tires");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("access-token-missing");
    expect(ended.stderr).not.toContain("No application is in an organization");
  });

  test("says that nothing was found, instead of an empty table", async () => {
    const { code, stdout } = await status();
    expect(code).toBe(1);
    expect(stdout).toContain("No application was found.");
    expect(stdout).not.toContain("ACCESS TOKEN");
    expect((await status("--drift")).stdout).not.toContain("No drift");
  });

  test("needs discover", async () => {
    Object.assign(cloud.config, { discover: undefined, applications: [{ id: idOf(1), accessToken: FLEET }] });
    const ended = await status("--organization", "x");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("--organization needs `discover`");
  });

  test("also chooses for --applications", async () => {
    add(wheels, 1, 3);
    const ids = add(tires, 100, 2);
    const ended = await status("--applications", "--organization", "Acme Tires", "--json");
    expect(idsIn(ended)).toEqual(ids);
  });
});

describe("status --shard", { timeout: TIMEOUT_MS }, () => {
  test("looks at the applications of one shard of a fleet", async () => {
    Object.assign(cloud.config, { fleet: true, schedule: "1h" });
    const ids = add(wheels, 1, 12);
    const seen: string[] = [];
    for (const shard of [0, 1, 2, 3]) {
      const ended = await status("--shard", String(shard), "--json");
      for (const id of idsIn(ended)) expect(shardOf(id as ApplicationId, 4)).toBe(shard);
      seen.push(...idsIn(ended));
      expect(idsIn(await status("--applications", "--shard", String(shard), "--json"))).toEqual(idsIn(ended));
    }
    expect(seen.toSorted()).toEqual(ids);
  });

  test.each([
    [["--shard", "4"], "--shard must be 0 to 3"],
    [["--shard", "x"], "--shard must be the number of a shard"],
    [["--shard=-1"], "--shard must be the number of a shard"],
  ])("refuses %s", async (args, message) => {
    Object.assign(cloud.config, { fleet: true, schedule: "1h" });
    const ended = await status(...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
  });

  test("lists the secrets of these applications only, because a fleet has too many secrets to list them all", async () => {
    Object.assign(cloud.config, { fleet: true, schedule: "1h" });
    const [chosen = "", other = ""] = add(wheels, 1, 2);
    for (let number = 0; number < 150; number += 1) cloud.aws.putSecret(`losant/${other}/${number}`, "");
    cloud.aws.calls.length = 0;
    expect(idsIn(await status("--application", chosen, "--json"))).toEqual([chosen]);
    expect(cloud.aws.calls.filter((call) => call === "ListSecrets")).toHaveLength(1);
  });

  test("needs a fleet", async () => {
    const ended = await status("--shard", "0");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--shard needs "fleet": true');
  });
});

describe("status --drift", { timeout: TIMEOUT_MS }, () => {
  const left = async (...args: readonly string[]) =>
    JSON.parse((await status("--drift", "--json", ...args)).stdout).secretsWithoutApplication;

  test("lists the secrets of applications that are in no list", async () => {
    const [kept = ""] = add(wheels, 1, 1);
    const other = cloud.losant.addOrganization({ name: "Other" });
    cloud.losant.setMember(other, user, "view");
    const [leftOut = ""] = add(other, 50, 1);
    for (const id of [kept, leftOut, idOf(90), idOf(91)]) cloud.aws.putSecret(`losant/${id}/backend`, "");
    cloud.aws.putSecret(`losant/${idOf(90)}/other`, "");
    cloud.aws.putSecret("losant/shared/backend", "");
    cloud.aws.scheduleDeletion(`losant/${idOf(91)}/backend`);
    expect(await left()).toEqual([
      { applicationId: idOf(90), secrets: [`losant/${idOf(90)}/backend`, `losant/${idOf(90)}/other`] },
    ]);
    const { stdout } = await status("--drift");
    expect(stdout).toContain(
      `Secrets of applications that were not found: 2 APPLICATION SECRETS ${idOf(90)} 2`,
    );
  });

  test("doesn't call an application deleted if a list is incomplete, or if not all were looked for", async () => {
    const [one = ""] = add(wheels, 1, 1);
    cloud.aws.putSecret(`losant/${idOf(90)}/backend`, "");
    expect(await left("--application", one)).toBeUndefined();
    expect(await left("--organization", "Acme *")).toBeUndefined();
    expect(await left()).toHaveLength(1);
    Object.assign(cloud.config, {
      discover: [
        { accessToken: FLEET, organizations: ["Acme *"] },
        { accessToken: "losant-access/none", organizations: ["*"] },
      ],
    });
    expect(await left()).toBeUndefined();
    Object.assign(cloud.config, { fleet: true, discover: [{ accessToken: FLEET, organizations: ["*"] }] });
    expect(await left()).toBeUndefined();
  });
});

describe("status with many applications", { timeout: TIMEOUT_MS }, () => {
  test("counts the tokens of each organization before it shows them", async () => {
    add(wheels, 1, 20, 2);
    const [denied = ""] = add(tires, 100, 6, 4);
    cloud.losant.editUserToken(user, cloud.losant.userTokens(user)[0]?.id ?? "", {
      cap: {
        orgRoles: [{ orgId: tires, role: "admin", applicationRoles: [{ resourceId: denied, role: "view" }] }],
      },
    });
    const { code, stdout } = await status();
    expect(code).toBe(1);
    expect(stdout).toContain(
      "ORGANIZATION APPLICATIONS FAILED NEED A PERSON NEXT RUN WAIT REST Acme Tires 6 1 0 3 2 0 Acme Wheels 20 0 0 2 18 0 The worker's access tokens",
    );
    const due = await status("--due");
    expect(due.stdout).toContain("Acme Tires 6 1 0 3 0 0 Acme Wheels 20 0 0 2 0 0");
    expect(JSON.parse((await status("--json")).stdout).organizations).toEqual([
      {
        name: "Acme Tires",
        applications: 6,
        failed: 1,
        tokens: { attention: 0, due: 3, waiting: 2, resting: 0 },
      },
      {
        name: "Acme Wheels",
        applications: 20,
        failed: 0,
        tokens: { attention: 0, due: 2, waiting: 18, resting: 0 },
      },
    ]);
  });

  test("doesn't count them for a few applications", async () => {
    add(wheels, 1, 3);
    expect((await status()).stdout).not.toContain("ORGANIZATION");
  });

  test("refuses too many before it lists any token, and says what to type", async () => {
    Object.assign(cloud.config, { fleet: true, schedule: "6h" });
    for (let number = 0; number <= MOST_APPLICATIONS; number += 1)
      cloud.losant.addApplication({ id: idOf(number), ownerId: number % 2 === 0 ? wheels : tires });
    cloud.losant.calls.length = 0;
    const ended = await status();
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(
      "there are 2001 applications, and status lists the tokens of 2000 at most",
    );
    expect(ended.stderr).toContain("--organization NAME, or --shard K (0 to 23), or --application ID");
    expect(ended.stderr).toContain("add --all");
    expect(cloud.losant.calls).not.toContain("list");
    for (const args of [["--json"], ["--due"], ["--token", "x"]])
      expect((await status(...args)).code).toBe(2);
    expect((await status("--applications")).code).toBe(0);
    const some = await status("--shard", "7", "--organization", "Acme Tires", "--json");
    expect(some.code).toBe(0);
    expect(idsIn(some).length).toBeGreaterThan(20);
    expect(idsIn(some).length).toBeLessThan(80);
  });

  test("looks at all of them with --all", async () => {
    const applications = Array.from({ length: 5 }, (_, index) => ({ id: idOf(index) as ApplicationId }));
    const tools = { config: { applications, discover: [] }, discover: () => Promise.reject() } as never;
    const asked = { applications: [], organizations: [], shard: undefined };
    await expect(choiceFor(tools, { ...asked, all: false }, 4)).rejects.toThrow("there are 5 applications");
    expect((await choiceFor(tools, { ...asked, all: true }, 4)).applications).toHaveLength(5);
    expect((await choiceFor(tools, { ...asked, all: false }, 5)).applications).toHaveLength(5);
  });
});
