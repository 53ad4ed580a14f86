import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { TEST_FILES } from "../../vitest.config.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The projects of vitest.config.ts that run a file. */
function projectsOf(file: string): readonly string[] {
  return Object.entries(TEST_FILES)
    .filter(([, globs]) => globs.some((glob) => matchesGlob(file, glob)))
    .map(([project]) => project);
}

test("every test file is run by exactly one project", () => {
  const exclude = ["node_modules", "dist", "cdk.out"];
  const files = globSync("**/*.{test,spec}.*", { cwd: ROOT, exclude });
  expect(files).toContain("test/unit/projects.test.ts");
  expect(files.filter((file) => projectsOf(file).length !== 1)).toEqual([]);
});

test("a file outside of the projects' folders, or with another suffix, belongs to no project", () => {
  expect(projectsOf("test/unit/new.test.ts")).toEqual(["unit"]);
  for (const file of ["test/new/new.test.ts", "lambda/new.test.ts", "test/unit/new.spec.ts"])
    expect(projectsOf(file)).toEqual([]);
});

/** Test files share modules, so a hook at the top of a module runs only for the first file that imports it. */
const HOOK = /^(before|after)(Each|All)\(/m;

test("no module that tests share has a hook of its own", () => {
  const shared = globSync("test/**/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith(".test.ts"));
  expect(shared.length).toBeGreaterThan(20);
  expect(shared.filter((file) => HOOK.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
  expect(HOOK.test('import { afterEach } from "vitest";\nafterEach(() => {});')).toBe(true);
});
