import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { documentOf } from "../../cli/status/document.ts";
import { showExplanation } from "../../cli/status/explain.ts";
import { selectedFrom } from "../../cli/status/filters.ts";
import { forecastOf } from "../../cli/status/forecast.ts";
import { showOverview } from "../../cli/status/overview.ts";
import { rowsOf } from "../../cli/status/rows.ts";
import { type Mark, timelineLines } from "../../cli/status/timeline.ts";
import { displayWidth } from "../../cli/terminal/width.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import {
  byHand,
  DAY,
  HOUR,
  id,
  labelOf,
  marker,
  NOW,
  observedSnapshotOf,
  odd,
  plansOf,
  readAgo,
  type Situation,
  secret,
  secretNamed,
  token,
  version,
} from "../plan/builders.ts";
import { ANY, RUN, screenOf, seenIn } from "./status-bench.ts";

async function driftIn(situation: Situation): Promise<Record<string, readonly string[]>> {
  const rows = rowsOf(await seenIn(situation)).filter(({ drift }) => drift.length > 0);
  return Object.fromEntries(rows.map(({ tokenId, drift }) => [labelOf(tokenId), drift]));
}

async function shown(situation: Situation, width = 120, filters: Partial<typeof ANY> = {}): Promise<string> {
  const { screen, lines } = screenOf(width);
  showOverview(selectedFrom([await seenIn(situation)], { ...ANY, ...filters }, NOW), screen, {
    ...ANY,
    ...filters,
  });
  expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
  return lines.join("\n");
}

async function told(situation: Situation, entry: string, isFound = true): Promise<string> {
  const { screen, lines } = screenOf(200);
  expect(showExplanation(selectedFrom([await seenIn(situation)], ANY, NOW), entry, screen)).toBe(isFound);
  return lines.join("\n");
}

const SUCCESSION: Situation = {
  tokens: [
    token("old", { age: 300 * DAY, left: 65 * DAY }),
    token("new", { replaces: "old", age: 50 * DAY }),
  ],
  secrets: [secret([version("new", "old", "AWSCURRENT")])],
};

