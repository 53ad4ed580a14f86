import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import {
  describeDiscarded,
  describeSuccessor,
  discardedSince,
  type Intent,
  isSignedFor,
  type MarkerKey,
  readMarkers,
} from "../../lambda/model/marker.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { type ApiToken, ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const APP = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
const OTHER_APP = v.parse(ApplicationId, "575ec8687ae143cd83dc4a98");
const idOf = (number: number) => v.parse(TokenId, number.toString(16).padStart(24, "0"));
const [REPLACED, SUCCESSOR, LOGIN, STRANGER] = [idOf(1), idOf(2), idOf(3), idOf(4)];
const arnOf = (name: string, { region = "eu-west-1", account = "111122223333" } = {}) =>
  v.parse(SecretArn, `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`);
const ARN = arnOf(`losant/${APP}/backend`);
const ACCESS_ARN = arnOf(`losant-access/${APP}`);

/** An access token in the form of Losant's, as far as that is known: the payload contains its id. */
const stringOf = (id: TokenId, rest = "") =>
  `head.${Buffer.from(JSON.stringify({ sub: id })).toString("base64url")}.signature${rest}`;
const keyOf = (string: string, arn = ACCESS_ARN, prefix = "losant") =>
  markerKeyOf(new Redacted(string), arn, prefix);
const KEY = keyOf(stringOf(LOGIN));

const INTENT: Intent = {
  replacedId: REPLACED,
  secretArn: ARN,
  run: v.parse(RunId, "4d0f2f6e-run"),
  orderedAt: new Date("2026-01-01T00:00:00.123Z"),
  expiresAt: new Date("2026-04-01T00:17:42.987Z"),
};

/** The token that is created from the order. */
function made(intent: Intent = INTENT, rest: Partial<ApiToken> = {}, key = KEY, human = ""): ApiToken {
  return {
    id: SUCCESSOR,
    name: "backend",
    description: describeSuccessor(human, intent, APP, key),
    createdAt: intent.orderedAt,
    expiresAt: intent.expiresAt,
    scope: ["application.get"],
    status: "active",
    creatorType: "apiToken",
    creatorId: LOGIN,
    ...rest,
  };
}

/** Whether the token has a marker that the worker signed for it. */
const isProven = (
  token: ApiToken,
  {
    key = KEY,
    app = APP,
    knowsCreators = true,
  }: { key?: MarkerKey; app?: ApplicationId; knowsCreators?: boolean } = {},
) =>
  readMarkers(token.description).some(
    (marker) => marker !== "damaged" && isSignedFor(token, marker, app, key, knowsCreators),
  );

const plus = (at: Date, ms: number) => new Date(at.getTime() + ms);
const cut = (at: Date | undefined, unit: number) => at && new Date(Math.floor(at.getTime() / unit) * unit);

