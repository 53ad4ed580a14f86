import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generatedFiles } from "../infra/generate.ts";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import { parseConfigText } from "../lambda/policy/config.ts";
import { textOf } from "./support/markdown.ts";

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test.each([...generatedFiles()])("%s is what `npm run generate` writes", (path, text) => {
  expect(readFileSync(fromRoot(path), "utf8")).toBe(text);
});

test("there is a schema for each detail type, and none for one that is gone", () => {
  expect(readdirSync(fromRoot("docs/events"))).toHaveLength(Object.keys(EVENT_CATALOGUE).length);
});

test("the example configuration is valid, and names the schema that an editor checks it with", () => {
  const text = readFileSync(fromRoot("rotation.config.example.json"), "utf8");
  expect(() => parseConfigText(text, "rotation.config.example.json")).not.toThrow();
  const { $schema } = JSON.parse(text) as { readonly $schema: string };
  expect(existsSync(fromRoot($schema))).toBe(true);
});

test("the example configuration ends no token's life as it stands, and the README explains each of its settings", () => {
  const text = textOf("rotation.config.example.json");
  for (const { policy } of parseConfigText(text, "rotation.config.example.json").applications) {
    expect(policy.retire).toEqual({ deactivateAfterMs: undefined, deleteAfterMs: undefined });
    expect(policy.neverExpiringMs).toBe("report");
  }
  const { schedule, policy, applications } = JSON.parse(text) as {
    readonly schedule: string;
    readonly policy: object;
    readonly applications: readonly { readonly secrets: object }[];
  };
  const [, table = ""] = textOf("README.md").split("| in the example | what it does |");
  const settings = Object.entries({ schedule, ...policy, renew: true, ...applications[0]?.secrets });
  expect(settings.length).toBeGreaterThan(5);
  const written = settings.map(([key, value]) => `\`"${key}": ${JSON.stringify(value)}\``);
  expect(written.filter((setting) => !table.includes(setting))).toEqual([]);
});
