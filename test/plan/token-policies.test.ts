import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { describeSuccessor } from "../../lambda/model/marker.ts";
import { type ApiToken, ApplicationId, RunId } from "../../lambda/model/token.ts";
import {
  APP,
  applicationOf,
  arnOf,
  DAY,
  id,
  KEY,
  labelOf,
  plansOf,
  type Situation,
  secret,
  secretNamed,
  snapshotOf,
  token,
  version,
} from "./builders.ts";

/** The `renewBefore` of each lineage in days, by its head. */
function daysOf(situation: Situation): Readonly<Record<string, number>> {
  return Object.fromEntries(
    plansOf(situation, snapshotOf(situation)).flatMap(({ headId, policy }) =>
      headId === undefined ? [] : [[labelOf(headId), policy.renewBeforeMs / DAY]],
    ),
  );
}

/** The same token, with a marker that repeats the id of an entry. */
function marked(made: ApiToken, replaced: string, entry: string, key = KEY): ApiToken {
  const intent = {
    replacedId: id(replaced),
    secretArn: arnOf(secretNamed(made.name)),
    run: v.parse(RunId, "earlier"),
    policyId: id(entry),
    orderedAt: made.createdAt,
    expiresAt: made.expiresAt,
  };
  const description = describeSuccessor("", intent, v.parse(ApplicationId, APP), key);
  return { ...made, description, creatorType: "apiToken" };
}

const OF_ROOT = { policy: { renewBefore: "20d", tokens: [{ match: id("root"), renewBefore: "3d" }] } };

describe("the policy of a root", () => {
  const tokens = ["ci-one", "ci-two", "plain"].map((name) => token(name, { name }));

  it("is that of the first entry that fits, with the other keys of its application", () => {
    const policy = {
      renewBefore: "20d",
      tokens: [
        { match: id("ci-two").toUpperCase(), renewBefore: "3d" },
        { match: "ci-*", renewBefore: "7d" },
        { match: "*one", renewBefore: "9d" },
      ],
    };
    expect(daysOf({ tokens, policy })).toEqual({ "ci-one": 7, "ci-two": 3, plain: 20 });
    const whole = applicationOf({ policy: { ...policy, orphanAfter: "5h" } }).policy;
    expect(whole.tokens[0]?.policy.orphanAfterMs).toBe(whole.orphanAfterMs);
  });

  it("is not that of an entry with an id that is only its name", () => {
    expect(daysOf({ ...OF_ROOT, tokens: [token("other", { name: id("root") })] })).toEqual({ other: 20 });
  });
});

describe("an entry with the id of a token", () => {
  const current = token("third", { age: 10 * DAY });
  const labelled = [version("third", "second", "AWSCURRENT"), version("second", "root", "AWSPREVIOUS")];

  it("fits the lineage as long as versions name the token", () => {
    expect(daysOf({ ...OF_ROOT, tokens: [current], secrets: [secret(labelled)] })).toEqual({ third: 3 });
  });

  it("fits no lineage whose versions name it, but whose rights are not those of the token", () => {
    const root = token("root", { age: 200 * DAY, scope: ["devices.get"], name: "elsewhere" });
    expect(daysOf({ ...OF_ROOT, tokens: [current, root], secrets: [secret(labelled)] })).toMatchObject({
      third: 20,
    });
  });

  it("fits by the signed marker of the current token when nothing else names the token", () => {
    const secrets = [secret([version("third", "second", "AWSCURRENT")])];
    expect(daysOf({ ...OF_ROOT, tokens: [current], secrets })).toEqual({ third: 20 });
    expect(daysOf({ ...OF_ROOT, tokens: [marked(current, "second", "root")], secrets })).toEqual({
      third: 3,
    });
  });

  it("doesn't fit by a marker that somebody changed or wrote", () => {
    const secrets = [secret([version("third", "second", "AWSCURRENT")])];
    const forged = marked(current, "second", "other");
    const description = forged.description.replace(id("other"), id("root"));
    expect(daysOf({ ...OF_ROOT, tokens: [{ ...forged, description }], secrets })).toEqual({ third: 20 });
  });

  it("fits the secret that `secrets` gives to the id", () => {
    const name = "prod/backend";
    const secrets = [secret([version("third", "second", "AWSCURRENT")], { name })];
    const mapped = { [id("root")]: name };
    expect(daysOf({ ...OF_ROOT, mapped, tokens: [current], secrets })).toEqual({ third: 3 });
    expect(daysOf({ ...OF_ROOT, mapped: { backend: name }, tokens: [current], secrets })).toEqual({
      third: 20,
    });
  });
});
