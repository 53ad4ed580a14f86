import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleInto } from "../../infra/package/bundles.ts";
import { licensesOf } from "../../infra/package/licenses.ts";
import { packageManifest } from "../../infra/package/manifest.ts";
import { writeTexts } from "../../infra/package/package.ts";
import { inRepository } from "../../infra/package/repository.ts";
import { brokenLinks, textOf } from "../support/markdown.ts";

/* What can be seen without installing the package. test/package installs it. */

describe("the npm package", () => {
  let folder: string;
  let files: readonly string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bundles-"));
    files = await bundleInto(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("has the licence of each package whose code it contains", () => {
    const licenses = licensesOf(files, inRepository("."));
    const { dependencies } = JSON.parse(textOf("package.json")) as Readonly<Record<string, object>>;
    for (const [name, version] of Object.entries(dependencies ?? {}))
      expect(licenses).toContain(`${name} ${version}: `);
    expect(licenses).toContain("Permission is hereby granted");
    expect(licenses).not.toContain("vitest");
  });

  test("has no module that takes itself for the program that was started", () => {
    const names = readdirSync(join(folder, "command"));
    expect(names.length).toBeGreaterThan(1);
    for (const name of names)
      expect(readFileSync(join(folder, "command", name), "utf8")).not.toContain("import.meta.main");
  });

  test("has pages that explain each key of the configuration, and link only what the package contains", async () => {
    await writeTexts(folder);
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".md"),
    );
    expect(pages).toContain("RUNBOOK.md");
    for (const page of pages) expect([page, brokenLinks(page, folder)]).toEqual([page, []]);
    expect(textOf("README.md", folder)).toContain("| `secretPrefix` | `losant` |");
    expect(textOf("README.md", folder)).not.toMatch(/\{\w+\}\n/);
  });

  test("is published for everybody, with a proof of the workflow that built it, and installs nothing else", () => {
    const manifest = packageManifest();
    expect(manifest).toMatchObject({ publishConfig: { access: "public", provenance: true } });
    expect(manifest).not.toHaveProperty("dependencies");
  });
});
