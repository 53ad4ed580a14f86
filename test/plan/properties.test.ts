import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMarkers } from "../../lambda/model/marker.ts";
import type { SecretVersion } from "../../lambda/model/secret.ts";
import type { ApiToken } from "../../lambda/model/token.ts";
import {
  arnOf,
  byHand,
  DAY,
  HOUR,
  labelOf,
  MINUTE,
  observedSnapshotOf,
  plansOf,
  type Situation,
  secret,
  secretNamed,
  sentencesOf,
  token,
  version,
} from "./builders.ts";

const LABELS = ["a", "b", "c", "d", "e"] as const;
const label = fc.constantFrom(...LABELS);
const OWNERS = [
  arnOf(secretNamed("backend")),
  arnOf(secretNamed("backend"), { account: "999999999999" }),
  arnOf(secretNamed("backend"), { ending: "ZyXwVu" }),
] as const;

const anyToken = (name: string) =>
  fc
    .record({
      age: fc.constantFrom(MINUTE, 20 * MINUTE, 2 * HOUR, DAY, 350 * DAY),
      left: fc.constantFrom("forever" as const, -DAY, HOUR, 15 * DAY, 300 * DAY),
      status: fc.constantFrom("active" as const, "active" as const, "inactive" as const),
      creatorType: fc.constantFrom("apiToken", "user"),
      replaces: fc.option(label, { nil: undefined }),
      secret: fc.constantFrom(OWNERS[0], ...OWNERS),
      description: fc.option(fc.constantFrom("", "[losant-token-rotation"), { nil: undefined, freq: 8 }),
      name: fc.constantFrom("backend", "backend", "frontend"),
    })
    .map(({ replaces, description, ...traits }) =>
      token(name, {
        ...traits,
        ...(replaces === undefined ? {} : { replaces }),
        ...(description === undefined ? {} : { description }),
      }),
    );

/** Versions as Secrets Manager keeps them: one per token, AWSCURRENT on one, AWSPREVIOUS on another. */
const anyVersions = fc
  .record({
    held: fc.uniqueArray(label, { maxLength: 4 }),
    replaced: fc.array(label, { minLength: 4, maxLength: 4 }),
    rotating: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    current: fc.nat(4),
    previous: fc.nat(4),
  })
  .map(({ held, replaced, rotating, current, previous }): readonly SecretVersion[] => {
    const versions = held.map((one, index) =>
      version(
        one,
        replaced[index] ?? "a",
        ...(index === current ? ["AWSCURRENT"] : []),
        ...(index === previous && index !== current ? ["AWSPREVIOUS"] : []),
        ...(rotating[index] ? ["rotating"] : []),
      ),
    );
    // Where there is any version, one of them is current.
    return current >= held.length && held.length > 0 ? [...versions, byHand("x", "AWSCURRENT")] : versions;
  });

/** Versions as a worker, and a person who rolls back, leave them: a chain, and beside it what was never promoted. */
const grownVersions = fc
  .record({
    chain: fc.nat(4),
    isRolledBack: fc.boolean(),
    owes: fc.boolean(),
    attempt: fc.constantFrom("none" as const, "staged" as const, "settled" as const),
    replaced: fc.nat(4),
  })
  .map(({ chain, isRolledBack, owes, attempt, replaced }): readonly SecretVersion[] => {
    const [current, previous] = isRolledBack ? [chain - 2, chain - 1] : [chain - 1, chain - 2];
    const held = LABELS.slice(0, chain);
    const versions = held.map((one, index) =>
      version(
        one,
        held[index - 1] ?? "root",
        ...(index === current ? ["AWSCURRENT"] : []),
        ...(index === previous ? ["AWSPREVIOUS"] : []),
        ...(owes && (index === current || index === previous) ? ["rotating"] : []),
      ),
    );
    const staged = version("e", held[replaced] ?? "root", ...(attempt === "staged" ? ["rotating"] : []));
    return attempt === "none" || chain === 0 ? versions : [...versions, staged];
  });

const situationWith = (anyOf: fc.Arbitrary<readonly SecretVersion[]>): fc.Arbitrary<Situation> =>
  fc
    .record({
      tokens: fc.tuple(...LABELS.map((one) => fc.option(anyToken(one), { nil: undefined, freq: 5 }))),
      versions: fc.option(anyOf, { nil: undefined, freq: 5 }),
      deleted: fc.constantFrom(false, false, false, true),
      changed: fc.constantFrom(0, 10 * DAY, 100 * DAY),
      policy: fc.constantFrom(
        {},
        { retire: { unread: "ignore", deactivateAfter: "7d", deleteAfter: "30d" }, neverExpiring: "180d" },
      ),
      asks: fc.constantFrom(
        {},
        { tokens: ["backend"] },
        { tokens: ["backend"], force: true, retireNow: true },
      ),
    })
    .map(({ tokens, versions, deleted, changed, policy, asks }) => ({
      tokens: tokens.filter((one) => one !== undefined),
      secrets: versions === undefined ? [] : [secret(versions, { deleted, changed })],
      policy,
      asks,
    }));

const anySituation = situationWith(anyVersions);
const runs = { numRuns: 2_000 };

