import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generatedFiles } from "../infra/generate.ts";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import { parseConfigText } from "../lambda/policy/config.ts";

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
