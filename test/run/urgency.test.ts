import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { ApplicationId } from "../../lambda/model/token.ts";
import { durationMs } from "../../lambda/policy/config.ts";
import { byWeight } from "../../lambda/report/report.ts";
import { inOrderOfUrgency, isRotation, pilotsAmong } from "../../lambda/run/order.ts";
import {
  APP,
  applicationOf,
  arnOf,
  byHand,
  DAY,
  HOUR,
  id,
  labelOf,
  MINUTE,
  NOW,
  plansOf,
  type Situation,
  secret,
  secretNamed,
  type TokenTraits,
  token,
  version,
} from "../plan/builders.ts";
import { World } from "../support/world.ts";

/** One lineage for each label: its token is called by it, and due. */
function rotations(lives: Readonly<Record<string, TokenTraits>>, rest: Partial<Situation> = {}) {
  const tokens = Object.entries(lives).map(([label, traits]) => token(label, { name: label, ...traits }));
  return prospects({ tokens, ...rest });
}

function prospects(situation: Situation) {
  const context = { application: applicationOf(situation) };
  return plansOf(situation).map((plan) => ({ context, plan }));
}

type Prospect = ReturnType<typeof prospects>[number];

function namesOf(work: readonly Prospect[]): readonly string[] {
  return work.map(({ plan: { actions } }) => {
    const [action] = actions;
    return action === undefined || action.kind === "settle" ? "" : labelOf(action.subject.id);
  });
}

const year = (daysLeft: number): TokenTraits => ({ age: (365 - daysLeft) * DAY, left: daysLeft * DAY });
const ACCESS = `losant-access/${APP}`;
const OWN = {
  login: { claimedIds: [id("own")] },
  mapped: { own: ACCESS },
  secrets: [secret([byHand("a", "AWSCURRENT")], { name: ACCESS })],
};

describe("work is in order", () => {
  it("when the soonest expiry comes first, and what never expires last", () => {
    const policy = { neverExpiring: "90d" };
    const work = rotations(
      { later: year(9), eternal: { left: "forever" }, soon: year(2), sooner: year(1) },
      { policy },
    );
    expect(namesOf(inOrderOfUrgency(work))).toEqual(["sooner", "soon", "later", "eternal"]);
  });

  it("when what issues nothing comes before every rotation", () => {
    const current = token("current", {
      name: "owing",
      replaces: "root",
      secret: arnOf(secretNamed("owing")),
    });
    const work = prospects({
      tokens: [token("soon", { name: "soon", ...year(1) }), current],
      secrets: [
        secret([version("current", "root", "AWSCURRENT", "rotating")], { name: secretNamed("owing") }),
      ],
    });
    expect(namesOf(inOrderOfUrgency(work))).toEqual(["current", "soon"]);
    expect(work.map(isRotation)).toEqual([true, false]);
  });

  it("when the worker's own access token comes before all", () => {
    const work = rotations({ soon: year(1), own: year(20) }, OWN);
    expect(namesOf(inOrderOfUrgency(work))).toEqual(["own", "soon"]);
  });

  it("when that comes also before what is owed", () => {
    const name = secretNamed("owing");
    const current = token("current", { name: "owing", replaces: "root", secret: arnOf(name) });
    const owing = secret([version("current", "root", "AWSCURRENT", "rotating")], { name });
    const work = prospects({
      ...OWN,
      tokens: [current, token("own", { name: "own", ...year(20) })],
      secrets: [...OWN.secrets, owing],
    });
    expect(namesOf(work)).toEqual(["current", "own"]);
    expect(namesOf(inOrderOfUrgency(work))).toEqual(["own", "current"]);
  });
});

