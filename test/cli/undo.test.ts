import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Command, runCommand } from "../../cli/command/command.ts";
import { ioFor } from "../../cli/command/io.ts";
import { type Tools, toolsFor } from "../../cli/command/tools.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { carryOut } from "../../cli/undo/carry-out.ts";
import { findLineage } from "../../cli/undo/find.ts";
import { undoOf } from "../../cli/undo/intent.ts";
import { undoCommand } from "../../cli/undo/undo.ts";
import { awsError } from "../../emulators/aws/server.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { RunId, TokenId } from "../../lambda/model/token.ts";
import { type Cloud, startCloud } from "../support/bundle.ts";
import type { Ended } from "../support/child.ts";
import { ioWith, run } from "../support/command.ts";
import { APP, DAY, HOUR } from "../support/world.ts";

const TIMEOUT_MS = 60_000;
const BROWNFIELD = "prod/backend/losant";

let cloud: Cloud;
/** How far behind both services are: what is made now is to be old enough to be rotated again. */
let behindMs = 0;
beforeEach(async () => {
  behindMs = 2 * HOUR;
  const now = () => new Date(Date.now() - behindMs);
  cloud = await startCloud({ now }, { now });
});
afterEach(() => cloud.close());

const command = (which: Command, ...args: readonly string[]) => run(which, args, cloud.env());
const undo = (...args: readonly string[]) => command(undoCommand, "--yes", ...args);

async function rotate(...args: readonly string[]): Promise<Ended> {
  const ended = await command(rotateCommand, "--yes", ...args);
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}

function root(name = "backend") {
  const creationDate = new Date(Date.now() - 100 * DAY);
  const expirationDate = new Date(creationDate.getTime() + 365 * DAY);
  return cloud.losant.addToken(APP, { name, scope: ["application.get"], creationDate, expirationDate });
}

const secretOf = (name = "backend") => `losant/${APP}/${name}`;
const idsOf = (name = "backend") =>
  cloud.losant.tokens(APP).flatMap((token) => (token.name === name ? [token.id] : []));
const statusOf = (id: string) => cloud.losant.tokens(APP).find((token) => token.id === id)?.status;

function consumerWorks(secret = secretOf()): boolean {
  const value = cloud.aws.value(secret) ?? "";
  return cloud.losant.accepts(value.startsWith("{") ? JSON.parse(value).token : value);
}

const versionAt = (label: string, secret = secretOf()) =>
  cloud.aws.secret(secret)?.versions.find(({ labels }) => labels.includes(label))?.versionId;

/** A lineage whose predecessor is a token of the worker's, deactivated in a leak response. */
async function leaked(): Promise<readonly [root: string, predecessor: string, current: string]> {
  root();
  await rotate("--token", "backend", "--force");
  const [, second = ""] = idsOf();
  behindMs = HOUR;
  await rotate("--token", second, "--force", "--retire-now");
  const [first = "", , third = ""] = idsOf();
  behindMs = 0;
  expect(statusOf(second)).toBe("inactive");
  return [first, second, third];
}

