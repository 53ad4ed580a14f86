import { readFileSync } from "node:fs";
import type { Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { expect, test } from "vitest";
import { FLEET_METRIC_UNITS, METRIC_UNITS } from "../../lambda/report/metrics.ts";
import { READ_BY_ANOTHER_ACCOUNT } from "../support/resource-policy.ts";
import { FLEET } from "./fleet.ts";
import { statementsOf } from "./policies.ts";
import { CONFIG, RENEWING, resourcesOf, synthesized } from "./synth.ts";

const deploy = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
interface CostLine {
  readonly what: string;
  readonly numbers: readonly number[];
}

/** The tables of costs, each with its lines and its sum. */
const tables = deploy
  .split("| what | quantity | price | cost |\n")
  .slice(1)
  .map((part) => {
    const [table = ""] = part.split("\n\n");
    const lines = [...table.matchAll(/^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$/gm)].map(
      ([, what = "", ...numbers]): CostLine => ({ what, numbers: numbers.map(Number) }),
    );
    const [, sum] = /^\| \*\*together\*\* \| \| \| \*\*([\d.]+)\*\* \|$/m.exec(table) ?? [];
    return { lines, sum: Number(sum) };
  });
const [small, large] = tables;

test("each line of the costs is its quantity times its price, and they add up", () => {
  expect(tables).toHaveLength(2);
  for (const { lines, sum } of tables) {
    for (const { numbers } of lines) {
      const [quantity = 0, price = 0, cost = 0] = numbers;
      expect(Math.abs(quantity * price - cost)).toBeLessThan(0.0051);
    }
    expect(lines.reduce((total, { numbers }) => total + (numbers[2] ?? 0), 0)).toBeCloseTo(sum, 5);
  }
});

test("a fleet of 100,000 applications costs at most thirty dollars beside its secrets", () => {
  expect(large?.sum).toBeLessThanOrEqual(30);
});

const REPLICA = { region: "us-east-1", kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/1" };

test("the page lists all that the worker's role may do, and nothing else", () => {
  const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000";
  const everything = (stack: Stack) => ({
    secretsKey: Key.fromKeyArn(stack, "Key", keyArn),
    tracing: true,
    config: {
      ...RENEWING,
      formerPrefixes: ["old"],
      newSecrets: {
        tags: { owner: "iot" },
        replicaRegions: [REPLICA],
        resourcePolicy: READ_BY_ANOTHER_ACCOUNT,
      },
    },
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

test.each([
  ["one run in each interval", CONFIG, Object.keys(METRIC_UNITS).length, () => small],
  ["a fleet", FLEET, Object.keys({ ...METRIC_UNITS, ...FLEET_METRIC_UNITS }).length + 24, () => large],
] as const)("the costs count what the stack of %s has", (_, config, metrics, table) => {
  const { template } = synthesized({ config });
  const counted = (type: string) => Object.keys(resourcesOf(template, type)).length;
  const quantityOf = (word: string) =>
    table()?.lines.find(({ what }) => what.startsWith(word))?.numbers[0] ?? 0;
  expect(quantityOf("alarms")).toBe(counted("AWS::CloudWatch::Alarm"));
  expect(quantityOf("composite alarms")).toBe(counted("AWS::CloudWatch::CompositeAlarm"));
  expect(quantityOf("dashboard")).toBe(counted("AWS::CloudWatch::Dashboard"));
  expect(quantityOf("metrics")).toBe(metrics);
});
