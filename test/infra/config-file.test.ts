import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { CONFIG_FILE, EXAMPLE_FILE, readConfigFile } from "../../infra/config-file.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test.each([CONFIG_FILE, EXAMPLE_FILE])("%s may begin with a byte order mark", (name) => {
  const folder = folderWith({ [name]: '\ufeff{"applications": []}\r\n' });
  expect(readConfigFile(folder).document).toEqual({ applications: [] });
});

test("a file that is no JSON is named, and not quoted", () => {
  const folder = folderWith({ [CONFIG_FILE]: '{"PLANTED' });
  expect(() => readConfigFile(folder)).toThrow(/^rotation\.config\.json is not valid JSON$/);
});
