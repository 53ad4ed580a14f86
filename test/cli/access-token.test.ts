import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessTokenCommand } from "../../cli/access-token/access-token.ts";
import { readHidden } from "../../cli/access-token/prompt.ts";
import { grants, NEEDED_SCOPES } from "../../cli/access-token/scopes.ts";
import { runCommand } from "../../cli/command/command.ts";
import type { Input } from "../../cli/command/io.ts";
import { Interruption } from "../../cli/command/stops.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { losantError } from "../../emulators/losant/server.ts";
import { type Cloud, CREDENTIALS, startCloud } from "../support/bundle.ts";
import { type Ended, runScript } from "../support/child.ts";
import { ioWith, run } from "../support/command.ts";
import { APP, DAY, HOUR } from "../support/world.ts";

const TIMEOUT_MS = 60_000;
const SCRIPT = "cli/losant-token-rotation.ts";
const OTHER = "675ec8687ae143cd83dc4a97";
const SECRET = `losant-access/${APP}`;
const NEW = "losant-access/new";
const FIVE = [
  "applicationApiTokens.get",
  "applicationApiTokens.post",
  "applicationApiToken.get",
  "applicationApiToken.patch",
  "applicationApiToken.delete",
];

let cloud: Cloud;
/** Every string that was ever given: none of them may be printed. */
let strings: string[];
let behindMs = 0;
beforeEach(async () => {
  strings = [];
  behindMs = 0;
  const now = () => new Date(Date.now() - behindMs);
  cloud = await startCloud({ now }, { now });
  cloud.losant.addApplication({ id: OTHER });
  Object.assign(cloud.config, { applications: [{ id: APP, accessToken: NEW }] });
});
afterEach(() => cloud.close());

function token(scope: readonly string[] = FIVE, lifetime: number | "for ever" = 180 * DAY, name = "worker") {
  const dates = lifetime === "for ever" ? {} : { expirationDate: new Date(Date.now() + lifetime) };
  const made = cloud.losant.addToken(APP, { name, scope, ...dates });
  strings.push(made.token);
  return made;
}

async function accessToken(input: string, ...args: readonly string[]): Promise<Ended> {
  strings.push(input);
  return checked(await run(accessTokenCommand, args, cloud.env(), { input }));
}

/** Without line breaks, and without any of those strings. */
function checked(ended: Ended): Ended {
  for (const string of strings.filter((text) => text.length > 5))
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(string);
  return { ...ended, stdout: ended.stdout.replace(/\s+/g, " "), stderr: ended.stderr.replace(/\s+/g, " ") };
}

const rotate = (...args: readonly string[]) => run(rotateCommand, ["--yes", ...args], cloud.env());

const writes = () => cloud.losant.calls.filter((call) => ["create", "patch", "delete"].includes(call));

