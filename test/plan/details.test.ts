import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { describeDiscarded } from "../../lambda/model/marker.ts";
import { ApplicationId, TokenId } from "../../lambda/model/token.ts";
import type { Action } from "../../lambda/plan/actions.ts";
import {
  APP,
  actionsOf,
  arnOf,
  byHand,
  DAY,
  HOUR,
  id,
  KEY,
  MINUTE,
  marker,
  NOW,
  observedSnapshotOf,
  plansOf,
  type Situation,
  secret,
  secretNamed,
  sentencesOf,
  snapshotOf,
  token,
  version,
} from "./builders.ts";

const root = token("root", { age: 350 * DAY, left: 15 * DAY });
const current = token("current", { replaces: "root", age: 350 * DAY, left: 15 * DAY });
const isCurrent = version("current", "root", "AWSCURRENT");
const byApi = { name: "made", creatorType: "apiToken" };

function only<Kind extends Action["kind"]>(
  situation: Situation,
  kind: Kind,
): Extract<Action, { kind: Kind }> {
  const found = actionsOf(situation).find(
    (action): action is Extract<Action, { kind: Kind }> => action.kind === kind,
  );
  if (found === undefined) throw new Error(`the plan has no ${kind}`);
  return found;
}

describe("a rotation", () => {
  it("takes AWSCURRENT from where the plan saw it", () => {
    expect(only({ tokens: [current], secrets: [secret([isCurrent])] }, "rotate").from).toBe(isCurrent.id);
  });

  it("takes AWSCURRENT from a version that somebody set by hand, in a mapped secret", () => {
    const hand = byHand("a", "AWSCURRENT");
    expect(only({ tokens: [root], secrets: [secret([hand])] }, "rotate").from).toBe(hand.id);
  });

  it("takes AWSCURRENT from nowhere in a new secret", () => {
    expect(only({ tokens: [root] }, "rotate").from).toBeUndefined();
  });

  it("retires its predecessor at once only when that is asked for it", () => {
    const managed = { tokens: [current], secrets: [secret([isCurrent])] };
    const retires = (asks: object) => only({ ...managed, asks }, "rotate").retireNow;
    expect(retires({ tokens: ["backend"], force: true, retireNow: true })).toBe(true);
    expect(retires({ tokens: ["backend"], force: true })).toBe(false);
    expect(retires({})).toBe(false);
  });

  it("retires its predecessor at once also when it only resumes", () => {
    const next = token("next", { replaces: "current", age: 20 * MINUTE });
    const managed = {
      tokens: [current, next],
      secrets: [secret([isCurrent, version("next", "current", "rotating")])],
    };
    expect(only({ ...managed, asks: { tokens: ["backend"], retireNow: true } }, "resume").retireNow).toBe(
      true,
    );
    expect(only(managed, "resume").retireNow).toBe(false);
  });

  it("never retires at once the credential that the worker is logged in with", () => {
    const name = `losant-access/${APP}`;
    const tokens = [
      token("current", {
        name: "worker",
        age: 350 * DAY,
        left: 15 * DAY,
        replaces: "root",
        secret: arnOf(name),
      }),
    ];
    const own = {
      tokens,
      secrets: [secret([isCurrent], { name })],
      mapped: { worker: name },
      asks: { tokens: ["worker"], force: true, retireNow: true },
    };
    expect(only(own, "rotate").retireNow).toBe(false);
    expect(plansOf(own).map(({ isOwnAccessToken }) => isOwnAccessToken)).toEqual([true]);
  });

  it.each(["AWSCURRENT", "AWSPREVIOUS"] as const)(
    "never retires at once the token whose string it logged in with, which the version with %s names",
    (stage) => {
      const name = `losant-access/${APP}`;
      const tokens = [
        token("now", { name: "a", replaces: "before", secret: arnOf(name) }),
        token("before", { name: "b", replaces: "root", secret: arnOf(name) }),
      ];
      const versions = [version("now", "before", "AWSCURRENT"), version("before", "root", "AWSPREVIOUS")];
      const leaked = (label: string) =>
        only(
          {
            tokens,
            secrets: [secret(versions, { name })],
            login: { stage },
            asks: { tokens: [id(label)], force: true, retireNow: true },
          },
          "rotate",
        );
      const [own, other] = stage === "AWSCURRENT" ? ["now", "before"] : ["before", "now"];
      expect(leaked(own)).toMatchObject({ retireNow: false, spared: "until-replaced" });
      expect(leaked(other).retireNow).toBe(true);
    },
  );

  it("never retires at once a token that its string may be, where that names two", () => {
    const tokens = [token("one", { name: "a" }), token("two", { name: "b" }), token("three", { name: "c" })];
    const leaked = (label: string) =>
      only(
        {
          tokens,
          login: { claimedIds: [id("one"), id("two")] },
          asks: { tokens: [id(label)], force: true, retireNow: true },
        },
        "rotate",
      );
    for (const label of ["one", "two"])
      expect(leaked(label)).toMatchObject({ retireNow: false, spared: "until-replaced" });
    expect(leaked("three").retireNow).toBe(true);
  });

  const young = (count: number) => Array.from({ length: count }, (_, index) => orphan(index, 20 * MINUTE));
  const old = (count: number) => Array.from({ length: count }, (_, index) => orphan(10 + index, 2 * HOUR));
  const lingering = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const made = { ...orphan(20 + index, 30 * DAY), status: "inactive" as const };
      const at = new Date(NOW.getTime() - DAY);
      return { ...made, description: describeDiscarded(made, at, v.parse(ApplicationId, APP), KEY) };
    });
  function orphan(index: number, age: number) {
    return token(`orphan${index}`, { replaces: "current", age, run: `run-${index}` });
  }

  it.each([
    ["none", "a due token", [], 0],
    ["none", "a due token beside an old orphan", old(1), 0],
    ["none", "a due token beside two that wait to be deleted", lingering(2), 0],
    ["not even itself", "a due token beside three that wait to be deleted", lingering(3), -1],
  ])("may leave %s whose string nobody has: %s", (_, __, orphans, allowed) => {
    const situation = { tokens: [current, ...orphans], secrets: [secret([isCurrent])] };
    expect(only(situation, "rotate").orphansAllowed).toBe(allowed);
  });

  it.each([
    ["alone", [], 2],
    ["beside a young orphan", young(1), 1],
    ["beside two young orphans", young(2), 0],
    ["beside old orphans, which are deleted first", old(2), 2],
    ["beside three that wait to be deleted", lingering(3), 2],
    ["beside five that wait to be deleted", lingering(5), 0],
  ])("may leave a few at the end of a life: %s", (_, orphans, allowed) => {
    const ending = token("current", { replaces: "root", age: 360 * DAY, left: 11 * HOUR });
    const situation = { tokens: [ending, ...orphans], secrets: [secret([isCurrent])] };
    expect(only(situation, "rotate").orphansAllowed).toBe(allowed);
  });

  it.each([
    [2, 0],
    [3, -1],
  ])(
    "may leave none beside %i old orphans while Losant's time is unknown, and then not even itself",
    (count, allowed) => {
      const situation = { tokens: [current, ...old(count)], secrets: [secret([isCurrent])] };
      const snapshot = snapshotOf(situation);
      const losantTime = { ...snapshot.losantTime, isTrusted: false };
      const [rotation] = plansOf(situation, { ...snapshot, losantTime }).flatMap(({ actions }) =>
        actions.filter((action) => action.kind === "rotate"),
      );
      expect(rotation?.orphansAllowed).toBe(allowed);
    },
  );

  it("may leave any number where a person insists", () => {
    const asks = { tokens: [id("current")], force: true };
    const situation = { tokens: [current, ...lingering(5)], secrets: [secret([isCurrent])], asks };
    expect(only(situation, "rotate").orphansAllowed).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a wait", () => {
  it("says when the token becomes due", () => {
    expect(only({ tokens: [token("root", { age: 0, left: 365 * DAY })] }, "wait").dueAt).toEqual(
      new Date(NOW.getTime() + 335 * DAY),
    );
  });

  it("says for a successor about to become current when that becomes due", () => {
    const next = token("next", { replaces: "current", age: 0, left: 365 * DAY });
    const situation = {
      tokens: [current, next],
      secrets: [secret([isCurrent, version("next", "current", "rotating")])],
    };
    expect(only(situation, "wait").dueAt).toEqual(new Date(NOW.getTime() + 335 * DAY));
  });
});

