import { Stack } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import type { RotationNewSecretsDocument } from "../../infra/config-document.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { CONFIG, newApp } from "./synth.ts";

const keyIn = (region: string) => `arn:aws:kms:${region}:111122223333:key/1`;

/** A stack in eu-west-1, or one for any region. */
const deploying = (newSecrets: RotationNewSecretsDocument, isForAny = false) => {
  const env = { account: "111122223333", region: "eu-west-1" };
  const stack = new Stack(newApp(), "Test", isForAny ? {} : { env });
  return () => new TokenRotation(stack, "TokenRotation", { config: { ...CONFIG, newSecrets } });
};

describe("new secrets", () => {
  test.each<[RotationNewSecretsDocument]>([
    [{ kmsKeyArn: keyIn("eu-west-1"), replicaRegions: ["eu-central-1"] }],
    [{ replicaRegions: [{ region: "eu-central-1", kmsKeyArn: keyIn("eu-central-1") }] }],
  ])("can be %j", (newSecrets) => {
    expect(deploying(newSecrets)).not.toThrow();
    expect(deploying(newSecrets, true)).not.toThrow();
  });

  test("can't have a replica in their own region", () => {
    const says = "newSecrets.replicaRegions: eu-west-1 is the region of the secrets themselves";
    expect(deploying({ replicaRegions: ["us-east-1", "eu-west-1"] })).toThrow(says);
    expect(deploying({ replicaRegions: [{ region: "eu-west-1", kmsKeyArn: keyIn("eu-west-1") }] })).toThrow(
      says,
    );
  });

  test("can't have a key of another region", () => {
    expect(deploying({ kmsKeyArn: keyIn("us-east-1") })).toThrow(
      `newSecrets.kmsKeyArn: ${keyIn("us-east-1")} is in another region than the stack`,
    );
  });

  test("of a stack for any region are in the region of their key", () => {
    expect(deploying({ replicaRegions: ["eu-west-1"] }, true)).not.toThrow();
    expect(deploying({ kmsKeyArn: keyIn("us-east-1") }, true)).not.toThrow();
    expect(deploying({ kmsKeyArn: keyIn("us-east-1"), replicaRegions: ["us-east-1"] }, true)).toThrow(
      "newSecrets.replicaRegions: us-east-1 is the region of the secrets themselves",
    );
  });
});
