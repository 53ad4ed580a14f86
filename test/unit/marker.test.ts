import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import { describeSuccessor, type Intent, readMarkers } from "../../lambda/model/marker.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";

const app = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
const id = v.parse(TokenId, "65f0c0de000000000000000b");
const arn = v.parse(SecretArn, `arn:aws:secretsmanager:eu-west-1:111122223333:secret:losant/${app}/x-AbCdEf`);
const run = v.parse(RunId, "4d0f2f6e-run");
const key = markerKeyOf(new Redacted("an-access-token"), arn, "losant");
const intent: Intent = {
  replacedId: id,
  secretArn: arn,
  run,
  orderedAt: new Date("2026-01-01T00:00:00.123Z"),
  expiresAt: new Date("2026-04-01T00:17:42.987Z"),
};

describe("a marker", () => {
  it("is read back from any description, whose human text is kept", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (human) => {
        fc.pre(!human.includes("[losant-token-rotation"));
        const description = describeSuccessor(human, intent, app, key);
        expect(readMarkers(description)).toEqual([
          {
            replacedId: id,
            secretArn: arn,
            run,
            seal: { orderedAt: intent.orderedAt, expiresAt: intent.expiresAt, mac: expect.any(String) },
          },
        ]);
        expect(describeSuccessor(description, intent, app, key)).toBe(description);
      }),
    );
  });

  it("fits after a description of the greatest length, without half a character", () => {
    const description = describeSuccessor("😀".repeat(16_383), intent, app, key);
    expect(description.length).toBeLessThanOrEqual(32_767);
    expect(description.isWellFormed()).toBe(true);
    expect(readMarkers(description)).toEqual([expect.objectContaining({ replacedId: id })]);
  });

  it.each([
    "[losant-token-rotation]",
    `[losant-token-rotation replaces=${id} secret=${arn} run=x`,
    `[losant-token-rotation replaces=${id} secret=nowhere run=x]`,
  ])("that is damaged is not guessed at", (description) => {
    expect(readMarkers(description)).toEqual(["damaged"]);
  });

  it("is not seen where there is none", () => {
    expect(readMarkers("a token for the backend")).toEqual([]);
  });
});