describe("a token of another deployment's", () => {
  const abroad = arnOf(secretNamed("backend"), { account: "999999999999" });
  const foreign = token("foreign", {
    age: 10 * DAY,
    description: marker("x", abroad),
    creatorType: "apiToken",
  });
  const heir = token("heir", { age: DAY, description: marker("foreign", abroad), creatorType: "apiToken" });

  it.each<[string, typeof heir, true | undefined]>([
    ["a younger one of its scope", heir, true],
    ["a dead one", { ...heir, status: "inactive" }, undefined],
    ["one of another scope", { ...heir, scope: ["devices.get"] }, undefined],
    ["one as old", { ...heir, createdAt: foreign.createdAt }, undefined],
  ])("is covered only where one that may take its place says so: %s", (_, other, isCovered) => {
    const said = only({ tokens: [foreign, other] }, "skip");
    expect([said.subject.id, said.reason, said.isCovered]).toEqual([foreign.id, "foreign", isCovered]);
  });
});

describe("a failure to tell which of two tokens a secret is for", () => {
  it("names both", () => {
    const situation = {
      tokens: [token("one", { name: "API" }), token("two", { name: "API" })],
      mapped: { API: "prod/api" },
    };
    const { error } = only(situation, "fail");
    expect(error.message).toContain(id("one"));
    expect(error.message).toContain(id("two"));
    expect(error.message).toContain("prod/api");
  });

  it("is one of two names that are mapped to what another name gets by itself", () => {
    const situation = {
      tokens: [token("one", { name: "API" }), token("two", { name: "backend" })],
      mapped: { API: secretNamed("backend") },
    };
    expect(actionsOf(situation).map(({ kind }) => kind)).toEqual(["fail", "fail"]);
  });
});