describe("whatever is there", () => {
  it("every listed token has an outcome", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        const spokenOf = plansOf(situation).flatMap(({ actions }) =>
          actions.flatMap((action) => (action.kind === "settle" ? [] : [labelOf(action.subject.id)])),
        );
        expect(spokenOf).toEqual(expect.arrayContaining(situation.tokens.map(({ id }) => labelOf(id))));
      }),
      runs,
    );
  });

  it("no token has two outcomes of rest, and none is left alone and ended", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        const [rests, ends] = [new Set<string>(), new Set<string>()];
        for (const action of plansOf(situation).flatMap(({ actions }) => actions)) {
          if (action.kind === "skip" || action.kind === "wait" || action.kind === "fail") {
            expect(rests).not.toContain(action.subject.id);
            rests.add(action.subject.id);
          }
          if (action.kind === "discard" || action.kind === "retire" || action.kind === "rotate") {
            expect(ends).not.toContain(action.subject.id);
            ends.add(action.subject.id);
          }
        }
        expect(rests.intersection(ends).size).toBe(0);
      }),
      runs,
    );
  });

  it("nothing that a version holds as current or previous is discarded, and nothing current is retired", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        const held = (name: string) =>
          (situation.secrets ?? [])
            .flatMap(({ history }) => history)
            .filter(({ labels }) => labels.includes(name))
            .map(({ id }) => id.split("-")[1]);
        for (const action of plansOf(situation).flatMap(({ actions }) => actions)) {
          if (action.kind === "discard") {
            expect(held("AWSCURRENT")).not.toContain(action.subject.id);
            expect(held("AWSPREVIOUS")).not.toContain(action.subject.id);
          }
          if (action.kind === "retire") expect(held("AWSCURRENT")).not.toContain(action.subject.id);
        }
      }),
      runs,
    );
  });

  it("only what this worker made for this very secret is discarded, or deleted without being named", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        const isOurs = ({ description, id }: ApiToken) => {
          const [marker] = readMarkers(description);
          const marked = typeof marker === "object" && marker.secretArn === OWNERS[0];
          return (
            marked ||
            (situation.secrets ?? []).some(({ history }) =>
              history.some((one) => one.id.includes(`losant-${id}`)),
            )
          );
        };
        for (const action of plansOf(situation).flatMap(({ actions }) => actions)) {
          const listed = "subject" in action && situation.tokens.find(({ id }) => id === action.subject.id);
          if (!listed) continue;
          if (action.kind === "discard") expect(isOurs(listed)).toBe(true);
          if (action.kind === "retire" && action.reason === "grace-over") {
            expect(isOurs(listed)).toBe(true);
            expect(listed.creatorType ?? "apiToken").toBe("apiToken");
          }
        }
      }),
      runs,
    );
  });

  it("a lineage is rotated or resumed once at most, and loses three orphans at most", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        for (const { actions } of plansOf(situation)) {
          expect(actions.filter(({ kind }) => kind === "rotate" || kind === "resume").length).toBeLessThan(2);
          expect(
            actions.filter(({ kind, ...rest }) => kind === "discard" && !("version" in rest)).length,
          ).toBeLessThan(4);
        }
      }),
      runs,
    );
  });

  it("nothing is issued for, and nothing made for, a secret that takes no writes", () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        for (const { secretArn, actions } of plansOf(situation)) {
          const blocked = (situation.secrets ?? []).some(
            ({ state }) => state.deletedAt && state.arn === secretArn,
          );
          if (blocked)
            expect(actions.every(({ kind }) => ["skip", "retire", "fail"].includes(kind))).toBe(true);
        }
      }),
      runs,
    );
  });

  it("a run comes to the end of its questions, and no effect comes of having asked fewer of them", async () => {
    await fc.assert(
      fc.asyncProperty(situationWith(grownVersions), async ({ tokens, ...rest }) => {
        // With another name, or with a marker that is damaged or was turned into a foreign one, a token of ours is known
        // to the whole history only.
        const replacedBy = new Map(
          (rest.secrets ?? []).flatMap(({ history }) =>
            history.map(({ id }): [string | undefined, string | undefined] => {
              const [, tokenId, replacedId] = id.split("-");
              return [tokenId, replacedId];
            }),
          ),
        );
        const known = tokens.filter(({ id, description }) => {
          const [marker] = readMarkers(description);
          if (marker === undefined) return true;
          if (marker === "damaged" || marker.secretArn !== OWNERS[0]) return false;
          // The worker writes the same into both, and nobody else can sign.
          return (replacedBy.get(id) ?? marker.replacedId) === marker.replacedId;
        });
        const situation = { ...rest, tokens: known.map((one) => ({ ...one, name: "backend" })) };
        const { snapshot } = await observedSnapshotOf(situation);
        const effects = (sentences: readonly string[]) =>
          sentences.filter((one) => /^(rotate|retire|discard|resume|announce|settle) /.test(one)).sort();
        const all = effects(sentencesOf(plansOf(situation)));
        expect(all).toEqual(expect.arrayContaining([...effects(sentencesOf(plansOf(situation, snapshot)))]));
      }),
      runs,
    );
  });
});
