import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generatedFiles } from "../infra/generate.ts";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import { parseConfigText } from "../lambda/policy/config.ts";
import { PICTURES } from "../pictures/pictures.ts";
import { textOf } from "./support/markdown.ts";

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test.each([...generatedFiles()])("%s is what `npm run generate` writes", (path, text) => {
  expect(readFileSync(fromRoot(path), "utf8")).toBe(text);
});

test.each(Object.entries(PICTURES))("%s is what `npm run generate` writes", async (path, draw) => {
  expect(readFileSync(fromRoot(path), "utf8")).toBe(await draw());
});

test("the README shows each picture with a text in its place, and none loads or runs anything", () => {
  const readme = textOf("README.md");
  const pictures = Object.keys(PICTURES).map((path) => ({ path, text: textOf(path) }));
  for (const { path, text } of pictures) {
    expect(readme).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(${path}\\)`));
    expect(text).toMatch(
      /^<svg [^>]*role="img"[^>]*>\n<title [^>]*>[^<]+<\/title>\n<desc [^>]*>[^<]+<\/desc>/,
    );
    expect(text).not.toMatch(
      /<(?!\/?(svg|title|desc|rect|circle|line|polyline|text)\b)|\s(on\w+|\w*:?href|style)=|url\(/,
    );
  }
  expect(pictures.reduce((total, { text }) => total + text.length, 0)).toBeLessThan(100_000);
});

test("the README shows each screenshot of `npm run screenshots`, with a text in its place, and none is large", () => {
  const shots = readdirSync(fromRoot("docs/pictures")).filter((name) => name.endsWith(".png"));
  expect(shots).toEqual(["widget-explain.png", "widget.png"]);
  for (const name of shots) {
    expect(textOf("README.md")).toMatch(new RegExp(`!\\[[^\\]]{40,}\\]\\(docs/pictures/${name}\\)`));
    expect(statSync(fromRoot(`docs/pictures/${name}`)).size).toBeLessThan(300_000);
  }
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
    expect(policy.retire).toEqual({
      deactivateAfterMs: undefined,
      deleteAfterMs: undefined,
      unread: "hold",
      roots: false,
    });
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
