import { readFileSync } from "node:fs";
import type { Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { expect, test } from "vitest";
import { METRIC_UNITS } from "../../lambda/report/metrics.ts";
import { statementsOf } from "./policies.ts";
import { RENEWING, resourcesOf, synthesized } from "./synth.ts";

const deploy = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
const costs = [...deploy.matchAll(/^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm)].map(
  ([, what = "", ...numbers]) => ({ what, numbers: numbers.map(Number) }),
);

test("each line of the costs is its quantity times its price, and they add up", () => {
  let sum = 0;
  for (const { numbers } of costs) {
    const [quantity = 0, price = 0, cost = 0] = numbers;
    expect(Math.abs(quantity * price - cost)).toBeLessThan(0.0051);
    sum += cost;
  }
  expect(deploy).toContain(`| **together** | | | **${sum.toFixed(2)}** |`);
});

test("the page lists all that the worker's role may do, and nothing else", () => {
  const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000";
  const everything = (stack: Stack) => ({
    secretsKey: Key.fromKeyArn(stack, "Key", keyArn),
    tracing: true,
    config: { ...RENEWING, formerPrefixes: ["old"] },
  });
  const statements = statementsOf(synthesized(everything).template);
  const named = statements.map(({ Action }) => [Action].flat().map((action) => action.split(":")[1] ?? ""));
  const [, part = ""] = deploy.split("\n| on | may | why |\n");
  const [table = ""] = part.split("\n\n");
  const cells = table.split("\n").map((row) => row.split(" | ")[1] ?? "");
  const untold = named.filter((names) => !cells.some((cell) => names.every((name) => cell.includes(name))));
  expect(untold).toEqual([]);
  const told = cells.flatMap((cell) => cell.match(/\b[A-Z][a-z]+[A-Z]\w+/g) ?? []);
  expect(told.filter((name) => !named.flat().includes(name))).toEqual([]);
});

test("the costs count what the stack has", () => {
  const counted = (type: string) => Object.keys(resourcesOf(synthesized().template, type)).length;
  const quantityOf = (word: string) => costs.find(({ what }) => what.startsWith(word))?.numbers[0];
  expect(quantityOf("alarms")).toBe(counted("AWS::CloudWatch::Alarm"));
  expect(quantityOf("dashboard")).toBe(counted("AWS::CloudWatch::Dashboard"));
  expect(quantityOf("metrics")).toBe(Object.keys(METRIC_UNITS).length);
});
