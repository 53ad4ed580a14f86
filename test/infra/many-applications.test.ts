import { describe, expect, test } from "vitest";
import { secretPatterns } from "../../infra/secret-patterns.ts";
import { parseConfig } from "../../lambda/policy/config.ts";
import { policiesOf } from "./policies.ts";
import { synthesized } from "./synth.ts";

const ANY = "?".repeat(24);
const MANY = 5_000;

function config(
  count: number,
  of: (id: string, index: number) => { readonly accessToken: string; readonly secrets?: object },
) {
  const applications = Array.from({ length: count }, (_, index) => {
    const id = idOf(index);
    return { id, ...of(id, index) };
  });
  return parseConfig({ applications });
}

function idOf(index: number): string {
  return `575ec8687ae1${index.toString(16).padStart(12, "0")}`;
}

describe("the patterns of secrets", () => {
  test("name each application while that fits into a policy", () => {
    const patterns = secretPatterns(config(20, (id) => ({ accessToken: `losant-access/${id}` })));
    expect(patterns.managed).toHaveLength(20);
    expect(patterns.accessTokens).toHaveLength(20);
    expect(patterns.protected).toEqual(patterns.accessTokens);
    expect(patterns.managed[0]).toMatch(/^losant\/[a-f\d]{24}\/\*$/);
  });

  test("of five thousand applications say only where an application's id stands", () => {
    const many = config(MANY, (id) => ({
      accessToken: `losant-access/${id}`,
      secrets: { backend: `prod/${id}/losant` },
    }));
    expect(secretPatterns(many)).toEqual({
      managed: [`losant/${ANY}/*`, `prod/${ANY}/losant-??????`],
      accessTokens: [`losant-access/${ANY}-??????`],
      protected: [`losant-access/${ANY}-??????`],
    });
  });

  test("of five thousand applications that renew their own access token forbid none", () => {
    const many = config(MANY, (id) => ({
      accessToken: `losant-access/${id}`,
      secrets: { worker: `losant-access/${id}` },
    }));
    expect(secretPatterns(many)).toEqual({
      managed: [`losant-access/${ANY}-??????`, `losant/${ANY}/*`],
      accessTokens: [`losant-access/${ANY}-??????`],
      protected: [],
    });
  });

  test("never forbid what a secrets entry maps, for all that it looks like the others", () => {
    const patterns = secretPatterns(
      config(100, (id, index) => ({
        accessToken: `losant-access/${id}`,
        ...(index > 2 && { secrets: { worker: `losant-access/${id}` } }),
      })),
    );
    expect(patterns.managed).toContain(`losant-access/${ANY}-??????`);
    expect(patterns.protected).toHaveLength(3);
    expect(patterns.protected).not.toContain(`losant-access/${ANY}-??????`);
  });

  test("hold for one access token that all applications share", () => {
    const patterns = secretPatterns(config(MANY, () => ({ accessToken: "losant-access/all" })));
    expect(patterns.accessTokens).toEqual(["losant-access/all-??????"]);
  });

  test("are refused at synth, with the way out, where names are too many and too different", () => {
    const many = config(MANY, (_, index) => ({ accessToken: `key-number-${index}` }));
    expect(() => secretPatterns(many)).toThrow(/losant-access\/<application id>/);
  });
});

test("the policy fits into a role for every number of applications, in the region of the longest name", () => {
  for (const count of [1, 10, 20, 22, 24, 26, 28, 30, 40, MANY]) {
    const applications = Array.from({ length: count }, (_, index) => {
      const id = idOf(index);
      return { id, accessToken: `losant-access/${id}`, secrets: {} };
    });
    const env = { account: "111122223333", region: "us-gov-west-1" };
    const { template } = synthesized({ config: { applications } }, env);
    expect(JSON.stringify(policiesOf(template)[0]?.PolicyDocument).length).toBeLessThan(10_240);
  }
});
