import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn, SecretName } from "../../lambda/model/secret.ts";
import { describeNewSecret, hasSecretMarker, isCreatedByWorker } from "../../lambda/model/secret-marker.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import { ARN, NAME } from "../adapters/store-calls.ts";

const APP = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
const OTHER = v.parse(ApplicationId, "575ec8687ae143cd83dc4a98");
const AT = new Date("2029-01-01T00:00:00.123Z");
const MINUTE = 60_000;
const keyOf = (string: string, prefix = "losant", arn = ARN) =>
  markerKeyOf(new Redacted(string), arn, prefix, false);
const KEY = keyOf("an access token");
const TEXT = 'Losant API token "backend"';
const DESCRIPTION = describeNewSecret(TEXT, NAME, AT, APP, KEY);

const secret = (traits: object = {}) => ({ name: NAME, createdAt: AT, description: DESCRIPTION, ...traits });
const later = (ms: number) => ({ createdAt: new Date(AT.getTime() + ms) });

describe("the description of a new secret", () => {
  it("begins with the text for people and fits into 2,048 characters", () => {
    expect(DESCRIPTION).toMatch(
      /^Losant API token "backend"\n\[losant-token-rotation created=2029-01-01T00:00:00.123Z mac=[a-f\d]{64}\]$/,
    );
    expect(DESCRIPTION.length - TEXT.length).toBeLessThan(200);
  });

  it.each([
    ["as it was created", {}],
    ["with a date cut to the second", { createdAt: new Date("2029-01-01T00:00:00Z") }],
    ["a quarter of an hour later", later(15 * MINUTE)],
    ["with another line by a person", { description: `by hand\r\n${DESCRIPTION}\nmore` }],
  ])("proves who created it %s", (_, traits) => {
    expect(isCreatedByWorker(secret(traits), APP, [keyOf("another"), KEY])).toBe(true);
  });

  it.each([
    ["another secret", { name: v.parse(SecretName, `${NAME}2`) }],
    ["a later one of that name", later(15 * MINUTE + 1)],
    ["one without a creation date", { createdAt: new Date(Number.NaN) }],
    ["one with another date in the line", { description: DESCRIPTION.replace(".123Z", ".124Z") }],
    ["one without a line", { description: TEXT }],
    ["one without a description", { description: undefined }],
  ])("proves nothing about %s", (_, traits) => {
    expect(isCreatedByWorker(secret(traits), APP, [KEY])).toBe(false);
  });

  it("proves nothing to another application, access token, prefix, account or region", () => {
    const elsewhere = (part: string, other: string) => v.parse(SecretArn, ARN.replace(part, other));
    const others = [
      keyOf("another access token"),
      keyOf("an access token", "other"),
      keyOf("an access token", "losant", elsewhere("111122223333", "444455556666")),
      keyOf("an access token", "losant", elsewhere("us-east-1", "eu-west-1")),
    ];
    expect(isCreatedByWorker(secret(), APP, others)).toBe(false);
    expect(isCreatedByWorker(secret(), OTHER, [KEY])).toBe(false);
  });

  it("shows that it may be proven, whoever wrote it", () => {
    expect(hasSecretMarker(secret())).toBe(true);
    expect(hasSecretMarker(secret({ description: TEXT }))).toBe(false);
    expect(hasSecretMarker(secret({ description: undefined }))).toBe(false);
  });
});