describe("npm run access-token", { timeout: TIMEOUT_MS }, () => {
  test("tries a token that is piped in, creates the secret, and the worker logs in with it", async () => {
    const { token: string } = token();
    const { code, stdout, stderr } = await accessToken(`${string}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const scope of FIVE) expect(stdout).toMatch(new RegExp(`${scope} granted`));
    expect(stdout).toContain(`Stored: the secret ${NEW} was created.`);
    expect(cloud.aws.value(NEW)).toBe(string);
    expect(writes()).toEqual([]);
    expect((await rotate()).code).toBe(0);
  });

  test("reads a real standard input, and finds AWS by the variables of its environment", async () => {
    const { token: string } = token();
    const env = { ...cloud.env(), ...CREDENTIALS };
    const { code, stdout, stderr } = checked(
      await runScript(SCRIPT, ["access-token"], env, undefined, `${string}\n`),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Stored: the secret ${NEW} was created.`);
    expect(cloud.aws.value(NEW)).toBe(string);
  });

  test("asks at a terminal, and shows nothing of the answer", async () => {
    const { token: string } = token();
    const keys = { input: `${string}\r`, columns: 80 };
    const { code, stderr } = checked(await run(accessTokenCommand, [], cloud.env(), keys));
    expect(stderr).toBe(`Access token for application ${APP} (your input is hidden): `);
    expect(code).toBe(0);
    expect(cloud.aws.value(NEW)).toBe(string);
  });

  test("shows for whom it waits while it stores the token", async () => {
    cloud.aws.faults.add({ operation: "CreateSecret", latencyMs: 1_500 });
    const io = ioWith(cloud.env(), { input: `${token().token}\r`, columns: 80 });
    const startedAt = Date.now();
    // Ten times as fast, so that a second and a half is a long time.
    const now = () => new Date(startedAt + 10 * (Date.now() - startedAt));
    const code = await runCommand(accessTokenCommand, [], { ...io, clock: { ...io.clock, now } });
    io.close();
    expect(io.stderr.text).toMatch(/waiting for Secrets Manager, \d+ s/);
    expect(code).toBe(0);
  });

  test("makes it the current version of a secret that exists, and what was there the previous one", async () => {
    cloud.aws.putSecret(NEW, "what was there before");
    const { token: string } = token();
    const { code, stdout } = await accessToken(JSON.stringify({ token: string }));
    expect(code).toBe(0);
    expect(stdout).toContain("AWSPREVIOUS is the value that was current before");
    expect(cloud.aws.value(NEW)).toBe(string);
    expect(cloud.aws.value(NEW, "AWSPREVIOUS")).toBe("what was there before");
  });

  test("with --dry-run tries it and stores nothing", async () => {
    const { code, stdout } = await accessToken(token().token, "--dry-run");
    expect(stdout).toContain("nothing was stored");
    expect(code).toBe(0);
    expect(cloud.aws.secret(NEW)).toBeUndefined();
    expect(cloud.losant.calls).toEqual(["list", "get"]);
  });

  test.each(FIVE.slice(1))("says that %s is missing, stores nothing and changes nothing", async (lacking) => {
    const { token: string } = token(FIVE.filter((scope) => scope !== lacking));
    const before = cloud.losant.tokens(APP);
    const { code, stdout, stderr } = await accessToken(string);
    expect(stdout).toContain(`${lacking} missing`);
    expect(stderr).toContain(`this token lacks ${lacking}`);
    expect(code).toBe(1);
    expect(cloud.aws.secret(NEW)).toBeUndefined();
    expect(cloud.losant.tokens(APP)).toEqual(before);
    const anyway = await accessToken(string, "--anyway");
    expect(anyway.code).toBe(0);
    expect(cloud.aws.value(NEW)).toBe(string);
  });

  test("does not guess at scopes that nothing names and that only use could show", async () => {
    Object.assign(cloud.config, {
      applications: [{ id: APP, accessToken: NEW, secrets: { worker: NEW } }],
    });
    const string = unspokenOf(token().token);
    cloud.losant.faults.add(
      { operation: "list", answer: { status: 200, body: { items: [], totalCount: 0 } } },
      { operation: "create", answer: losantError(400, "Validation") },
      ...["get", "patch", "delete"].map((operation) => ({ operation, answer: losantError(404, "NotFound") })),
    );
    const { code, stdout } = await accessToken(string);
    expect(stdout.match(/unclear can't be tested without an effect/g)).toHaveLength(4);
    expect(stdout).toContain("It doesn't say when it expires.");
    expect(stdout).not.toContain("never expires");
    expect(stdout).toContain("The worker renews it only if a run can identify it.");
    expect(code).toBe(0);
  });

  test("believes the token's entry in the list where the answer to a trial says nothing", async () => {
    cloud.losant.faults.add({ operation: "get", answer: losantError(404, "NotFound") });
    const { code, stdout } = await accessToken(token().token);
    expect(stdout).toContain("applicationApiToken.get granted according to its entry in the list");
    expect(code).toBe(0);
  });

  test("repeats a write whose answer got lost, and stores it once", async () => {
    const { token: string } = token();
    cloud.aws.faults.add({ operation: "CreateSecret", times: 1, drop: "after" });
    expect((await accessToken(string)).code).toBe(0);
    expect(cloud.aws.secret(NEW)?.versions).toHaveLength(1);
  });

  test("warns of rights beyond need, and says who renews it", async () => {
    const said = async (string: string) => (await accessToken(string)).stdout.replace(/\s+/g, " ");
    const stdout = await said(token(["all.Application"], "for ever").token);
    expect(stdout).toContain("never expires");
    expect(stdout).toContain("more scopes than the worker needs: all.Application");
    expect(stdout).toContain("The worker doesn't renew this token");
    const secrets = { worker: NEW };
    Object.assign(cloud.config, { applications: [{ id: APP, accessToken: NEW, secrets }] });
    expect(await said(token().token)).toContain("The worker renews this token");
    // Whatever its name: the worker knows the token that it is logged in with.
    expect(await said(token(FIVE, DAY, "another name").token)).toContain("The worker renews this token");
    const known = token(FIVE, DAY, "any name");
    const byId = { [known.id]: NEW };
    Object.assign(cloud.config, { applications: [{ id: APP, accessToken: NEW, secrets: byId }] });
    expect(await said(known.token)).toContain("The worker renews this token");
  });
});

/** The same token with a payload that says nothing. */
function unspokenOf(string: string): string {
  const [header, , signature] = string.split(".");
  return `${header}.${Buffer.from("{}").toString("base64url")}.${signature}`;
}

test.each([
  ["all.Application", FIVE],
  ["all.Application.read", ["applicationApiTokens.get", "applicationApiToken.get"]],
  ["applicationApiTokens.*", FIVE.slice(0, 2)],
  ["applicationApiToken.*", FIVE.slice(2)],
  ["data.get", []],
])("the scope %s includes %j of what the worker needs", (scope, included) => {
  expect(NEEDED_SCOPES.filter((needed) => grants([scope], needed))).toEqual(included);
});

describe("npm run access-token stores nothing", { timeout: TIMEOUT_MS }, () => {
  test.each([
    ["nothing at all", "", "no token was entered"],
    ["a password from the clipboard", "correct horse battery staple", "this is not a Losant API token"],
    ["something with two dots", "www.example.com", "this is not a Losant API token"],
  ])("of %s, which goes nowhere", async (_, input, says) => {
    const { code, stderr } = await accessToken(input);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
    expect(cloud.losant.calls).toEqual([]);
    expect(cloud.aws.secret(NEW)).toBeUndefined();
  });

  test("of a token that has expired, that was deactivated, or that lists nothing", async () => {
    const expired = token(FIVE, -DAY);
    expect((await accessToken(expired.token)).stderr).toContain("this token expired at");
    const inactive = token();
    cloud.losant.edit(APP, inactive.id, { status: "inactive" });
    expect((await accessToken(inactive.token)).stderr).toContain("doesn't accept this token");
    const listless = token(FIVE.slice(1));
    expect((await accessToken(listless.token)).stderr).toContain("lacks the scope applicationApiTokens.get");
    expect(cloud.aws.secret(NEW)).toBeUndefined();
  });

  test("of a token for another application", async () => {
    const other = cloud.losant.addToken(OTHER, { name: "worker", scope: FIVE });
    strings.push(other.token);
    const { code, stderr } = await accessToken(other.token);
    expect(stderr).toContain(`this token is for the application ${OTHER}, not for ${APP}`);
    expect(code).toBe(1);
  });

  test("where it would have to guess the application, and takes the one that is named", async () => {
    const applications = [
      { id: OTHER, accessToken: "losant-access/other" },
      { id: APP, accessToken: NEW },
    ];
    Object.assign(cloud.config, { applications });
    const { token: string } = token();
    const { code, stderr } = await accessToken(string);
    expect(stderr).toContain(`--application ${OTHER} or ${APP}`);
    expect(code).toBe(1);
    expect((await accessToken(string, "--application", APP)).code).toBe(0);
    expect(cloud.aws.value(NEW)).toBe(string);
    expect((await accessToken(string, "--application", "f".repeat(24))).stderr).toContain(
      "is not in the configuration",
    );
  });

  test("in a secret that is to be deleted, that is a replica, or that an ARN names which nothing has", async () => {
    cloud.aws.putSecret(NEW, "old");
    cloud.aws.scheduleDeletion(NEW);
    expect((await accessToken(token().token)).stderr).toMatch(/scheduled for deletion.*restore-secret/);
    cloud.aws.restore(NEW);
    cloud.aws.makeReplica(NEW, "us-west-2");
    expect((await accessToken(token().token)).stderr.replace(/\s+/g, " ")).toContain(
      "is a replica of a secret in us-west-2",
    );
    const accessTokenArn =
      "arn:aws:secretsmanager:eu-central-1:111122223333:secret:losant-access/none-AbCdEf";
    Object.assign(cloud.config, { applications: [{ id: APP, accessToken: accessTokenArn }] });
    expect((await accessToken(token().token)).stderr).toContain("Use the name of the new secret");
    expect(cloud.losant.calls).toEqual([]);
  });

  test("when it is interrupted, and exits as a shell says of that", async () => {
    const input = "eyJab\u0003";
    const { code, stderr } = await run(accessTokenCommand, [], cloud.env(), { input, columns: 80 });
    expect(stderr).toMatch(/\(your input is hidden\): \nInterrupted\. Nothing was stored\.\n$/);
    expect(code).toBe(130);
    expect(cloud.losant.calls).toEqual([]);
    expect(cloud.aws.secret(NEW)).toBeUndefined();
  });

  test("without AWS credentials or a region, and says how to name them, before anything is read", async () => {
    const env = { AWS_ENDPOINT_URL: cloud.aws.url, ROTATION_CONFIG: JSON.stringify(cloud.config) };
    const { code, stderr } = await runScript(SCRIPT, ["access-token"], env, undefined, token().token);
    expect(stderr.replace(/\s+/g, " ")).toMatch(/set AWS_REGION|AWS credentials/);
    expect(code).toBe(1);
    expect(cloud.losant.calls).toEqual([]);
  });

  test("from its arguments, of which it repeats none", async () => {
    const { token: string } = token();
    const { code, stderr } = await accessToken("", string);
    expect(stderr).toContain("Don't pass the token as an argument");
    expect(code).toBe(2);
  });
});

describe("Ctrl-C while npm run access-token stores the token", { timeout: TIMEOUT_MS }, () => {
  test.each([
    ["once lets it come to its end", 1, "The command stores the token, and then ends."],
    ["twice ends at once", 2, "The token may or may not be stored."],
  ])("%s, and exits with 130", async (_, times, says) => {
    const { token: string } = token();
    const io = ioWith(cloud.env(), { input: string });
    const secretsManager: typeof io.aws.secretsManager = (place) => {
      const client = io.aws.secretsManager(place);
      client.middlewareStack.add((next, { commandName }) => (args) => {
        for (let time = 0; time < times && commandName === "CreateSecretCommand"; time += 1) io.interrupt();
        return next(args);
      });
      return client;
    };
    const code = await runCommand(accessTokenCommand, [], { ...io, aws: { ...io.aws, secretsManager } });
    io.close();
    const { stdout, stderr } = checked({ code, stdout: io.stdout.text, stderr: io.stderr.text });
    expect(stderr).toContain(says);
    expect(code).toBe(130);
    expect(stdout.includes(`Stored: the secret ${NEW} was created.`)).toBe(times === 1);
    if (times === 1) expect(cloud.aws.value(NEW)).toBe(string);
  });
});

describe("an access token that the worker renewed", { timeout: TIMEOUT_MS }, () => {
  test.each([
    ["was revoked", true],
    ["still lives", false],
  ])(
    "and that %s is replaced by hand, and the new one is renewed in the same secret",
    async (_, isRevoked) => {
      const applications = [{ id: APP, accessToken: SECRET, secrets: { worker: SECRET } }];
      Object.assign(cloud.config, { applications });
      behindMs = HOUR;
      const first = token(["all.Application"]);
      cloud.aws.putSecret(SECRET, first.token);
      expect((await rotate("--token", "worker", "--force")).code).toBe(0);
      const renewed = cloud.losant.tokens(APP).find(({ id, name }) => name === "worker" && id !== first.id);
      if (isRevoked) cloud.losant.edit(APP, renewed?.id ?? "", { status: "inactive" });
      behindMs = 0;
      const given = token();
      const { code, stdout } = await accessToken(given.token);
      expect(code).toBe(0);
      expect(stdout.replace(/\s+/g, " ")).toContain("The worker renews this token before it expires");
      expect(stdout.includes(renewed?.id ?? "?")).toBe(!isRevoked);
      expect((await rotate()).code).toBe(0);
      expect(cloud.aws.value(SECRET)).toBe(given.token);
      expect((await rotate("--token", given.id, "--force")).code).toBe(0);
      const current = cloud.aws.secret(SECRET)?.versions.find(({ labels }) => labels.includes("AWSCURRENT"));
      expect(current?.versionId).toMatch(/^losant-/);
      expect((await rotate()).code).toBe(0);
    },
  );
});

describe("the hidden prompt", () => {
  function terminal() {
    const input: Input & PassThrough & { modes?: boolean[] } = Object.assign(new PassThrough(), {
      isTTY: true,
      modes: [] as boolean[],
      setRawMode(isRaw: boolean) {
        this.modes.push(isRaw);
      },
    });
    const output = new PassThrough().setEncoding("utf8");
    return { input, output, read: readHidden("Token: ", input, output) };
  }

  test.each([
    ["a long paste in several pieces", ["eyJ".repeat(800), "abc\r"], `${"eyJ".repeat(800)}abc`],
    ["a paste with marks around it", ["\u001b[200~eyJabc\u001b[201~", "\n"], "eyJabc"],
    ["mistakes that are mended", ["xyz\u0015eyJx\u007fa", "b\r"], "eyJab"],
    ["blanks around it", ["  eyJab \r"], "eyJab"],
  ])("takes %s, and shows nothing", async (_, typed, taken) => {
    const { input, output, read } = terminal();
    for (const keys of typed) input.write(keys);
    expect(await read).toBe(taken);
    expect(output.read()).toBe("Token: \n");
    expect(input.modes).toEqual([true, false]);
  });

  test.each(["\u0003", "\u0004"])("gives the terminal back when it is interrupted (%j)", async (key) => {
    const { input, read } = terminal();
    input.write(`eyJab${key}`);
    await expect(read).rejects.toBeInstanceOf(Interruption);
    expect(input.modes).toEqual([true, false]);
  });
});