describe("drift", () => {
  test("is none in an ordinary succession, though the superseded token still works", async () => {
    expect(await driftIn(SUCCESSION)).toEqual({});
  });

  test.each<[string, Situation, Record<string, readonly string[]>]>([
    [
      "a secret whose current token Losant lacks",
      {
        tokens: [token("mid", { replaces: "old" })],
        secrets: [secret([version("new", "mid", "AWSCURRENT"), version("mid", "old", "AWSPREVIOUS")])],
      },
      { new: ["secret-without-token"] },
    ],
    [
      "a token made here whose secret is gone",
      { tokens: [token("new", { replaces: "old" })] },
      { new: ["token-without-secret"] },
    ],
    [
      "an orphan",
      { tokens: [token("root"), token("lost", { replaces: "root", age: 5 * HOUR })], secrets: [secret([])] },
      { lost: ["orphan"] },
    ],
    [
      "two live tokens, after somebody went back",
      {
        tokens: [token("mid", { replaces: "old" }), token("new", { replaces: "mid" })],
        secrets: [secret([version("mid", "old", "AWSCURRENT"), version("new", "mid", "AWSPREVIOUS")])],
      },
      { mid: ["rolled-back"], new: ["two-live-tokens"] },
    ],
    [
      "a value set by hand",
      {
        tokens: [token("new", { replaces: "old" })],
        secrets: [secret([byHand("x", "AWSCURRENT"), version("new", "old", "AWSPREVIOUS")])],
      },
      { new: ["rolled-back"] },
    ],
    [
      "a damaged marker",
      { tokens: [token("odd", { description: "[losant-token-rotation replaces=" })] },
      { odd: ["unsigned-marker"] },
    ],
    [
      "a marker that somebody copied",
      { tokens: [token("copy", { description: marker("old") })] },
      { copy: ["unsigned-marker"] },
    ],
    [
      "a rotation that was begun",
      {
        tokens: [token("mid", { replaces: "old" }), token("new", { replaces: "mid", age: 5 * HOUR })],
        secrets: [secret([version("mid", "old", "AWSCURRENT"), version("new", "mid", "rotating")])],
      },
      { new: ["unfinished"] },
    ],
  ])("is %s", async (_, situation, drift) => {
    expect(await driftIn(situation)).toEqual(drift);
  });

  test("is not a foreign token, nor one that has expired", async () => {
    const elsewhere = "arn:aws:secretsmanager:us-east-1:999999999999:secret:losant/x-AbCdEf";
    const foreign = token("foreign", {
      description: marker("old", elsewhere),
      creatorType: "apiToken",
      name: "theirs",
    });
    const situation = { tokens: [foreign, token("dead", { left: -DAY, age: 99 * DAY })] };
    expect(await driftIn(situation)).toEqual({});
    expect(await shown(situation)).toMatch(/theirs .*skips it: another deployment's/);
    expect(await shown(situation)).toMatch(/backend .*expired before its first rotation/);
  });
});

describe("what the next run does", () => {
  test("is what the plan says, for every token", async () => {
    const { snapshot } = await observedSnapshotOf(SUCCESSION);
    const planned = plansOf(SUCCESSION, snapshot).flatMap(({ actions }) =>
      actions.flatMap((action) =>
        action.kind === "settle" || action.kind === "fail" ? [] : [[action.subject.id, action.reason]],
      ),
    );
    const rows = rowsOf(forecastOf(snapshot, NOW, RUN)).flatMap(({ tokenId, next }) =>
      next.map(({ reason }) => [tokenId, reason]),
    );
    expect(rows.toSorted()).toEqual(planned.toSorted());
  });

  test("is said of a predecessor with the end of its grace period, as long as that lasts", async () => {
    const situation: Situation = {
      tokens: [
        token("former", { replaces: "old", age: 300 * DAY, left: 65 * DAY }),
        token("new", { replaces: "former", age: 2 * DAY }),
      ],
      secrets: [
        secret([version("new", "former", "AWSCURRENT"), version("former", "old", "AWSPREVIOUS")], {
          changed: 2 * DAY,
        }),
      ],
      policy: { retire: { deactivateAfter: "7d" } },
    };
    const [end, date] = ["2026-06-07T01:00:00.000Z", "2026-06-07"];
    expect(await shown(situation, 200, { all: true })).toContain("replaced, grace ends in 5 d");
    const explanation = await told(situation, id("former"));
    expect(explanation).toContain(`Its grace period ends on ${date}: then your policy retires it.`);
    expect(explanation).toContain("its successor is current; its grace period ends in 5 d");
    const { tokens } = documentOf(selectedFrom([await seenIn(situation)], ANY, NOW));
    const next = tokens.flatMap((one) => (one.tokenId === id("former") ? one.next : []));
    expect(next).toMatchObject([{ reason: "superseded", retirementDate: end }]);
    const never = { ...situation, policy: {} };
    expect(await shown(never, 200, { all: true })).not.toContain("grace");
    expect(await told(never, id("former"))).not.toContain("grace");
  });

  test("is put off where a run has no room for more", async () => {
    const tokens = ["a", "b", "c"].map((name, index) =>
      token(name, { name, left: (index + 2) * DAY, age: 200 * DAY }),
    );
    const text = await shown({ tokens, policy: { maxRotationsPerRun: 2 } });
    expect(text.match(/rotates it: window is open/g)).toHaveLength(2);
    expect(text).toMatch(/c .*defers it: window is open/);
  });
});

describe("the screen", () => {
  test.each([
    [true, { neverExpiring: "180d" }],
    [false, { neverExpiring: "180d", lifetime: "90d" }],
    [false, { neverExpiring: "report" }],
  ])(
    "warns (%j) where %j gives tokens that never expire successors that never expire either",
    async (isWarned, policy) => {
      const text = await shown({ tokens: [token("only", {})], policy });
      expect(text.replace(/\s+/g, " ").includes("Set `lifetime` beside it")).toBe(isWarned);
    },
  );

  test("of an application without tokens says so, and draws nothing", async () => {
    const text = await shown({ tokens: [] });
    expect(text).toContain("0 tokens.");
    expect(text).not.toContain("Coming expiries");
  });

  test("has the most urgent first: a person's, the next run's, the rest by their windows", async () => {
    const tokens = [
      token("wait", { name: "waits" }),
      token("due", { name: "due", left: 5 * DAY }),
      token("out", { name: "left out", left: 9 * DAY }),
      token("ever", { name: "ever", left: "forever" }),
    ];
    const survey = selectedFrom([await seenIn({ tokens, policy: { exclude: ["left*"] } })], ANY, NOW);
    expect(survey.rows.map((row) => [row.token?.name, row.urgency])).toEqual([
      ["left out", "attention"],
      ["due", "due"],
      ["waits", "waiting"],
      ["ever", "resting"],
    ]);
  });

  test("stays one screen with five thousand tokens", async () => {
    const tokens = Array.from({ length: 5_000 }, (_, index) =>
      token(`t${index}`, { name: `token ${index}`, left: (31 + (index % 300)) * DAY }),
    );
    const text = await shown({ tokens });
    expect(text.split("\n").length).toBeLessThan(45);
    expect(text).toContain("… and 4992 more");
    expect(text).toContain("each mark is up to");
  });

  test.each([40, 63, 64, 80, 99, 100, 120, 150])(
    "of %i columns is never wider, whatever the names hold",
    async (width) => {
      const names = [
        "日本語のトークン".repeat(5),
        "🚚🚚",
        "\u001b[31mred\u0007",
        "a\u202eb",
        "tab\tand\nline",
        "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "",
      ];
      const tokens = names.map((name, index) => token(`n${index}`, { name, left: (index + 1) * 9 * DAY }));
      const text = await shown({ tokens }, width);
      expect(text).not.toMatch(/eyJ|\p{Bidi_Control}/u);
      expect(text.replaceAll("\n", "")).not.toMatch(/\p{Control}/u);
      expect(text).toContain("🚚🚚");
    },
  );

  test.each([40, 64, 75, 76, 80, 120])("of %i columns shows whose each token is", async (width) => {
    const seen = await seenIn({ tokens: [token("backend", { left: 9 * DAY })] });
    const other = v.parse(ApplicationId, "575ec8687ae143cd83dc4b00");
    const { screen, lines } = screenOf(width);
    const forecasts = [seen, { ...seen, application: { ...seen.application, id: other } }];
    showOverview(selectedFrom(forecasts, ANY, NOW), screen, ANY);
    expect(lines.filter((line) => line.includes("…4b00"))).toHaveLength(1);
    expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
  });

  test.each([
    [{ tokens: ["b*"] }, ["backend"]],
    [{ tokens: [id("other")] }, ["other"]],
    [{ due: true }, ["backend"]],
    [{ withinMs: 60 * DAY }, ["backend", "other"]],
    [{ withinMs: 10 * DAY, due: true, tokens: ["o*"] }, []],
    [{ drift: true }, []],
  ])("with the filters %j shows %j", async (filters, names) => {
    const tokens = [token("one", { left: 5 * DAY }), token("other", { name: "other", left: 80 * DAY })];
    const survey = selectedFrom([await seenIn({ tokens })], { ...ANY, ...filters }, NOW);
    expect(survey.rows.map((row) => row.token?.name)).toEqual(names);
  });
});

describe("the timeline", () => {
  const marksAt = (...days: readonly number[]): readonly Mark[] =>
    days.map((day) => ({ at: new Date(NOW.getTime() + day * DAY), urgency: "waiting" }));

  test("has a mark for each token where it ends, stacked, with dates below", () => {
    const lines = timelineLines(marksAt(0.5, 3.5, 3.6, 20.5), NOW, screenOf(44).screen);
    expect(lines).toEqual([
      "     ○",
      "  ○  ○                ○",
      "  ┴─────────────┴──────",
      "  now           2026-06-15",
    ]);
  });

  test("has the most urgent at the bottom, and a mark for several where they don't fit", () => {
    const marks = [
      ...marksAt(...Array(30).fill(1.2)),
      { at: new Date(NOW.getTime() + 1.2 * DAY), urgency: "attention" } as const,
    ];
    const lines = timelineLines(marks, NOW, screenOf(80).screen);
    expect(lines.slice(0, 6).map((line) => line.trim()[0])).toEqual(["○", "○", "○", "○", "○", "▲"]);
    expect(lines.at(-1)).toContain("each mark is up to 6 tokens");
  });

  test("only counts what ends long after all others, and what has ended not at all", () => {
    const lines = timelineLines(marksAt(-1, ...Array(19).fill(10), 3_650), NOW, screenOf(80).screen);
    expect(lines.at(-1)).toContain("1 more after 2026-06-21");
    expect(timelineLines(marksAt(-1, 0), NOW, screenOf(80).screen)).toEqual([]);
  });

  test.each([40, 72, 100, 150])("fits into %i columns, from hours to decades", (width) => {
    for (const span of [0.01, 0.3, 2, 30, 400, 4_000, 40_000]) {
      const lines = timelineLines(marksAt(span / 3, span / 2, span), NOW, screenOf(width).screen);
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
      expect(lines.join("").match(/○/g)?.length).toBeGreaterThan(0);
    }
  });
});

describe("the story of a lineage", () => {
  test("goes from the oldest token to the newest, and says who replaced whom and when", async () => {
    const story = await told(SUCCESSION, "backend");
    expect(story).toMatch(/1 {2}\w{24} {2}expires in 65 d[\s\S]+2 {2}\w{24} {2}expires in 265 d/);
    expect(story).toContain(
      `Replaced by 2 (${id("new")}) on 2026-04-12, 50 d ago. It still works, until 2026-08-05.`,
    );
    expect(story).toContain(`in run earlier, to replace 1 (${id("old")})`);
    expect(story).toContain("which has the staging label AWSCURRENT.");
    expect(story).toContain("Its renewal window opens on");
    expect(story).toMatch(/What to do\n {2}Nothing\./);
  });

  test("says what somebody did, and how to go on", async () => {
    const revoked = await told(
      { tokens: [token("new", { replaces: "old", status: "inactive" })], secrets: SUCCESSION.secrets ?? [] },
      id("new"),
    );
    expect(revoked).toContain("somebody deactivated it");
    expect(revoked).toContain("activate it again in Losant");
  });

  test("knows orphans, foreign tokens, and tokens that are gone", async () => {
    const orphan = {
      tokens: [token("root"), token("lost", { replaces: "root", age: 5 * HOUR })],
      secrets: [secret([])],
    };
    expect(await told(orphan, "backend")).toContain("Its string is stored nowhere.");
    const gone = { tokens: [token("new", { replaces: "old" })], secrets: SUCCESSION.secrets ?? [] };
    expect(await told(gone, "backend")).toContain(`1  ${id("old")}  gone`);
    expect(await told({ tokens: [] }, "nobody", false)).toContain('No token has the id or name "nobody"');
  });

  test.each([
    ["user", "by a person"],
    ["apiToken", "through the API"],
    ["experienceUser", "by an experienceUser"],
    ["device", "by a device"],
    [undefined, "by somebody"],
  ])("says of a token whose creator is %j that it was created %s", async (creatorType, says) => {
    const tokens = [token("a", creatorType === undefined ? {} : { creatorType })];
    expect(await told({ tokens }, "backend")).toMatch(new RegExp(`Created on \\S+ ${says}\\.`));
  });

  test("asks which one is meant where many fit", async () => {
    const tokens = ["a", "b", "c", "d"].map((name) => token(name, { name }));
    expect(await told({ tokens }, "?")).toContain("4 lineages match. Choose one of them by its id:");
  });
});

test.each<[number | "never", string]>([
  ["never", "Nobody has read it."],
  [3 * DAY, "Last read on 2026-05-29."],
])("--explain tells whether consumers read the secret (%s)", async (read, sentence) => {
  const secrets = [secret([version("new", "old", "AWSCURRENT")], { read })];
  expect(await told({ ...SUCCESSION, secrets }, "backend")).toContain(sentence);
});

const UNREAD: Situation = {
  ...SUCCESSION,
  secrets: [secret([version("new", "old", "AWSCURRENT")], { read: 60 * DAY })],
};

test("--explain, the table and --json tell that nobody has read a token since it became current", async () => {
  expect(await told(UNREAD, "backend")).toContain("Nobody has read it since it became current.");
  expect(await shown(UNREAD, 80)).toMatch(/backend +in 265 d +unread +waits/);
  expect(await shown(UNREAD, 130)).toContain("current, unread: …/backend");
  const { tokens } = documentOf(selectedFrom([await seenIn(UNREAD)], ANY, NOW));
  expect(tokens.map(({ tokenId, urgency, read }) => [labelOf(tokenId), urgency, read])).toEqual([
    ["old", "attention", undefined],
    ["new", "waiting", "unread"],
  ]);
});

test("a read of the current version is told from one of the version before it", async () => {
  expect(await told(SUCCESSION, "backend")).toContain("Consumers have read it since it became current.");
  const versions = [version("new", "old", "AWSCURRENT"), readAgo(0, version("old", "older", "AWSPREVIOUS"))];
  const previous = { ...SUCCESSION, secrets: [secret(versions, { read: 0 })] };
  expect(await told(previous, "backend")).toContain("Nobody has read it since it became current.");
});

describe("the document of --json", () => {
  test("names a secret's labels and what the next run does, with the keys that docs/status.md describes", async () => {
    const document = documentOf(selectedFrom([await seenIn(SUCCESSION)], ANY, NOW));
    expect(document.tokens[0]).toEqual({
      applicationId: "575ec8687ae143cd83dc4a97",
      tokenId: id("new"),
      name: "backend",
      urgency: "waiting",
      status: "active",
      live: true,
      role: "current",
      creationDate: "2026-04-12T12:00:00.000Z",
      expirationDate: "2027-02-21T12:00:00.000Z",
      secondsLeft: 265 * 86_400,
      windowOpens: "2027-01-22T12:00:00.000Z",
      secret: {
        name: secretNamed("backend"),
        arn: expect.stringContaining("arn:aws"),
        state: "present",
        versionId: version("new", "old").id,
        currentVersionId: version("new", "old").id,
        labels: ["AWSCURRENT"],
        lastRead: "2026-06-01",
      },
      read: "read",
      next: [{ action: "wait", reason: "not-due", outcome: "waiting", code: undefined, message: undefined }],
      drift: [],
    });
    expect(document.summary).toMatchObject({ tokens: 2, shown: 2, waiting: 1, resting: 1, drift: 0 });
  });
});

test("a token that can't be read is told apart from one that is gone, and needs a person", async () => {
  const situation = { tokens: [token("well")], odd: [odd("odd")] };
  const { rows } = selectedFrom([await seenIn(situation)], ANY, NOW);
  expect(rows.map(({ tokenId, urgency }) => [labelOf(tokenId), urgency])).toEqual([
    ["odd", "attention"],
    ["well", "waiting"],
  ]);
  const document = documentOf(selectedFrom([await seenIn(situation)], ANY, NOW));
  expect(document.tokens.map(({ status }) => status)).toEqual(["unreadable", "active"]);
  const screen = await shown(situation);
  expect(screen).toContain("token-unreadable");
  expect(screen).not.toContain("gone");
  expect(await told(situation, id("odd"))).not.toMatch(/gone|deleted/);
});

test("a listing that shows less than it counts fails its application", async () => {
  const { snapshot, ...seen } = await seenIn({ tokens: [token("well")] });
  const flaws = [new RotationError("listing-incomplete", "Losant counts 1 token more than it lists")];
  const selected = selectedFrom([{ ...seen, snapshot: { ...snapshot, flaws } }], ANY, NOW);
  expect(documentOf(selected).applications).toMatchObject([
    { outcome: "failed", code: "listing-incomplete" },
  ]);
  const { screen, lines } = screenOf(80);
  showOverview(selected, screen, ANY);
  expect(lines.join(" ")).toContain("listing-incomplete: Losant counts 1 token more than it lists");
});