describe("what a run reads", () => {
  it("costs no call to AWS for roots that are not due", async () => {
    const tokens = Array.from({ length: 20 }, (_, index) => token(`root${index}`, { name: `name ${index}` }));
    const { described, searched, gotten } = await observedSnapshotOf({ tokens });
    expect([described, searched, gotten]).toEqual([[], [], []]);
  });

  it("costs no call to AWS for roots that are dead", async () => {
    const tokens = [
      token("inactive", { status: "inactive", left: DAY }),
      token("expired", { name: "b", left: -DAY }),
    ];
    expect((await observedSnapshotOf({ tokens })).described).toEqual([]);
  });

  it("costs no call for a lineage that the list of secrets lets rest", async () => {
    const tokens = [token("first", { replaces: "root" }), token("current", { replaces: "first" })];
    const secrets = [
      secret([version("current", "first", "AWSCURRENT"), version("first", "root", "AWSPREVIOUS")]),
    ];
    const { described, searched } = await observedSnapshotOf({ tokens, secrets });
    expect([described, searched]).toEqual([[], []]);
  });

  it("costs no call for a token that only the marker of a former successor remembers", async () => {
    const tokens = [
      token("root", { age: 350 * DAY, left: 15 * DAY }),
      token("first", { replaces: "root" }),
      token("second", { replaces: "first" }),
      token("third", { replaces: "second" }),
    ];
    const secrets = [
      secret([version("third", "second", "AWSCURRENT"), version("second", "x", "AWSPREVIOUS")]),
    ];
    const { described, searched } = await observedSnapshotOf({ tokens, secrets });
    expect([described, searched]).toEqual([[], []]);
  });

  it.each<[string, Situation]>([
    ["that policy excludes", { tokens: [current], policy: { exclude: ["backend"] } }],
    ["that nobody asked for", { tokens: [current], asks: { tokens: ["other"] } }],
    ["that never expires", { tokens: [token("current", { replaces: "root", left: "forever" })] }],
    ["that has no scope", { tokens: [{ ...current, scope: [] }] }],
    [
      "that two secrets stand on",
      {
        tokens: [token("current", { replaces: "root" })],
        secrets: [secret([isCurrent]), secret([isCurrent], { name: secretNamed("copy") })],
      },
    ],
    [
      "that nothing proves to be the worker's, which is kept",
      {
        tokens: [token("old", { age: 200 * DAY }), token("current", { replaces: "old" })],
        secrets: [secret([version("current", "old", "AWSCURRENT"), version("old", "root", "AWSPREVIOUS")])],
        policy: { retire: { unread: "ignore", deactivateAfter: "7d" } },
      },
    ],
  ])("costs no call for a token %s", async (_, situation) => {
    const secrets = [secret([isCurrent])];
    const { described, searched } = await observedSnapshotOf({ secrets, ...situation });
    expect([described, searched]).toEqual([[], []]);
  });

  it.each([
    ["unless the list of secrets shows that nobody has read it", { read: 120 * DAY }, {}, 0],
    ["of a secret that was read since", { read: 0 }, {}, 1],
    ["only while its predecessor works", { read: 0 }, { status: "inactive" as const }, 0],
  ])("status asks which version was read, %s", async (_, traits, former, searches) => {
    const situation = {
      tokens: [
        token("old", { age: 300 * DAY, left: 65 * DAY, ...former }),
        token("new", { replaces: "old" }),
      ],
      secrets: [secret([version("new", "old", "AWSCURRENT")], traits)],
    };
    expect((await observedSnapshotOf(situation, true)).searched).toHaveLength(searches);
    expect((await observedSnapshotOf(situation)).searched).toEqual([]);
  });

  it("costs no call for a root that lives too short for the schedule", async () => {
    const tokens = [token("root", { age: HOUR, left: 17 * HOUR })];
    expect((await observedSnapshotOf({ tokens })).described).toEqual([]);
  });

  it("describes once the secret of a token that is due", async () => {
    const { described, searched } = await observedSnapshotOf({
      tokens: [current],
      secrets: [secret([isCurrent])],
    });
    expect(described).toEqual([secretNamed("backend")]);
    expect(searched).toEqual([]);
  });

  it("describes a mapped secret, due or not, once", async () => {
    const mapped = { API: "prod/api" };
    const { described } = await observedSnapshotOf({ tokens: [token("root", { name: "API" })], mapped });
    expect(described).toEqual(["prod/api"]);
  });

  it("searches all versions where labels leave open what a token is", async () => {
    const orphan = token("orphan", { replaces: "current" });
    const { searched } = await observedSnapshotOf({
      tokens: [current, orphan],
      secrets: [secret([isCurrent])],
    });
    expect(searched).toEqual([arnOf(secretNamed("backend"))]);
  });

  it("is one state of a secret: of a version that became current after the look, it sees that it is stored", async () => {
    const next = token("next", { replaces: "current", age: 20 * MINUTE });
    const { state } = secret([isCurrent]);
    const history = [
      version("current", "root", "AWSPREVIOUS"),
      version("next", "current", "AWSCURRENT", "rotating"),
    ];
    const situation = { tokens: [current, next], secrets: [{ state, history }] };
    const { snapshot } = await observedSnapshotOf(situation);
    expect(sentencesOf(plansOf(situation, snapshot))).toEqual([
      "resume current: unfinished",
      "wait next: not-due",
    ]);
  });

  it.each<[string, Situation["tokens"][number], number, boolean]>([
    ["that was there and changed", token("made", { age: 300 * DAY, left: 5 * DAY, ...byApi }), 300, true],
    ["that did not change since", token("made", { age: 300 * DAY, left: 5 * DAY, ...byApi }), 301, false],
    ["that was there already", token("made", { age: 400 * DAY, left: 5 * DAY, ...byApi }), 100, true],
    ["that was made later", token("made", { age: 401 * DAY, left: 5 * DAY, ...byApi }), 100, false],
    ["of its scope", token("made", { age: 300 * DAY, left: 5 * DAY, ...byApi, scope: ["x"] }), 100, false],
  ])("searches for a token that nothing explains a secret %s", async (_, made, changed, isSearched) => {
    const edge = secretNamed("edge");
    const { searched } = await observedSnapshotOf({
      tokens: [token("current", { name: "edge", replaces: "root", secret: arnOf(edge) }), made],
      secrets: [secret([isCurrent], { name: edge, changed: changed * DAY })],
    });
    expect(searched).toEqual(isSearched ? [arnOf(edge)] : []);
  });

  it.each([
    ["no older access token about a token that a person created", "user", "login"],
    ["the older access tokens about one that an access token created", "apiToken", "all"],
  ])("reads %s", async (_, creatorType, keys) => {
    const made = {
      ...token("made", { age: 350 * DAY, left: 15 * DAY, creatorType }),
      creatorId: id("creator"),
    };
    expect((await observedSnapshotOf({ tokens: [made] })).snapshot.keys).toBe(keys);
  });

  it("asks Losant by id for a current token that the listing lacks", async () => {
    const { gotten } = await observedSnapshotOf({ tokens: [root], secrets: [secret([isCurrent])] });
    expect(gotten).toEqual(["current"]);
  });

  it("asks Losant for none that only the list of secrets still shows as current", async () => {
    const managed = { ...secret([isCurrent]), listed: secret([version("gone", "root", "AWSCURRENT")]).state };
    const { described, gotten } = await observedSnapshotOf({ tokens: [root, current], secrets: [managed] });
    expect([described, gotten]).toEqual([[secretNamed("backend")], []]);
  });

  it.each([
    ["another account", { account: "999999999999" }],
    ["another region", { region: "us-east-1" }],
  ])("is of no use where the secret of that name is in %s than the access token's", async (_, home) => {
    const { state, history } = secret([isCurrent]);
    const elsewhere = { ...state, arn: arnOf(secretNamed("backend"), home) };
    const situation = { tokens: [current], secrets: [{ state: elsewhere, history, listed: state }] };
    const { snapshot } = await observedSnapshotOf(situation);
    expect(sentencesOf(plansOf(situation, snapshot))).toEqual(["fail current: store-elsewhere"]);
  });

  it.each([
    ["an access token of ours", id("access"), "skip made: unproven"],
    ["the application, as the access token's string does too", APP, "rotate made: renewal-window"],
  ])("knows who made a token whose creator is %s", async (_, creatorId, sentence) => {
    const made = { ...token("made", { age: 350 * DAY, left: 15 * DAY, ...byApi }), creatorId };
    const claimedIds = [id("access"), v.parse(TokenId, APP)];
    const situation = { tokens: [made], login: { claimedIds } };
    const { snapshot } = await observedSnapshotOf(situation);
    expect(sentencesOf(plansOf(situation, snapshot))).toEqual([sentence]);
  });

  it("asks nothing about the secrets of foreign tokens", async () => {
    const foreign = token("foreign", {
      description: marker("x", arnOf("other/secret", { account: "999999999999" })),
    });
    expect((await observedSnapshotOf({ tokens: [foreign] })).described).toEqual([]);
  });
});

describe("a token that only its name maps to the access token's secret", () => {
  it.each([
    ["is named with the id of the access token", { claimedIds: [id("own")] }, `is ${id("own")}`],
    ["is named alone if that id is unknown", {}, "can't be read from its string"],
  ])("%s", (_, login, known) => {
    const tokens = [token("own", { name: "own" }), token("other", { name: "worker" })];
    const { error } = only({ tokens, login, mapped: { worker: `losant-access/${APP}` } }, "fail");
    expect(error.message).toContain(`the token ${id("other")} maps to the secret losant-access/${APP}`);
    expect(error.message).toContain(known);
  });
});
