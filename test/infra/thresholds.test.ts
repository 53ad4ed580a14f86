import { describe, expect, test } from "vitest";
import { alarmsOf } from "./runs.ts";
import { APPLICATION, CONFIG, synthesized } from "./synth.ts";

describe("thresholds", () => {
  function thresholdsOf(config: object): readonly unknown[] {
    const own = alarmsOf(synthesized({ config: { ...CONFIG, ...config } }).template);
    return [own.TokenNearExpiry, own.AccessTokenNearExpiry].map((alarm) => alarm?.Properties.Threshold);
  }

  test("are a week, and two weeks for the access token", () => {
    expect(thresholdsOf({})).toEqual([7, 14]);
  });

  test("lie well within the renewal window, or a healthy token would set them off", () => {
    expect(thresholdsOf({ policy: { renewBefore: "4d" } })).toEqual([2, 14]);
    expect(thresholdsOf({ policy: { lifetime: "9d" } })).toEqual([1.5, 14]);
    expect(thresholdsOf({ schedule: "3d", policy: { renewBefore: "1d" } })).toEqual([3, 14]);
  });

  const secret = `losant-access/${APPLICATION}`;
  test.each([
    ["an entry of secrets", { accessToken: secret, secrets: { worker: secret } }],
    ["its own entry", { accessToken: { secret, renew: true } }],
  ])("of an access token that is renewed by %s follow its window too", (_, application) => {
    const applications = [{ id: APPLICATION, ...application }];
    expect(thresholdsOf({ applications, policy: { renewBefore: "10d" } })).toEqual([5, 5]);
  });

  test("can be set", () => {
    const own = alarmsOf(synthesized({ soonestExpiryDays: 3, accessTokenDays: 21 }).template);
    expect(own.TokenNearExpiry?.Properties.Threshold).toBe(3);
    expect(own.AccessTokenNearExpiry?.Properties.Threshold).toBe(21);
  });
});
