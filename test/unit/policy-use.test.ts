import { describe, expect, it } from "vitest";
import { resolvePolicy } from "../../lambda/policy/policy.ts";
import { PolicyUse } from "../../lambda/policy/policy-use.ts";

describe("an entry of `policy.tokens` that fits no token", () => {
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