describe("the pilots of a run", () => {
  const inMs = (ms: number) => new Date(NOW.getTime() + ms);
  const many = inOrderOfUrgency(
    rotations(
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`token ${index}`, year(index + 1)])),
    ),
  );

  it("are three different ones, or as many as there are", () => {
    for (let run = 0; run < 50; run += 1) {
      const startedAt = new Date(NOW.getTime() + run * 15 * MINUTE);
      expect(new Set(pilotsAmong(many, startedAt)).size).toBe(3);
      expect(new Set(pilotsAmong(many.slice(0, 2), startedAt)).size).toBe(2);
    }
    expect(pilotsAmong([], NOW)).toEqual([]);
    expect(pilotsAmong(many.slice(0, 1), NOW)).toEqual(many.slice(0, 1));
  });

  it("begin with the worker's own access token, however long that has been due", () => {
    const work = inOrderOfUrgency(rotations({ own: year(1), fresh: year(29.9) }, OWN));
    expect(namesOf(pilotsAmong(work, NOW))[0]).toBe("own");
  });

  it("begin with the most urgent of those that no earlier run can have failed at", () => {
    const dueSince = (ms: number) => ({ age: 335 * DAY + ms, left: 30 * DAY - ms });
    const work = inOrderOfUrgency(
      rotations({
        old: year(1),
        tried: dueSince(12 * HOUR),
        fresh: dueSince(12 * HOUR - 1),
        newer: dueSince(HOUR),
      }),
    );
    expect(namesOf(pilotsAmong(work, NOW))[0]).toBe("fresh");
  });

  it("begin with one that was asked for by hand, if it is the most urgent", () => {
    const tokens = [
      token("by hand", { name: "by hand", ...year(1) }),
      token("other", { name: "other", ...year(2) }),
    ];
    const asks = { tokens: ["by hand", "other"], force: true };
    expect(namesOf(pilotsAmong(inOrderOfUrgency(prospects({ tokens, asks })), NOW))[0]).toBe("by hand");
  });

  it("begin with the most urgent where all have been due for long", () => {
    expect(namesOf(pilotsAmong(many, NOW))[0]).toBe("token 0");
  });

  it("are never what issues nothing", () => {
    const current = token("current", {
      name: "owing",
      replaces: "root",
      secret: arnOf(secretNamed("owing")),
    });
    const secrets = [
      secret([version("current", "root", "AWSCURRENT", "rotating")], { name: secretNamed("owing") }),
    ];
    expect(pilotsAmong(prospects({ tokens: [current], secrets }), NOW)).toEqual([]);
  });

  it("are others in the next run, and each has its turn before long", () => {
    const first = new Set<string>();
    let before: readonly string[] = [];
    for (let run = 0; run < 20; run += 1) {
      const names = namesOf(pilotsAmong(many, new Date(NOW.getTime() + run * 6 * HOUR)));
      expect(names).not.toEqual(before);
      before = names;
      for (const name of names) first.add(name);
    }
    expect(first.size).toBe(12);
  });

  it.each(["15m", "1h", "6h", "12h", "1d", "3d"])(
    "are each of fifty before long, where a run starts every %s",
    (schedule) => {
      const lives = Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`token ${index}`, year(1 + index / 100)]),
      );
      const work = inOrderOfUrgency(rotations(lives, { schedule }));
      const turns = new Set<Prospect>();
      for (let run = 0; run < 60; run += 1)
        for (const pilot of pilotsAmong(work, inMs(run * durationMs(schedule)))) turns.add(pilot);
      expect(turns.size).toBe(50);
    },
  );

  it("are of another application too, also where one has most of the tokens, and each of its tokens in time", () => {
    const [few, ...rest] = many;
    const other = "575ec8687ae143cd83dc4a98";
    const elsewhere = rest.slice(0, 3).map((one) => ({
      ...one,
      context: { application: { ...one.context.application, id: v.parse(ApplicationId, other) } },
    }));
    const work = [few, ...Array.from({ length: 30 }, () => many).flat(), ...elsewhere].flatMap(
      (one) => one ?? [],
    );
    const turns = new Set<Prospect>();
    for (let run = 0; run < 20; run += 1)
      for (const pilot of pilotsAmong(work, inMs(run * 6 * HOUR))) turns.add(pilot);
    expect(elsewhere.filter((one) => turns.has(one))).toHaveLength(3);
  });

  it("end in every other run with what earlier runs may have failed at", () => {
    const own = inOrderOfUrgency(rotations({ own: year(1), first: year(2), second: year(3) }, OWN));
    for (const [work, leader] of [
      [many, "token 0"],
      [own, "own"],
    ] as const) {
      const [one, next] = [0, 1].map((run) => namesOf(pilotsAmong(work, inMs(run * 6 * HOUR))));
      expect([one?.at(0), next?.at(-1)]).toEqual([leader, leader]);
    }
    const fresh = inOrderOfUrgency(rotations({ old: year(1), fresh: year(29.9) }));
    for (const run of [0, 1]) expect(namesOf(pilotsAmong(fresh, inMs(run * HOUR)))[0]).toBe("fresh");
  });

  it("are the same for two starts in one interval", () => {
    const late = new Date(NOW.getTime() + 6 * HOUR - 1);
    expect(namesOf(pilotsAmong(many, late))).toEqual(namesOf(pilotsAmong(many, NOW)));
  });
});

describe("a dry run", () => {
  it("plans no more than a real one may issue, the soonest expiry first, and all that issues nothing", async () => {
    const world = new World({
      policy: { maxRotationsPerRun: 1, retire: { unread: "ignore", deactivateAfter: "1d" } },
    });
    world.token("first", { age: 350 * DAY, lifetime: 365 * DAY });
    await world.run();
    world.clock.advance(HOUR);
    await world.run({ tokens: ["first"], force: true });
    world.clock.advance(10 * DAY);
    world.token("later", { age: 350 * DAY, lifetime: 365 * DAY });
    world.token("sooner", { age: 360 * DAY, lifetime: 365 * DAY });
    const { report } = await world.run({ dryRun: true });
    const said = report.tokens.filter(({ action }) => action === "rotate" || action === "retire");
    expect(said.map(({ name, action, outcome }) => [name, action, outcome])).toEqual(
      expect.arrayContaining([
        ["sooner", "rotate", "planned"],
        ["later", "rotate", "deferred"],
        ["first", "retire", "planned"],
      ]),
    );
    expect(report.summary).toMatchObject({ planned: 2, deferred: 1 });
  });
});

describe("an event that names many tokens that nobody has", () => {
  it.each([
    [20, 20],
    [21, 21],
    [25, 21],
  ])("of %i fails with so many sentences: %i", async (count, sentences) => {
    const { report, codes, failures } = await new World().run({
      tokens: Array.from({ length: count }, (_, index) => `nobody ${index}`),
    });
    expect(codes).toEqual(["token-not-found"]);
    expect(report.summary.failed).toBe(sentences);
    expect(failures).toHaveLength(sentences);
    expect(failures.some((failure) => failure.includes("more"))).toBe(count > 20);
  });
});

it("the row of a token shows the weightiest of what happened to it", () => {
  const actions = ["wait", "announce", "retire", "skip", "rotate", "discard", "resume"] as const;
  expect(
    actions
      .map((action) => ({ action }))
      .toSorted(byWeight)
      .map(({ action }) => action),
  ).toEqual(["rotate", "resume", "retire", "discard", "announce", "skip", "wait"]);
});
