import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Command } from "../../cli/command/command.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import type { documentOf } from "../../cli/status/document.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { displayWidth } from "../../cli/terminal/width.ts";
import { sameState, stateOf } from "../../demo/state.ts";
import type { Ended } from "../support/child.ts";
import { run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";

const TIMEOUT_MS = 60_000;
const WORKSHOP = "5c3f1e7a2b9d4e0007a8b9c0";

const factory = freshFactory();

function onEmulators(command: Command, ...args: readonly string[]): Promise<Ended> {
  return run(command, ["--config", factory.configFile, ...args], variablesOf(factory));
}

const status = (...args: readonly string[]) => onEmulators(statusCommand, ...args);

async function json(...args: readonly string[]): Promise<ReturnType<typeof documentOf>> {
  return JSON.parse((await status("--json", ...args)).stdout);
}

describe("npm run status", { timeout: TIMEOUT_MS }, () => {
  test("shows the worker's own tokens first, then all others by urgency, and changes nothing", async () => {
    const before = stateOf(factory.emulators);
    const { code, stdout, stderr } = await status();
    expect(stdout.split("\n").slice(2, 5).join("\n")).toMatch(
      /The worker's access tokens\n.*APPLICATION.*EXPIRES\n {2}575ec8687ae143cd83dc4a97 .* in \d+ d .*the worker renews it/,
    );
    const order = [
      "The worker's access tokens",
      "Coming expiries",
      "Needs a person",
      "The next run acts on",
      "Waits for",
      "At rest",
    ];
    const places = order.map((title) => stdout.indexOf(title));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(stdout.split("\n").filter((line) => displayWidth(line) > 120)).toEqual([]);
    expect([stdout, stderr].join("")).not.toContain("eyJ");
    expect(stdout).toContain("npm run status -- --explain NAME_OR_ID");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(sameState(before, stateOf(factory.emulators))).toBe(true);
    expect(factory.emulators.aws.events).toEqual([]);
  });

  test("says of every token what a dry run says", async () => {
    const [{ tokens }, { stdout }] = await Promise.all([
      json(),
      onEmulators(rotateCommand, "--dry-run", "--json"),
    ]);
    const dry = (JSON.parse(stdout) as { tokens: { tokenId: string; action: string; reason: string }[] })
      .tokens;
    const said = tokens.map(({ tokenId, next }) => [tokenId, next[0]?.action, next[0]?.reason].join(" "));
    expect(said.toSorted()).toEqual(
      dry.map((row) => [row.tokenId, row.action, row.reason].join(" ")).toSorted(),
    );
  });

  test("with --json prints nothing but JSON, and no token string, even where a name holds one", async () => {
    const name = `pasted \u009b31m ${factory.scenario.strings[0]}`;
    factory.emulators.losant.addToken(WORKSHOP, { name });
    const { stdout, code } = await status("--json");
    const document = JSON.parse(stdout) as ReturnType<typeof documentOf>;
    expect(document.tokens).toHaveLength(document.summary.tokens);
    expect(document.tokens.find((row) => row.name?.startsWith("pasted"))?.name).toContain("\u009b");
    expect(stdout).not.toContain("eyJ");
    expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{Control}/u);
    expect(code).toBe(0);
  });

  test("goes on where one application can't be looked at, says why and what to do, and exits with 1", async () => {
    factory.emulators.aws.putSecret("losant-access/workshop", "not-a-token-of-losant");
    const onPrevious = await status();
    expect(onPrevious.stdout.replace(/\s+/g, " ")).toContain(
      "Losant rejects AWSCURRENT of losant-access/workshop, so the worker uses AWSPREVIOUS",
    );
    expect(onPrevious.code).toBe(0);
    factory.emulators.aws.putSecret("losant-access/workshop", "nor-is-this-one");
    const { stdout, code } = await status();
    expect(stdout).toMatch(/5c3f1e7a2b9d4e0007a8b9c0 .*failed: access-token-/);
    expect(stdout).toMatch(/application 5c3f1e7a2b9d4e0007a8b9c0: access-token-\w+: /);
    expect(stdout).toContain("What to do: ");
    expect(stdout).toContain("my-server");
    expect(code).toBe(1);
    const { applications } = await json();
    expect(applications.map(({ outcome }) => outcome).toSorted()).toEqual(["failed", "ok", "ok"]);
  });

  test("knows a secret that is missing, and a token that never expires", async () => {
    const { losant } = factory.emulators;
    const config = {
      ...factory.scenario.config,
      applications: [{ id: WORKSHOP, accessToken: "losant-access/none" }],
    };
    writeFileSync(factory.configFile, JSON.stringify(config));
    expect((await status()).stdout).toContain("access-token-missing");
    const { token } = losant.addToken(WORKSHOP, { name: "a worker's" });
    factory.emulators.aws.putSecret("losant-access/none", token);
    expect((await status()).stdout).toMatch(/5c3f1e7a2b9d4e0007a8b9c0 +\d+ +never/);
  });

  test("does not say that the worker renews its own token where policy holds that back", async () => {
    const { applications } = factory.scenario.config as { readonly applications: readonly object[] };
    const [floor] = applications;
    const held = { ...floor, policy: { exclude: ["rotation worker"] } };
    writeFileSync(factory.configFile, JSON.stringify({ ...factory.scenario.config, applications: [held] }));
    const { stdout } = await status();
    expect(stdout).toContain("the worker doesn't renew it: store a new one before then");
    expect(stdout).not.toContain("the worker renews it");
  });

  test("with --drift shows every kind that the demo has, and what the words mean", async () => {
    const { stdout } = await status("--drift");
    for (const kind of [
      "secret-without-token",
      "orphan",
      "two-live-tokens",
      "unsigned-marker",
      "rolled-back",
      "unfinished",
    ])
      expect(stdout).toContain(`${kind}: `);
    expect(stdout).not.toContain("my-server");
  });

  test("says which replicas of a secret don't get its changes, and what to do", async () => {
    const { aws } = factory.emulators;
    const before = await json();
    const current = before.tokens.find(({ role, urgency }) => role === "current" && urgency === "waiting");
    const { name: secretName = "" } = current?.secret ?? {};
    expect(current?.secret).not.toHaveProperty("replicas");
    aws.replicateTo(secretName, ["eu-north-1", "eu-south-1"]);
    aws.failReplica(secretName, "eu-south-1", "a secret of that name exists there");
    const { tokens } = await json("--token", current?.tokenId ?? "");
    expect(tokens).toMatchObject([
      {
        urgency: "attention",
        drift: ["replica-failed"],
        secret: {
          replicas: [
            { region: "eu-north-1", status: "in-sync" },
            { region: "eu-south-1", status: "failed", message: "a secret of that name exists there" },
          ],
        },
      },
    ]);
    const { stdout } = await status("--explain", current?.tokenId ?? "");
    expect(stdout).toContain("its replica in eu-north-1: in sync");
    expect(stdout).toContain("its replica in eu-south-1: failed: a secret of that name exists there");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "repeat the replication in the console of Secrets Manager",
    );
  });

  test("says when the maintenance window opens for which a token waits", async () => {
    const day = new Date(Date.now() + 3 * 86_400_000).toLocaleDateString("en-US", {
      weekday: "short",
      timeZone: "UTC",
    });
    const windows = [{ days: [day.toLowerCase()], from: "00:00", to: "24:00", zone: "UTC" }];
    const { config } = factory.scenario as { readonly config: { readonly policy?: object } };
    writeFileSync(factory.configFile, JSON.stringify({ ...config, policy: { ...config.policy, windows } }));
    const { tokens } = await json();
    const waiting = tokens.find(({ next: [first] }) => first?.reason === "outside-window");
    const { dueDate = "" } = (waiting?.next[0] ?? {}) as { readonly dueDate?: string };
    expect(dueDate).toMatch(/T00:00:00.000Z$/);
    const { stdout } = await status("--explain", waiting?.tokenId ?? "");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      `The next maintenance window after that opens on ${dueDate.slice(0, 10)} 00:00 UTC`,
    );
    expect((await status()).stdout).toContain("its maintenance window opens in");
  });

  test("takes filters together", async () => {
    const { tokens } = await json("--application", WORKSHOP, "--due", "--token", "L*", "--within", "30d");
    expect(tokens.map(({ name }) => name).toSorted()).toEqual(["Label printer", "Lathe"]);
  });

  test("with --explain tells the story of one lineage, and exits with 2 where there is none", async () => {
    const told = await status("--explain", "CNC mill");
    expect(told.stdout).toMatch(/1 {2}\w{24} {2}expired[\s\S]+2 {2}\w{24}[\s\S]+3 {2}\w{24}/);
    expect(told.stdout).toContain("somebody moved AWSCURRENT back to it");
    expect(told.code).toBe(0);
    const none = await status("--explain", "nobody");
    expect(none.stdout).toContain('No token has the id or name "nobody"');
    expect(none.code).toBe(2);
  });

  test.each([
    [["--within", "soon"], "--within must be a number and a unit"],
    [["--explain", "x", "--json"], "--explain can't be used with --json"],
    [["--nonsense"], "Unknown option"],
    [["--application", "f".repeat(24)], "is not in the configuration"],
  ])("refuses %j, and exits with 2", async (args, message) => {
    const { code, stdout, stderr } = await status(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("explains itself with --help", async () => {
    const { code, stdout } = await status("--help");
    expect(stdout).toContain("--explain");
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(code).toBe(0);
  });
});