describe("npm run undo", { timeout: TIMEOUT_MS }, () => {
  test("brings the predecessor back and AWSCURRENT to it; the worker holds, and goes on when forced", async () => {
    const [, predecessor, successor] = await leaked();
    const { code, stdout, stderr } = await undo("--token", successor);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(statusOf(predecessor)).toBe("active");
    expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
    expect(versionAt("AWSPREVIOUS")).toBe(`losant-${successor}-${predecessor}`);
    expect(consumerWorks()).toBe(true);
    expect(stdout).toContain(`npm run rotate -- --application ${APP} --token ${predecessor} --force`);
    expect(stdout).not.toContain("eyJ");

    const held = await rotate();
    expect(held.stdout).toMatch(/backend .*skipped +somebody moved AWSCURRENT/);
    expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
    expect(statusOf(predecessor)).toBe("active");

    await rotate("--token", predecessor, "--force");
    expect(versionAt("AWSCURRENT")).toMatch(new RegExp(`^losant-[a-f\\d]{24}-${predecessor}$`));
    expect(versionAt("AWSCURRENT")).not.toContain(successor);
    expect(consumerWorks()).toBe(true);
  });

  test("may be repeated, and finds the lineage by any of its tokens", async () => {
    const [, predecessor, successor] = await leaked();
    await undo("--token", predecessor);
    const before = cloud.aws.secret(secretOf());
    for (const token of [predecessor, successor, "backend"]) {
      const { code, stdout } = await undo("--token", token);
      expect(stdout).toContain("There is nothing left to do.");
      expect(code).toBe(0);
    }
    expect(cloud.aws.secret(secretOf())).toEqual(before);
  });

  test("after an undo, reactivates a predecessor that somebody has deactivated since", async () => {
    const [, predecessor] = await leaked();
    await undo("--token", predecessor);
    cloud.losant.edit(APP, predecessor, { status: "inactive" });
    const { code, stdout } = await undo("--token", "backend");
    expect(stdout).toContain(`- Reactivate ${predecessor} at Losant.\n  - Leave AWSCURRENT where it is`);
    expect(code).toBe(0);
    expect(statusOf(predecessor)).toBe("active");
  });

  test("with --dry-run says what it would do, and changes nothing", async () => {
    const [, predecessor] = await leaked();
    const before = cloud.aws.secret(secretOf());
    const { code, stdout } = await undo("--token", "backend", "--dry-run");
    expect(stdout).toContain(`Reactivate ${predecessor} at Losant.`);
    expect(stdout).toMatch(/Move AWSCURRENT from losant-/);
    expect(stdout).toContain("can use it again");
    expect(code).toBe(0);
    expect(statusOf(predecessor)).toBe("inactive");
    expect(cloud.aws.secret(secretOf())).toEqual(before);
  });

  test("asks nobody where nobody is: without a terminal it wants --yes", async () => {
    const [, predecessor] = await leaked();
    const { code, stderr } = await command(undoCommand, "--token", "backend");
    expect(stderr).toContain("--yes");
    expect(code).toBe(1);
    expect(statusOf(predecessor)).toBe("inactive");
  });

  test.each([
    ["yes\r", 0, "active"],
    ["no\r", 1, "inactive"],
    ["", 1, "inactive"],
  ])("asks at a terminal, and after %j exits with %i: the predecessor is %s", async (input, code, status) => {
    const [, predecessor] = await leaked();
    const ended = await run(undoCommand, ["--token", "backend"], cloud.env(), { input, columns: 80 });
    expect(ended.stderr).toContain("Do this? Type yes to continue: ");
    if (code === 1) expect(ended.stdout).toContain("Nothing was changed.");
    expect(ended.code).toBe(code);
    expect(statusOf(predecessor)).toBe(status);
  });

  test("says plainly that a root's string is stored nowhere, and only reactivates it when told that this is enough", async () => {
    const first = root();
    await rotate("--token", first.id, "--force", "--retire-now");
    const current = versionAt("AWSCURRENT");
    const refused = await undo("--token", first.id);
    expect(refused.stdout).toContain("No version of the secret holds the predecessor's string");
    expect(refused.stderr).toContain("--reactivate-only");
    expect(refused.code).toBe(1);
    expect(statusOf(first.id)).toBe("inactive");
    for (let time = 0; time < 2; time += 1) {
      expect((await undo("--token", first.id, "--reactivate-only")).code).toBe(0);
      expect(cloud.losant.accepts(first.token)).toBe(true);
      expect(versionAt("AWSCURRENT")).toBe(current);
    }
    behindMs = 0;
    await rotate();
    expect(cloud.losant.accepts(first.token)).toBe(true);
  });

  test("goes back to the version that a mapped secret held before the first rotation", async () => {
    const applications = [{ id: APP, accessToken: `losant-access/${APP}`, secrets: { backend: BROWNFIELD } }];
    Object.assign(cloud.config, { applications });
    const first = root();
    const { versionId } = cloud.aws.putSecret(BROWNFIELD, first.token);
    await rotate("--token", first.id, "--force", "--retire-now");
    const [, successor = ""] = idsOf();
    behindMs = 0;
    expect(consumerWorks(BROWNFIELD)).toBe(true);
    const { code, stdout } = await undo("--token", "backend");
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, " ")).toContain("nothing records that");
    expect(versionAt("AWSCURRENT", BROWNFIELD)).toBe(versionId);
    expect(cloud.losant.accepts(first.token)).toBe(true);
    expect((await undo("--token", "backend")).stdout).toContain("There is nothing left to do.");
    await rotate();
    expect(versionAt("AWSCURRENT", BROWNFIELD)).toBe(versionId);
    expect(stdout).toContain(`npm run rotate -- --application ${APP} --token ${successor} --force`);
    await rotate("--token", successor, "--force");
    expect(versionAt("AWSCURRENT", BROWNFIELD)).toMatch(`-${successor}`);
    expect(consumerWorks(BROWNFIELD)).toBe(true);
  });
});

