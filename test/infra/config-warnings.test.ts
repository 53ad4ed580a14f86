import { Stack } from "aws-cdk-lib";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { CONFIG, newApp } from "./synth.ts";

const [APPLICATION] = CONFIG.applications ?? [];
const ofApplication = (policy: object) => ({ applications: [{ ...APPLICATION, policy }] }) as ConfigDocument;

test.each<readonly [string, number, Partial<ConfigDocument>]>([
  ["says nothing of tokens that never expire", 0, {}],
  ["only reports tokens that never expire", 0, { policy: { neverExpiring: "report" } }],
  ["gives their successors a lifetime", 0, { policy: { neverExpiring: "180d", lifetime: "90d" } }],
  ["replaces them by others that never expire", 1, { policy: { neverExpiring: "180d" } }],
  ["does so for one application", 1, ofApplication({ neverExpiring: "180d" })],
  [
    "does so for one token",
    1,
    ofApplication({ tokens: [{ match: "backend", neverExpiring: "180d", lifetime: "same" }] }),
  ],
])("a policy that %s has %i warnings at synth", (_, warnings, more) => {
  // Without the report, which would show the warning while the tests run.
  const app = newApp({ "@aws-cdk/core:annotationsInValidationReport": false });
  const stack = new Stack(app, "Test");
  new TokenRotation(stack, "TokenRotation", { config: { ...CONFIG, ...more } });
  expect(
    Annotations.fromStack(stack).findWarning("*", Match.stringLikeRegexp("never expire either")),
  ).toHaveLength(warnings);
});
