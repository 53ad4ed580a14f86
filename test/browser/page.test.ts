import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserScript } from "#browser-script";
import { selectedFrom } from "../../cli/status/filters.ts";
import { standalonePage } from "../../console/standalone.ts";
import { ANY, seenIn } from "../cli/status-bench.ts";
import { DAY, NOW, token } from "../plan/builders.ts";
import { describeInBrowser, overflowOf, styleOf } from "../support/browser.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ORDINARY = ["Press 10", "Press 9", "Lathe"];

/** Tokens that are due in this order, and one that waits. */
async function pageWith(names: readonly string[], script = browserScript("page")): Promise<string> {
  const tokens = names.map((name, index) => token(`t${index}`, { name, left: (index + 1) * DAY }));
  const waiting = token("calm", { name: "Calm", left: 300 * DAY });
  const seen = await seenIn({ tokens: [...tokens, waiting] });
  const file = join(folder, "page.html");
  writeFileSync(file, standalonePage(selectedFrom([seen], ANY, NOW), [], script));
  return pathToFileURL(file).href;
}

/** The names in the table, as they are shown. */
async function namesIn(page: Page): Promise<readonly string[]> {
  const cells = await page.locator("tbody th[scope=row]:visible").allInnerTexts();
  return cells.map((text) => text.replace(/^\S\s/, ""));
}

describeInBrowser("a page of status --html", (open) => {
  test("sorts by a column, in both directions, and shows its groups again, also without a mouse", async () => {
    const { page, errors } = await open(await pageWith(ORDINARY));
    expect(await namesIn(page)).toEqual([...ORDINARY, "Calm"]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const button = page.getByRole("columnheader", { name: "Token" }).getByRole("button");
    expect(await button.evaluate((element) => element.matches(":focus-visible"))).toBe(true);
    await page.keyboard.press("Enter");
    expect(await namesIn(page)).toEqual(["Calm", "Lathe", "Press 9", "Press 10"]);
    await page.keyboard.press("Space");
    expect(await namesIn(page)).toEqual(["Press 10", "Press 9", "Lathe", "Calm"]);
    await page.keyboard.press("Enter");
    expect(await namesIn(page)).toEqual([...ORDINARY, "Calm"]);
    await page.getByRole("rowheader", { name: "Waits for its window: 1" }).waitFor();
    await page.getByRole("button", { name: "Expires" }).dblclick();
    expect(await namesIn(page)).toEqual(["Calm", "Lathe", "Press 9", "Press 10"]);
    expect(errors).toEqual([]);
  });

  test("finds tokens by their names and ids, and by what the next run does", async () => {
    const { page } = await open(await pageWith(ORDINARY));
    const status = page.getByRole("status");
    const find = page.getByLabel("Find");
    await find.fill("PRESS");
    expect(await namesIn(page)).toEqual(["Press 10", "Press 9"]);
    expect(await status.textContent()).toBe("2 of 4 tokens");
    await find.fill("63616c6d");
    expect(await namesIn(page)).toEqual(["Calm"]);
    await find.fill("");
    await page.getByLabel("Show").selectOption("Waits for its window: 1");
    expect(await namesIn(page)).toEqual(["Calm"]);
    await page.getByLabel("Show").selectOption("All");
    await find.fill("nothing like this");
    expect(await namesIn(page)).toEqual([]);
    expect(await page.getByRole("rowheader").count()).toBe(0);
  });

  test("keeps the filter while it sorts", async () => {
    const { page } = await open(await pageWith(ORDINARY));
    await page.getByLabel("Find").fill("press");
    await page.getByRole("button", { name: "Token" }).click();
    expect(await namesIn(page)).toEqual(["Press 9", "Press 10"]);
  });

  test("can be read without script: all rows are there, and no control that does nothing", async () => {
    const { page } = await open(await pageWith(ORDINARY), { javaScriptEnabled: false });
    expect(await namesIn(page)).toEqual([...ORDINARY, "Calm"]);
    expect(await page.locator("button, input, select").count()).toBe(0);
  });

  test("has headings, a table with headers and a chart with a name for a screen reader", async () => {
    const { page } = await open(await pageWith(ORDINARY));
    for (const name of ["Losant API tokens", "No token needs a person", "Coming expiries", "Tokens"])
      await page.getByRole("heading", { name, exact: true }).waitFor();
    expect(await page.getByRole("columnheader").allInnerTexts()).toEqual([
      "Token",
      "Expires",
      "Next run",
      "Secret and its labels",
    ]);
    await page.getByRole("rowheader", { name: "Lathe" }).waitFor();
    await page.getByRole("img", { name: /When 4 tokens expire/ }).waitFor();
  });

  test.each([600, 1200, 2000])("fits into %i pixels, also with wide names", async (width) => {
    const options = { viewport: { width, height: 900 } };
    const { page } = await open(await pageWith([...ORDINARY, "工".repeat(255), "W".repeat(255)]), options);
    expect(await overflowOf(page)).toBe(0);
  });

  test("follows the theme of the system, and is light on paper", async () => {
    const { page } = await open(await pageWith(ORDINARY), { colorScheme: "dark" });
    const text = page.locator(".losant-tokens");
    expect(await styleOf(text, "background-color")).toBe("rgb(22, 29, 38)");
    await page.emulateMedia({ colorScheme: "light" });
    expect(await styleOf(text, "background-color")).toBe("rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    expect(await styleOf(text, "background-color")).toBe("rgb(255, 255, 255)");
    expect(await page.locator(".filters").isVisible()).toBe(false);
  });

  test("runs and loads nothing, whatever the names are", async () => {
    const { page, offences, errors } = await open(await pageWith(HOSTILE_NAMES));
    expect(await namesIn(page)).toHaveLength(HOSTILE_NAMES.length + 1);
    await page.getByRole("button", { name: "Token" }).click();
    await page.getByLabel("Find").fill("<img");
    expect((await namesIn(page)).length).toBeGreaterThan(0);
    expect(await page.locator("img, iframe, main a, cwdb-action").count()).toBe(0);
    expect(await page.locator("button").count()).toBe(4);
    expect([...offences, ...errors]).toEqual([]);
  });

  test("runs no script but its own", async () => {
    const { page, errors } = await open(await pageWith(ORDINARY));
    await page.locator("main").evaluate((main) => {
      const script = main.ownerDocument.createElement("script");
      script.textContent = "document.title = 'changed'";
      main.append(script);
    });
    expect(await page.title()).toBe("Losant API tokens, 2026-06-01 12:00 UTC");
    expect(errors.join("\n")).toMatch(/Content Security Policy/);
  });
});