describe("an undo that is cut off", { timeout: TIMEOUT_MS }, () => {
  test("between its two calls leaves two working tokens, and the next one goes on from there", async () => {
    const [, predecessor, successor] = await leaked();
    cloud.aws.faults.add({
      operation: "UpdateSecretVersionStage",
      answer: awsError("InternalServiceError", 500),
    });
    const { code, stderr } = await undo("--token", "backend");
    expect(stderr).toContain("store-unavailable");
    expect(code).toBe(1);
    expect([statusOf(predecessor), statusOf(successor)]).toEqual(["active", "active"]);
    expect(consumerWorks()).toBe(true);
    cloud.aws.faults.clear();
    await rotate();
    expect((await undo("--token", "backend")).code).toBe(0);
    expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
  });

  test("by a lost answer of the move sees that it has moved", async () => {
    const [, predecessor] = await leaked();
    cloud.aws.faults.add({ operation: "UpdateSecretVersionStage", times: 1, drop: "after" });
    expect((await undo("--token", "backend")).code).toBe(0);
    expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
  });

  test("moves nothing where Losant does not reactivate", async () => {
    const [, predecessor, successor] = await leaked();
    cloud.losant.faults.add({ operation: "patch", drop: "before" });
    expect((await undo("--token", "backend")).code).toBe(1);
    expect(statusOf(predecessor)).toBe("inactive");
    expect(versionAt("AWSCURRENT")).toBe(`losant-${successor}-${predecessor}`);
  });
});

describe("Ctrl-C during npm run undo", { timeout: TIMEOUT_MS }, () => {
  test("before it has begun leaves everything as it was", async () => {
    const [, predecessor] = await leaked();
    const streams = { input: "\u0003", columns: 80 };
    const { code, stderr } = await run(undoCommand as Command, ["--token", "backend"], cloud.env(), streams);
    expect(stderr).toContain("Interrupted. Nothing was changed.");
    expect(code).toBe(130);
    expect(statusOf(predecessor)).toBe("inactive");
  });

  test("in the middle lets it come to its end, and exits with 130", async () => {
    const [, predecessor] = await leaked();
    const streams = { interrupts: [/is active again/] };
    const args = ["--token", "backend", "--yes"];
    const { code, stdout, stderr } = await run(undoCommand as Command, args, cloud.env(), streams);
    expect(stderr).toContain("Interrupted. The command finishes what is in progress, and then ends.");
    expect(stdout).toContain("AWSCURRENT of");
    expect(code).toBe(130);
    expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
  });
});

test("npm run undo shows for whom it waits, while it writes too", { timeout: TIMEOUT_MS }, async () => {
  const [, predecessor] = await leaked();
  cloud.losant.faults.add({ operation: "patch", latencyMs: 1_500 });
  cloud.aws.faults.add({ operation: "UpdateSecretVersionStage", latencyMs: 1_500 });
  const io = ioWith(cloud.env(), { input: "yes\n", columns: 80 });
  const startedAt = Date.now();
  // Ten times as fast, so that a second and a half is a long time.
  const now = () => new Date(startedAt + 10 * (Date.now() - startedAt));
  const code = await runCommand(undoCommand, ["--token", predecessor], {
    ...io,
    clock: { ...io.clock, now },
  });
  io.close();
  const [, writing = ""] = io.stderr.text.split("Do this?");
  expect(writing).toMatch(/waiting for Losant, \d+ s/);
  expect(writing).toMatch(/waiting for Secrets Manager, \d+ s/);
  expect(code).toBe(0);
});

test("npm run undo --json prints what it did, and nothing else", { timeout: TIMEOUT_MS }, async () => {
  const [, predecessor, successor] = await leaked();
  const { code, stdout } = await run(
    undoCommand as Command,
    ["--token", "backend", "--yes", "--json"],
    cloud.env(),
  );
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "undone",
    kind: "move",
    predecessor: { tokenId: predecessor, statusBefore: "inactive" },
    successorId: successor,
  });
  expect(code).toBe(0);
});

