import { describe, expect, it } from "vitest";
import { type UnusedEntry, unusedEntries } from "../../lambda/lineage/mappings.ts";
import { placesOf } from "../../lambda/lineage/places.ts";
import { EVERYTHING } from "../../lambda/policy/request.ts";
import {
  id,
  NOW,
  odd,
  type Situation,
  secret,
  secretNamed,
  snapshotOf,
  token,
  version,
} from "../plan/builders.ts";

const OURS = "prod/backend";
const held = (name: string) => secret([version("new", "old", "AWSCURRENT")], { name });
const empty = (name: string) => secret([], { name });

function unusedIn(situation: Situation): readonly UnusedEntry[] {
  const snapshot = snapshotOf(situation);
  return unusedEntries(snapshot, () => placesOf(snapshot, EVERYTHING, NOW));
}

describe("an entry of `secrets` is in use", () => {
  it.each<[string, Situation]>([
    ["where a token of its name goes there", { tokens: [token("root")], mapped: { backend: OURS } }],
    ["where the token of its id goes there", { tokens: [token("root")], mapped: { [id("root")]: OURS } }],
    [
      "as long as its secret holds a version of ours, whatever the tokens are called",
      { tokens: [token("new", { name: "renamed" })], secrets: [held(OURS)], mapped: { backend: OURS } },
    ],
    [
      "of an id that is gone, as long as its secret holds a version of ours",
      { tokens: [token("new")], secrets: [held(OURS)], mapped: { [id("gone")]: OURS } },
    ],
    [
      "where its secret can't be read",
      { tokens: [token("root")], unreadable: [OURS], mapped: { nobody: OURS } },
    ],
    [
      "where two tokens of its name would go there: that is told by itself",
      { tokens: [token("one"), token("two")], mapped: { backend: OURS } },
    ],
    [
      "of the id of a token that can't be read",
      { tokens: [], odd: [odd("strange")], mapped: { [id("strange")]: OURS } },
    ],
  ])("%s", (_, situation) => {
    expect(unusedIn(situation)).toEqual([]);
  });
});

describe("an entry of `secrets` that fits no token", () => {
  it.each<[string, string, string | undefined]>([
    ["is told with the name that is most like it", "bakcend", "backend"],
    ["is told with a name that differs in capitals and spaces only", " BackEnd ", "backend"],
    ["is told alone where no name is like it", "frontdoor", undefined],
  ])("%s", (_, entry, nearest) => {
    const situation = {
      tokens: [token("one", { name: "barkeeper" }), token("two", { name: "backend" })],
      mapped: { [entry]: OURS },
    };
    expect(unusedIn(situation)).toEqual([{ entry, secretName: OURS, ...(nearest && { nearest }) }]);
  });

  it("is told without the string of a token, in the configuration or in a name", () => {
    const string = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1NzVlZDZlODdhZTE0M2NkIn0.q8Zt3LxVb0Yw";
    const tokens = [token("root", { name: `${string.slice(0, -1)}x` })];
    const told = JSON.stringify(unusedIn({ tokens, mapped: { [string]: OURS } }));
    expect(told).toContain(OURS);
    expect(told).not.toContain(string.slice(0, 40));
  });

  it("is told without a hint where there are more than a thousand tokens, or the name is long", () => {
    const many = Array.from({ length: 1_001 }, (_, index) =>
      token(`t${index}`, { name: `backend ${index}` }),
    );
    const mapped = { "bakend 7": OURS };
    expect(unusedIn({ tokens: many.slice(1), mapped })).toMatchObject([{ nearest: "backend 7" }]);
    expect(unusedIn({ tokens: many, mapped })).toEqual([{ entry: "bakend 7", secretName: OURS }]);
    const long = "b".repeat(65);
    const tokens = [token("long", { name: `${long}!` })];
    expect(unusedIn({ tokens, mapped: { [long]: OURS } })).toEqual([{ entry: long, secretName: OURS }]);
  });

  it("is told without a hint where it is an id: ids are alike by chance", () => {
    const situation = { tokens: [token("rooa")], secrets: [empty(OURS)], mapped: { [id("roob")]: OURS } };
    expect(unusedIn(situation)).toEqual([{ entry: id("roob"), secretName: OURS }]);
  });

  it.each([["backend"], [id("new")]])("since the token is in another secret, names that: %s", (entry) => {
    const situation = {
      tokens: [token("new", { replaces: "old" })],
      secrets: [held(secretNamed("backend"))],
      mapped: { [entry]: OURS },
    };
    expect(unusedIn(situation)).toEqual([{ entry, secretName: OURS, elsewhere: secretNamed("backend") }]);
  });

  it("is one of twenty at most, and no place is asked for where versions tell", () => {
    const many = Array.from({ length: 25 }, (_, index) => [`nobody ${index}`, `prod/${index}`]);
    expect(unusedIn({ tokens: [], mapped: Object.fromEntries(many) })).toHaveLength(20);
    const settled = snapshotOf({ tokens: [], secrets: [held(OURS)], mapped: { backend: OURS } });
    const unasked = () => {
      throw new Error("asked");
    };
    expect(unusedEntries(settled, unasked)).toEqual([]);
  });
});
