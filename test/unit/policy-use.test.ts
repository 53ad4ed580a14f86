import { describe, expect, it } from "vitest";
import { resolvePolicy } from "../../lambda/policy/policy.ts";
import { PolicyUse } from "../../lambda/policy/policy-use.ts";

describe("an entry of `policy.tokens` that fits no token", () => {
  const told = (entries: readonly string[], ...names: readonly (readonly string[])[]) => {
    const use = new PolicyUse();
    const policy = resolvePolicy({ tokens: entries.map((match) => ({ match })) }, 3_600_000);
    for (const ofApplication of names) use.note(policy, new Set(), ofApplication);
    return use.unused(true).map(({ nearest }) => nearest);
  };

  it("is told with the most similar name of all applications that have it", () => {
    expect(told(["bakcend"], ["frontend"], ["backend"])).toEqual(["backend"]);
    expect(told(["Backend"], ["backend"])).toEqual(["backend"]);
  });

  it("is told without one if it is an id, a pattern, or a name for which an earlier entry decides", () => {
    const id = "65f0c0de000000000000000a";
    expect(told([id, "bac?end", "backen*", "backend"], [`${id.slice(0, -1)}b`, "backend"])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is told without one if there are so many names that some are similar by chance", () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `sensor ${index}`);
    expect(told(["backend"], names)).toEqual([undefined]);
    expect(told(["sensor X"], names)).toEqual([undefined]);
    expect(told(["sensor X"], names.slice(0, 10))).toEqual(["sensor 0"]);
  });

  it("is told with a masked name", () => {
    const string = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1NzVl.q8Zt3LxVb0Y";
    const [nearest] = told([`${string}w`], [string]);
    expect(nearest ?? "").not.toContain(string.slice(0, 40));
  });

  it("is told without the string of a token that somebody wrote there", () => {
    const string = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1NzVlZDZlODdhZTE0M2NkIn0.q8Zt3LxVb0Yw";
    const use = new PolicyUse();
    use.note(resolvePolicy({ tokens: [{ match: string }, { match: "ci-*" }] }, 3_600_000), new Set());
    expect(use.unused(true)).toEqual([
      { entry: expect.not.stringContaining(string.slice(0, 40)), path: "policy.tokens.0" },
      { entry: "ci-*", path: "policy.tokens.1" },
    ]);
  });
});