test.each([
  ["yes\r", 0, "undone"],
  ["no\r", 1, "refused"],
])(
  "npm run undo --json at a terminal asks on standard error, and after %j exits with %i",
  {
    timeout: TIMEOUT_MS,
  },
  async (input, code, outcome) => {
    const [, predecessor] = await leaked();
    const args = ["--token", "backend", "--json"];
    const ended = await run(undoCommand, args, cloud.env(), { input, columns: 80 });
    expect(ended.stderr).toMatch(/AWS account {2}\d{12}\n/);
    expect(ended.stderr).toContain(`Reactivate ${predecessor} at Losant.`);
    expect(ended.stderr).toContain("Do this?");
    expect(JSON.parse(ended.stdout)).toMatchObject({ outcome });
    expect(ended.code).toBe(code);
    expect(statusOf(predecessor)).toBe(code === 0 ? "active" : "inactive");
  },
);

test("npm run undo says which name was meant", { timeout: TIMEOUT_MS }, async () => {
  await leaked();
  const { stderr } = await run(undoCommand as Command, ["--token", "bakend", "--yes"], cloud.env());
  expect(stderr).toContain('Did you mean "backend"?');
});

const UNWATCHED = { waits: () => () => {} };

describe("beside somebody else at work", { timeout: TIMEOUT_MS }, () => {
  /** An undo in this process, with something that happens right before the label moves. */
  async function undoWith(before: () => void): Promise<void> {
    const io = ioWith(cloud.env());
    const real = await toolsFor(undefined, UNWATCHED, ioFor({}, io));
    const { store } = real;
    const meddled: Tools = {
      ...real,
      store: {
        describe: (name) => store.describe(name),
        history: (arn) => store.history(arn),
        hasResourcePolicy: (arn) => store.hasResourcePolicy(arn),
        putResourcePolicy: (...args) => store.putResourcePolicy(...args),
        create: (...args) => store.create(...args),
        stage: (...args) => store.stage(...args),
        attach: (...args) => store.attach(...args),
        detach: (...args) => store.detach(...args),
        list: (...prefixes) => store.list(...prefixes),
        read: (id, stage) => store.read(id, stage),
        versions: (arn) => store.versions(arn),
        readVersion: (arn, version) => store.readVersion(arn, version),
        promote: (...args) => {
          before();
          return store.promote(...args);
        },
      },
    };
    const found = await findLineage("backend", real.config.applications, real);
    await carryOut(undoOf(found.secret, found.versions), found, meddled, () => {}).finally(io.close);
  }

  test("an undo does not take AWSCURRENT from a version that it has not seen there", async () => {
    await leaked();
    const meddle = () => cloud.aws.putSecret(secretOf(), "somebody's own value");
    await expect(undoWith(meddle)).rejects.toThrow("in the meantime");
    expect(cloud.aws.value(secretOf())).toBe("somebody's own value");
  });

  test("a predecessor that a run retires before the label has moved is active in the end", async () => {
    const [, predecessor] = await leaked();
    await undoWith(() => cloud.losant.edit(APP, predecessor, { status: "inactive" }));
    expect(statusOf(predecessor)).toBe("active");
    expect(consumerWorks()).toBe(true);
  });
});

