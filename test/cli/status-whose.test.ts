import { describe, expect, test } from "vitest";
import { documentOf } from "../../cli/status/document.ts";
import { showExplanation } from "../../cli/status/explain.ts";
import { selectedFrom } from "../../cli/status/filters.ts";
import type { Seen } from "../../cli/status/forecast.ts";
import { showOverview } from "../../cli/status/overview.ts";
import type { Screen } from "../../cli/terminal/screen.ts";
import {
  APP,
  arnOf,
  DAY,
  id,
  marker,
  NOW,
  type Situation,
  secret,
  secretNamed,
  token,
  version,
} from "../plan/builders.ts";
import { ANY, screenOf, seenIn } from "./status-bench.ts";

const OURS = "prod/backend";
const current = secret([version("new", "old", "AWSCURRENT")]);

function linesOf(show: (screen: Screen) => unknown): string {
  const { screen, lines } = screenOf(200);
  show(screen);
  return lines.join("\n");
}

async function told(situation: Situation, entry = "backend"): Promise<string> {
  const selected = selectedFrom([await seenIn(situation)], ANY, NOW);
  return linesOf((screen) => showExplanation(selected, entry, screen));
}

async function shown(situation: Situation, change: Partial<Seen["snapshot"]> = {}): Promise<string> {
  const { snapshot, ...seen } = await seenIn(situation);
  const selected = selectedFrom([{ ...seen, snapshot: { ...snapshot, ...change } }], ANY, NOW);
  return linesOf((screen) => showOverview(selected, screen, ANY));
}

async function urgencies(situation: Situation): Promise<readonly unknown[]> {
  return selectedFrom([await seenIn(situation)], ANY, NOW).rows.map(({ urgency, next }) => [
    urgency,
    next[0]?.reason,
  ]);
}

describe("the story of a token says whose it is", () => {
  test.each<[string, Situation, string]>([
    [
      "by a version and its signed marker",
      { tokens: [token("new", { replaces: "old" })], secrets: [current] },
      "Proof: a version of the secret names it, and so does its signed marker.",
    ],
    [
      "by a version alone, whatever its description says",
      { tokens: [token("new", { description: marker("else") })], secrets: [current] },
      "Proof: a version of the secret names it.\n     The marker in its description is not signed for this token, so it proves nothing.",
    ],
    [
      "by its signed marker alone",
      { tokens: [token("new", { replaces: "old" }), token("late", { replaces: "new" })], secrets: [current] },
      "Proof: its signed marker shows that the worker created it for arn:aws:secretsmanager:",
    ],
    [
      "by what replaced it",
      { tokens: [token("old"), token("new", { replaces: "old" })], secrets: [current] },
      "Proof: the version or the signed marker of a later token names it as its predecessor.",
    ],
    [
      "by nothing but its name",
      { tokens: [token("root")], mapped: { backend: OURS } },
      `Its id or name decides that its successor goes to ${OURS}.`,
    ],
    [
      "by nothing, where its line was edited",
      { tokens: [token("odd", { description: "[losant-token-rotation oops" })] },
      "is damaged, so it proves nothing: anybody could have written it.",
    ],
    [
      "by the secret that it was in",
      {
        tokens: [token("new", { replaces: "old", secret: arnOf("losant/moved") })],
        secrets: [secret([version("new", "old", "AWSCURRENT")], { name: "losant/moved" })],
      },
      `It was in ${arnOf("losant/moved")}; its successor goes to ${secretNamed("backend")}.`,
    ],
  ])("%s", async (_, situation, says) => {
    expect(await told(situation)).toContain(says);
  });

  test("and that it is current in two secrets", async () => {
    const copy = secretNamed("copy");
    const secrets = [current, secret([version("new", "old", "AWSCURRENT")], { name: copy })];
    const situation = { tokens: [token("new", { replaces: "old" })], secrets };
    expect(await told(situation)).toContain(`It is current in 2 secrets: ${secretNamed("backend")}, ${copy}`);
    expect(await urgencies(situation)).toEqual([["attention", "shared"]]);
  });

  test("and does not say that the worker made it, where only its text does", async () => {
    const story = await told({
      tokens: [token("copy", { description: marker("old"), creatorType: "user" })],
    });
    expect(story).toContain("Created on 2026-02-21 by a person.");
    expect(story).not.toContain("to replace");
  });

  test("with its entry of `secrets`, by its id, to be copied", async () => {
    const story = await told({ tokens: [token("root")], mapped: { backend: OURS } });
    expect(story).toContain(`\n  "${id("root")}": "${OURS}"\n`);
  });
});

describe("the screen", () => {
  const foreign = (left: number) =>
    token("theirs", {
      description: marker("x", arnOf("losant/x", { account: "999999999999" })),
      creatorType: "apiToken",
      left,
    });

  test("asks for a person once another deployment's token has fourteen days left, and no sooner", async () => {
    expect(await urgencies({ tokens: [foreign(14 * DAY)] })).toEqual([["attention", "foreign"]]);
    expect(await urgencies({ tokens: [foreign(14 * DAY + 1)] })).toEqual([["resting", "foreign"]]);
    expect(await urgencies({ tokens: [foreign(-1)] })).toEqual([["resting", "foreign"]]);
  });

  test("names entries of `secrets` that fit no token, and prints those that go by names as ids", async () => {
    const situation = {
      tokens: [token("root"), token("other", { name: "other" })],
      mapped: { backend: OURS, otter: "prod/x" },
    };
    const text = await shown(situation);
    expect(text).toContain(
      'The entry "otter" of `secrets` ("prod/x") matches no token. Did you mean "other"?',
    );
    expect(text).toContain(`\n    "${id("root")}": "${OURS}",\n`);
    const document = documentOf(selectedFrom([await seenIn(situation)], ANY, NOW));
    expect(document.applications[0]).toMatchObject({
      applicationId: APP,
      secretsListed: true,
      unusedSecrets: [{ entry: "otter", secretName: "prod/x", nearest: "other" }],
    });
  });

  test("says nothing of entries by id, nor of those whose secret holds a token", async () => {
    const held = secret([version("new", "old", "AWSCURRENT")], { name: OURS });
    const settled = { tokens: [token("new", { replaces: "old", secret: arnOf(OURS) })], secrets: [held] };
    expect(await shown({ ...settled, mapped: { backend: OURS } })).not.toContain("secrets`");
    expect(await shown({ tokens: [token("root")], mapped: { [id("root")]: OURS } })).not.toContain(
      "secrets`",
    );
  });

  test("says that the list of secrets could not be read", async () => {
    const said = "The list of secrets can't be read (secretsmanager:ListSecrets)";
    expect(await shown({ tokens: [] }, { isIndexed: false })).toContain(said);
    expect(await shown({ tokens: [] })).not.toContain(said);
  });
});

describe("the worker's own token", () => {
  const own = token("own", { name: "whatever" });
  const login = { claimedIds: [id("own")] };

  test.each<[string, Situation, object]>([
    [
      "is known by the id in its string, and renewed whatever it is called",
      { tokens: [own], login, renews: true },
      { tokenId: id("own"), life: "ends", renewedByWorker: true },
    ],
    ["is not renewed unless the configuration says so", { tokens: [own], login }, { renewedByWorker: false }],
    [
      "is unknown where nothing tells which one it is: then it is neither endless nor renewed",
      { tokens: [own], renews: true },
      { life: "unknown", renewedByWorker: false },
    ],
  ])("%s", async (_, situation, access) => {
    const { applications } = documentOf(selectedFrom([await seenIn(situation)], ANY, NOW));
    expect(applications[0]?.accessToken).toMatchObject(access);
  });
});