describe("a marker", () => {
  it("is read back from any description, whose human text is kept", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (human) => {
        fc.pre(!human.includes("[losant-token-rotation"));
        const description = describeSuccessor(human, INTENT, APP, KEY);
        const { orderedAt, expiresAt, ...said } = INTENT;
        expect(readMarkers(description)).toEqual([
          { ...said, seal: { orderedAt, expiresAt, mac: expect.stringMatching(/^[\da-f]{64}$/) } },
        ]);
        expect(describeSuccessor(description, INTENT, APP, KEY)).toBe(description);
        for (const line of human.trimEnd().split(/\r?\n/)) expect(description).toContain(line);
      }),
    );
  });

  it("fits after a description of the greatest length, without half a character, and is proven there", () => {
    const token = made(INTENT, {}, KEY, "😀".repeat(16_383));
    expect(token.description).toHaveLength(32_767);
    expect(token.description.isWellFormed()).toBe(true);
    expect(isProven(token)).toBe(true);
  });

  it.each([
    "[losant-token-rotation]",
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x`,
    `[losant-token-rotation replaces=${REPLACED} secret=nowhere run=x]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x] `.repeat(2),
    `see [losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x ordered=2026-01-01T00:00:00.000Z]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x ordered=yesterday expires=never mac=${"a".repeat(64)}]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x ordered=2026-01-01 expires=never mac=${"a".repeat(64)}]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x ordered=2026-01-01T00:00:00.000Z expires=soon mac=${"a".repeat(64)}]`,
    `[losant-token-rotation replaces=${REPLACED} secret=${ARN} run=x ordered=2026-01-01T00:00:00.000Z expires=never mac=${"a".repeat(63)}]`,
    "[losant-token-rotation discarded=2026-01-01T00:00:00.000Z]",
  ])("that is damaged is not guessed at: %s", (description) => {
    expect(readMarkers(description)).toEqual(["damaged"]);
  });

  it("is not seen where there is none", () => {
    expect(readMarkers("a token for the backend")).toEqual([]);
    expect(readMarkers("")).toEqual([]);
  });

  it("of before signatures is read, and proves nothing", () => {
    const { replacedId, secretArn, run } = INTENT;
    const description = `[losant-token-rotation replaces=${replacedId} secret=${secretArn} run=${run}]`;
    expect(readMarkers(description)).toEqual([{ replacedId, secretArn, run }]);
    expect(isProven(made(INTENT, { description }))).toBe(false);
  });

  it("is one of several, of which the one that is signed counts", () => {
    const others = [
      describeSuccessor("", { ...INTENT, replacedId: STRANGER }, APP, keyOf("another")),
      `[losant-token-rotation replaces=${STRANGER} secret=${ARN} run=x]`,
      "[losant-token-rotation",
    ];
    const [own] = [made().description];
    for (const lines of [
      [...others, own],
      [own, ...others],
    ]) {
      const token = made(INTENT, { description: lines.join("\n") });
      expect(readMarkers(token.description)).toHaveLength(4);
      expect(isProven(token)).toBe(true);
    }
    expect(isProven(made(INTENT, { description: others.join("\n") }))).toBe(false);
  });

  it.each(["\n", "\r\n"])("is proven between lines that people write, whatever ends them: %j", (end) => {
    const description = ["for the backend", `  ${made().description}\t`, "ask Ann first", ""].join(end);
    expect(isProven(made(INTENT, { description }))).toBe(true);
  });

  it("is searched for only in a limited number of lines of a description", () => {
    const line = describeSuccessor("", INTENT, APP, keyOf("another"));
    expect(readMarkers(`${line}\n`.repeat(100))).toHaveLength(10);
  });
});

describe("a signed marker", () => {
  it("proves that the worker made this token, for whatever it says", () => {
    const instant = fc.date({
      min: new Date(0),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        fc.record({
          replacedId: fc.nat().map(idOf),
          secretArn: fc.stringMatching(/^[A-Za-z\d/_+=.@-]{1,80}$/).map((name) => arnOf(name)),
          run: fc.stringMatching(/^[\w-]{1,64}$/).map((text) => v.parse(RunId, text)),
          orderedAt: instant,
          expiresAt: fc.option(instant, { nil: undefined }),
        }),
        fc.constantFrom(1, 1_000, MINUTE),
        fc.integer({ min: -15 * MINUTE, max: 15 * MINUTE }),
        fc.string({ unit: "grapheme", maxLength: 50 }),
        (intent, unit, offMs, human) => {
          fc.pre(!human.includes("[losant-token-rotation"));
          const createdAt = plus(intent.orderedAt, offMs);
          const expiresAt = cut(intent.expiresAt, unit);
          expect(isProven(made(intent, { createdAt, expiresAt }, KEY, human))).toBe(true);
        },
      ),
    );
  });

  it("proves it whatever people make of name, scope, status and text", () => {
    const { description } = made();
    expect(
      isProven(
        made(INTENT, {
          id: STRANGER,
          name: "renamed",
          scope: ["all.Application"],
          status: "inactive",
          description: `a note\n${description}\nanother`,
        }),
      ),
    ).toBe(true);
  });

  it.each<[string, (line: string) => string]>([
    ["replaces", (line) => line.replace(`replaces=${REPLACED}`, `replaces=${STRANGER}`)],
    ["secret", (line) => line.replace("/backend-AbCdEf", "/frontend-AbCdEf")],
    ["the secret's account", (line) => line.replace("111122223333", "111122223334")],
    ["run", (line) => line.replace("run=4d0f2f6e", "run=4d0f2f6f")],
    ["ordered", (line) => line.replace("00:00:00.123Z", "00:00:00.124Z")],
    ["expires, by a part of a second", (line) => line.replace("42.987Z", "42.986Z")],
    ["expires", (line) => line.replace("expires=2026-04-01T00:17:42.987Z", "expires=never")],
    ["mac", (line) => line.replace(/mac=(.)/, (_, digit) => `mac=${digit === "0" ? "1" : "0"}`)],
    ["mac, to nothing", (line) => line.replace(/mac=.*\]/, `mac=${"0".repeat(64)}]`)],
  ])("proves nothing once somebody has edited it: %s", (_, edit) => {
    const description = edit(made().description);
    expect(description).not.toBe(made().description);
    expect(readMarkers(description)).toHaveLength(1);
    const seconds = cut(INTENT.expiresAt, 1_000);
    for (const expiresAt of [INTENT.expiresAt, seconds, undefined])
      expect(isProven(made(INTENT, { description, expiresAt }))).toBe(false);
  });

  it("proves nothing, whichever character of it is another one", () => {
    const { description } = made();
    fc.assert(
      fc.property(
        fc.nat(description.length - 1),
        fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }),
        (at, character) => {
          fc.pre(description[at] !== character);
          const edited = description.slice(0, at) + character + description.slice(at + 1);
          expect(isProven(made(INTENT, { description: edited }))).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Partial<ApiToken>]>([
    ["older", { createdAt: plus(INTENT.orderedAt, -DAY) }],
    ["younger", { createdAt: plus(INTENT.orderedAt, DAY) }],
    ["that expires a minute earlier", { expiresAt: new Date("2026-04-01T00:16:42.987Z") }],
    ["that expires a millisecond later", { expiresAt: new Date("2026-04-01T00:17:42.988Z") }],
    ["that expires in another second", { expiresAt: new Date("2026-04-01T00:17:41.000Z") }],
    ["that never expires", { expiresAt: undefined }],
    ["made by a person", { creatorType: "user", creatorId: STRANGER }],
    ["made by a flow", { creatorType: "flow", creatorId: STRANGER }],
    ["made with another access token", { creatorId: STRANGER }],
  ])("proves nothing of a token that it was copied to, one %s", (_, rest) => {
    expect(isProven(made(INTENT, { id: STRANGER, ...rest }))).toBe(false);
  });

  it("of a token that never expires proves nothing of one that does", () => {
    const forever = { ...INTENT, expiresAt: undefined };
    expect(isProven(made(forever))).toBe(true);
    expect(isProven(made(forever, { expiresAt: INTENT.expiresAt }))).toBe(false);
  });

  it.each([
    ["in full", 1, true],
    ["cut to the second", 1_000, true],
    ["cut to the minute", MINUTE, true],
    ["cut to a tenth of a second", 100, false],
    ["cut to the hour", 60 * MINUTE, false],
  ])("binds the expiry as Losant may show it: %s", (_, unit, isSo) => {
    expect(isProven(made(INTENT, { expiresAt: cut(INTENT.expiresAt, unit) }))).toBe(isSo);
  });

  it.each([-1, 1])("binds the creation to fifteen minutes, to the millisecond (%i)", (sign) => {
    const createdAt = (ms: number) => plus(INTENT.orderedAt, sign * ms);
    expect(isProven(made(INTENT, { createdAt: createdAt(15 * MINUTE) }))).toBe(true);
    expect(isProven(made(INTENT, { createdAt: createdAt(15 * MINUTE + 1) }))).toBe(false);
  });

  it.each<[string, Partial<ApiToken>, boolean, boolean]>([
    ["names no type of creator", { creatorType: undefined }, true, true],
    ["names no creator", { creatorId: undefined }, true, true],
    ["names another", { creatorId: STRANGER }, false, true],
    ["says that a user made it", { creatorType: "user" }, false, false],
    ["says that a flow made it", { creatorType: "flow" }, false, false],
  ])("where Losant %s", (_, rest, isProvenByCreators, isProvenAnyway) => {
    const token = made(INTENT, rest);
    expect(isProven(token, { knowsCreators: true })).toBe(isProvenByCreators);
    expect(isProven(token, { knowsCreators: false })).toBe(isProvenAnyway);
  });

  it("takes the user for the creator where the access token is that user's, and no other person", () => {
    const key = markerKeyOf(new Redacted(stringOf(LOGIN)), ACCESS_ARN, "losant", true);
    const isProvenFor = (creatorId: string) =>
      isProven(made(INTENT, { creatorType: "user", creatorId }, key), { key });
    expect(isProvenFor(LOGIN)).toBe(true);
    expect(isProvenFor(STRANGER)).toBe(false);
    expect(isProven(made(INTENT, { creatorType: "flow" }, key), { key })).toBe(false);
  });

  it("asks nothing of the creator where the access token does not say which one it is", () => {
    const key = keyOf("no JWT at all");
    expect(isProven(made(INTENT, { creatorId: STRANGER }, key), { key })).toBe(true);
  });

  it.each<[string, { key?: MarkerKey; app?: ApplicationId }]>([
    ["another application", { app: OTHER_APP }],
    ["another access token", { key: keyOf(stringOf(LOGIN, "-other")) }],
    [
      "another account",
      { key: keyOf(stringOf(LOGIN), arnOf("losant-access/x", { account: "999999999999" })) },
    ],
    ["another region", { key: keyOf(stringOf(LOGIN), arnOf("losant-access/x", { region: "us-east-1" })) }],
    ["another prefix", { key: keyOf(stringOf(LOGIN), ACCESS_ARN, "staging") }],
  ])("proves nothing to %s", (_, whom) => {
    expect(isProven(made())).toBe(true);
    expect(isProven(made(), whom)).toBe(false);
  });

  it("is proven wherever in its account and region the access token lies", () => {
    expect(isProven(made(), { key: keyOf(stringOf(LOGIN), arnOf("prod/losant")) })).toBe(true);
  });
});

describe("the key of an access token", () => {
  it("shows nothing of its string", () => {
    const string = stringOf(LOGIN);
    const shown = [JSON.stringify(KEY), KEY.mac(""), String(KEY.mac)].join();
    for (const part of string.split(".")) expect(shown).not.toContain(part);
  });

  it("can't be led by a prefix to the key of another place", () => {
    const places = fc.record({
      region: fc.constantFrom("eu-west-1", "us-east-1"),
      account: fc.constantFrom("111122223333", "444455556666"),
      prefix: fc.stringMatching(/^[a-z\d/-]{1,12}$/),
    });
    const macIn = ({ prefix, ...home }: { region: string; account: string; prefix: string }) =>
      keyOf("a string", arnOf("x", home), prefix).mac("what it signs");
    fc.assert(
      fc.property(places, places, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(macIn(one) === macIn(other)).toBe(isSame);
      }),
    );
  });

  it("knows what its payload says that looks like an id", () => {
    expect(KEY.claimedIds).toEqual([LOGIN]);
    expect(keyOf("no JWT at all").claimedIds).toEqual([]);
  });
});

const AT = new Date("2026-02-03T04:05:06.789Z");

/** As deactivateForDiscard leaves it. */
const discarded = (token: ApiToken, at = AT, key = KEY): ApiToken => ({
  ...token,
  status: "inactive",
  description: describeDiscarded(token, at, APP, key),
});

describe("the notice that a token is about to be deleted", () => {
  it("says since when, and leaves the marker and the text of people as they were", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (human) => {
        fc.pre(!human.includes("[losant-token-rotation"));
        const token = made(INTENT, {}, KEY, human);
        const noticed = discarded(token);
        expect(discardedSince(noticed, APP, [KEY])).toEqual(AT);
        expect(noticed.description.startsWith(token.description)).toBe(true);
        expect(readMarkers(noticed.description)).toEqual(readMarkers(token.description));
        expect(isProven(noticed)).toBe(true);
      }),
    );
  });

  it("is the only one, however often it is put on", () => {
    const later = plus(AT, DAY);
    const again = discarded(discarded(made()), later);
    expect(again.description.match(/discarded=/g)).toHaveLength(1);
    expect(discardedSince(again, APP, [KEY])).toEqual(later);
  });

  it("counts from the latest, where somebody has put an earlier one back", () => {
    const [first, second] = [AT, plus(AT, DAY)].map((at) => discarded(made(), at).description.split("\n")[1]);
    for (const lines of [
      [first, second],
      [second, first],
    ])
      expect(discardedSince(made(INTENT, { description: lines.join("\n") }), APP, [KEY])).toEqual(
        plus(AT, DAY),
      );
  });

  it("fits where the description has no room, and so does the marker before it", () => {
    const noticed = discarded(made(INTENT, {}, KEY, "😀".repeat(16_383)));
    expect(noticed.description).toHaveLength(32_767);
    expect(noticed.description.isWellFormed()).toBe(true);
    expect(discardedSince(noticed, APP, [KEY])).toEqual(AT);
    expect(isProven(noticed)).toBe(true);
  });

  it("proves nothing of another token that it was copied to", () => {
    const { description } = discarded(made());
    const copy = made(INTENT, { id: STRANGER, description });
    expect(discardedSince(copy, APP, [KEY])).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ["an earlier moment", "discarded=2026-02-03", "discarded=2026-01-03"],
    ["a moment in other words", "04:05:06.789Z", "05:05:06.789+01:00"],
    ["no moment", "2026-02-03T04:05:06.789Z", "yesterday"],
    ["another signature", "mac=", "mac=0"],
  ])("proves nothing once somebody has made it say %s", (_, said, edited) => {
    const { description } = discarded(made());
    const [marker, notice = ""] = description.split("\n");
    const token = made(INTENT, { description: `${marker}\n${notice.replace(said, edited)}` });
    expect(token.description).not.toBe(description);
    expect(discardedSince(token, APP, [KEY])).toBeUndefined();
  });

  it("proves nothing without the key that it was signed with, of whatever use others are", () => {
    const noticed = discarded(made());
    expect(discardedSince(noticed, APP, [])).toBeUndefined();
    expect(discardedSince(noticed, APP, [keyOf("another")])).toBeUndefined();
    expect(discardedSince(noticed, APP, [keyOf("another"), KEY])).toEqual(AT);
    expect(discardedSince(noticed, OTHER_APP, [KEY])).toBeUndefined();
  });

  it("is not on the successor of a token that had it", () => {
    const { description } = discarded(made());
    const successor = describeSuccessor(description, INTENT, APP, KEY);
    expect(successor).not.toContain("discarded=");
  });

  it("is found below a text that people have written under it", () => {
    const noticed = discarded(made());
    const note = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
    const annotated = { ...noticed, description: `${noticed.description}\n${note}` };
    expect(discardedSince(annotated, APP, [KEY])).toEqual(AT);
  });

  it("is looked for in no more lines than ten", () => {
    let asked = 0;
    const counting: MarkerKey = {
      ...KEY,
      mac(text) {
        asked += 1;
        return KEY.mac(text);
      },
    };
    const line = discarded(made(), AT, keyOf("another")).description.split("\n")[1];
    const token = made(INTENT, { description: `${line}\n`.repeat(200) });
    expect(discardedSince(token, APP, [counting])).toBeUndefined();
    expect(asked).toBe(10);
  });
});
