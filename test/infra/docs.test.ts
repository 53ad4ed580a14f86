import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { METRIC_UNITS } from "../../lambda/report/metrics.ts";
import { resourcesOf, synthesized } from "./synth.ts";

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

test("the costs count what the stack has", () => {
  const counted = (type: string) => Object.keys(resourcesOf(synthesized().template, type)).length;
  const quantityOf = (word: string) => costs.find(({ what }) => what.startsWith(word))?.numbers[0];
  expect(quantityOf("alarms")).toBe(counted("AWS::CloudWatch::Alarm"));
  expect(quantityOf("dashboard")).toBe(counted("AWS::CloudWatch::Dashboard"));
  expect(quantityOf("metrics")).toBe(Object.keys(METRIC_UNITS).length);
});