describe("npm run undo refuses", { timeout: TIMEOUT_MS }, () => {
  test.each([
    [
      "was deleted",
      (id: string) => cloud.losant.remove(APP, id),
      /was deleted at Losant.*Replace the current token/,
    ],
    [
      "has expired",
      (id: string) => cloud.losant.edit(APP, id, { expirationDate: new Date(Date.now() - DAY) }),
      /expired at .*Replace the current token/,
    ],
    [
      "is in a secret that is to be deleted",
      () => cloud.aws.scheduleDeletion(secretOf()),
      /scheduled for deletion.*restore-secret/,
    ],
    [
      "is in a replica of another region's secret",
      () => cloud.aws.makeReplica(secretOf(), "us-west-2"),
      /is a replica of a secret in us-west-2.*Undo the rotation in that region/,
    ],
  ])("where the predecessor %s, saying what to do instead", async (_, meddle, says) => {
    const [, predecessor, successor] = await leaked();
    meddle(predecessor);
    for (const token of [successor, predecessor]) {
      const { code, stderr } = await undo("--token", token);
      expect(stderr.replace(/\s+/g, " ")).toMatch(says);
      expect(code).toBe(1);
    }
    expect(statusOf(predecessor)).not.toBe("active");
    expect(versionAt("AWSCURRENT")).toBe(`losant-${successor}-${predecessor}`);
  });

  test("a token that was never rotated, or that nobody knows", async () => {
    root();
    expect((await undo("--token", "backend")).stderr).toContain("There is nothing to undo");
    expect((await undo("--token", "nobody")).stderr).toContain('"nobody"');
  });

  test("an orphan, which replaced nothing: it says how to keep it", async () => {
    root();
    await rotate("--token", "backend", "--force");
    const { config, connect } = await toolsFor(undefined, UNWATCHED, ioFor({}, ioWith(cloud.env())));
    const [application] = config.applications;
    if (application === undefined) throw new Error("one application is configured");
    const orderedAt = new Date(Date.now() - behindMs);
    const expiresAt = new Date(Date.now() + 365 * DAY);
    const { token } = await connect(application).create({
      name: "backend",
      description: "",
      intent: {
        replacedId: v.parse(TokenId, idsOf()[1]),
        secretArn: v.parse(SecretArn, cloud.aws.secret(secretOf())?.arn),
        run: v.parse(RunId, "died"),
        orderedAt,
        expiresAt,
      },
      scope: ["application.get"],
      status: "active",
      expiresAt,
    });
    const { code, stderr } = await undo("--token", token.id);
    expect(stderr.replace(/\s+/g, " ")).toContain("To keep it, set its status to active in Losant");
    expect(code).toBe(1);
    expect(statusOf(token.id)).toBe("active");
  });

  describe("of one application that can't be read", () => {
    const OTHER = "5c3f1e7a2b9d4e0007a8b9c0";
    /** Before the one with the token, so that it is asked first. */
    function withUnreadable(isDenied = false) {
      const accessToken = "losant-access/other";
      cloud.aws.putSecret(accessToken, "not-a-token-of-losant");
      if (isDenied) cloud.aws.deny(accessToken, "GetSecretValue");
      const { applications } = cloud.config as { readonly applications: readonly object[] };
      Object.assign(cloud.config, { applications: [{ id: OTHER, accessToken }, ...applications] });
    }

    test.each([
      ["whose access token Losant rejects", false],
      ["whose access token may not be read", true],
    ])("%s, nothing but the tokens in it", async (_, isDenied) => {
      const [, predecessor, successor] = await leaked();
      withUnreadable(isDenied);
      const { code, stdout } = await undo("--token", successor);
      expect(stdout).toMatch(new RegExp(`application ${OTHER}: [a-z-]+: `));
      expect(stdout).toContain("What to do: ");
      expect(stdout).not.toContain("Another token with the name");
      expect(code).toBe(0);
      expect(statusOf(predecessor)).toBe("active");
      expect(versionAt("AWSCURRENT")).toMatch(`losant-${predecessor}-`);
    });

    test("says that a name may be there as well, and with --json only on standard error", async () => {
      await leaked();
      withUnreadable();
      const { code, stdout, stderr } = await undo("--token", "backend", "--json");
      expect(JSON.parse(stdout)).toMatchObject({ outcome: "undone", applicationId: APP });
      expect(stderr).toContain(`application ${OTHER}: access-token-rejected: `);
      expect(stderr).toContain('Another token with the name "backend" may be in an application');
      expect(code).toBe(0);
    });

    test("a token that is in none of the others: it names the application", async () => {
      await leaked();
      withUnreadable();
      const { code, stdout, stderr } = await undo("--token", "f".repeat(24));
      expect(stdout).toContain(`application ${OTHER}: access-token-rejected: `);
      expect(stderr.replace(/\s+/g, " ")).toContain(`these applications could not be read: ${OTHER}`);
      expect(code).toBe(1);
      const alone = await undo("--token", "f".repeat(24), "--application", OTHER);
      expect(alone.stderr).toMatch(/^access-token-rejected: /);
      expect(alone.code).toBe(1);
    });
  });

  test("a name that means tokens of two secrets", async () => {
    for (let count = 0; count < 2; count += 1) root("twin");
    const [one = "", other = ""] = idsOf("twin");
    for (const id of [one, other]) await rotate("--token", id, "--force");
    const { code, stderr } = await undo("--token", "twin");
    expect(stderr.replace(/\s+/g, " ")).toContain("Name the token by its id");
    expect(code).toBe(1);
  });

  test.each([
    [[], "--token is missing"],
    [["--token", "a", "--forc"], "Unknown option --forc"],
  ])("arguments it doesn't know: %j", async (args, says) => {
    const { code, stderr } = await command(undoCommand, ...args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  test("an application that is not configured", async () => {
    const { code, stderr } = await undo("--token", "a", "--application", "f".repeat(24));
    expect(stderr).toContain("is not in the configuration");
    expect(code).toBe(2);
  });
});
