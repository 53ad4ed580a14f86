import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serveDashboard } from "../../demo/dashboard.ts";
import { type Emulators, startEmulators } from "../../demo/emulators.ts";
import { STORIES, seed } from "../../demo/scenario.ts";
import { stateOf } from "../../demo/state.ts";
import { bundledWorker, type LocalWorker, WIDGET_ARN, WORKER_ARN } from "../../demo/worker.ts";
import type { CloudWatchEmulator } from "../../emulators/cloudwatch/server.ts";
import { describeInBrowser, overflowOf, styleOf } from "../support/browser.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";

let emulators: Emulators;
let worker: LocalWorker;
let dashboard: CloudWatchEmulator;
let earlier = 0;

/** The tests share these, because to bundle the functions takes longer than a test. Each uses other tokens. */
beforeAll(async () => {
  emulators = await startEmulators();
  const { config } = await seed(emulators, new Date());
  worker = await bundledWorker(config, emulators);
  dashboard = await serveDashboard(worker);
});
beforeEach(() => {
  earlier = dashboard.invocations.length;
});
afterAll(async () => {
  await dashboard.close();
  await worker.remove();
  await emulators.close();
});

const DAY_MS = 86_400_000;
const [, , WORKSHOP] = STORIES.map(({ id }) => id);
/** The token with this name that was created last. */
const tokenNamed = (name: string) => stateOf(emulators).tokens.findLast((token) => token.name === name);
const tokensNamed = (name: string) => stateOf(emulators).tokens.filter((token) => token.name === name);
/** The calls of this test. */
const calls = () => dashboard.invocations.slice(earlier);
const callsOfWorker = () => calls().filter(({ endpoint }) => endpoint === WORKER_ARN);

/** The button of the token in the table; the summary above may have the same. */
function buttonOf(page: Page, about: string): Locator {
  return page.locator("table").getByRole("button", { name: about }).first();
}

describeInBrowser("the widget on a dashboard", (open) => {
  async function shown(query = "", options: Parameters<typeof open>[1] = {}) {
    const opened = await open(`${dashboard.url}/${query}`, options);
    await opened.page.getByRole("button", { name: "Allow once" }).click();
    await opened.page.getByRole("heading", { name: "Tokens", exact: true }).waitFor();
    return opened;
  }

  const popupOf = async (page: Page): Promise<Locator> => {
    const popup = page.getByRole("dialog").locator(":scope > div:not([aria-busy])");
    await popup.waitFor();
    return popup;
  };

  test("says what needs a person first and why, and rotates it by two clicks", async () => {
    const { page, errors } = await shown();
    const [first] = await page.getByRole("heading", { level: 2 }).allInnerTexts();
    expect(first).toMatch(/^\d+ tokens need a person$/);
    const told = page.getByRole("listitem").filter({ hasText: "test rig 3" });
    expect(await told.textContent()).toMatch(/expires in \d+ d: your policy excludes its name\nWhat to do: /);
    const before = tokensNamed("test rig 3").length;
    await told.getByRole("button", { name: /^Rotate / }).click();
    const question = page.getByRole("dialog");
    expect(await question.textContent()).toMatch(
      /creates a successor of “test rig 3”.*The old token keeps working/,
    );
    expect(callsOfWorker()).toEqual([]);
    await page.getByRole("button", { name: "Confirm" }).click();
    expect(await (await popupOf(page)).textContent()).toMatch(
      /The run is complete[\s\S]*test rig 3\s*was replaced/,
    );
    expect(tokensNamed("test rig 3")).toHaveLength(before + 1);
    const secretName = emulators.aws.secretNames().find((name) => name.includes("/test_rig_3_")) ?? "";
    const secret = emulators.aws.secret(secretName);
    const current = secret?.versions.find(({ labels }) => labels.includes("AWSCURRENT"));
    expect(current?.versionId).toContain(`${tokenNamed("test rig 3")?.id}`);
    expect(errors).toEqual([]);
  });

  test("shows what a run would do, and writes nothing", async () => {
    const { page } = await shown();
    const before = JSON.stringify(stateOf(emulators));
    await buttonOf(page, "Dry run of “my-server”").click();
    await page.getByRole("button", { name: "Confirm" }).click();
    expect(await (await popupOf(page)).textContent()).toContain("my-server");
    expect(callsOfWorker()).toMatchObject([{ event: { dryRun: true } }]);
    expect(JSON.stringify(stateOf(emulators))).toBe(before);
  });

  test("replaces a token that has leaked, and deactivates the old one", async () => {
    const { page } = await shown();
    const old = tokenNamed("Line 4 PLC")?.id;
    await buttonOf(page, "Replace and deactivate “Line 4 PLC”").click();
    await page.getByRole("button", { name: "Confirm" }).click();
    expect(await (await popupOf(page)).textContent()).toContain("Line 4 PLC");
    expect(tokensNamed("Line 4 PLC").map(({ id, status }) => [id === old, status])).toEqual([
      [true, "inactive"],
      [false, "active"],
    ]);
  });

  test("explains a lineage in a popup, which Escape closes, and gives the focus back", async () => {
    const { page } = await shown();
    const button = buttonOf(page, "Explain the history of “Paint robot”");
    await button.focus();
    await page.keyboard.press("Enter");
    const popup = await popupOf(page);
    await popup.getByRole("heading", { name: /^Paint robot, in application/ }).waitFor();
    for (const name of ["Its tokens, oldest first", "What the next run does", "What to do"])
      await popup.getByRole("heading", { name }).waitFor();
    await page.keyboard.press("Escape");
    await popup.waitFor({ state: "detached" });
    expect(await button.evaluate((element) => element.matches(":focus"))).toBe(true);
    expect(calls().map(({ endpoint }) => endpoint)).toEqual([WIDGET_ARN, WIDGET_ARN]);
  });

  test("can be used with the keyboard alone: Tab goes from the first button to the next, and shows where it is", async () => {
    const { page } = await shown();
    await page.locator(".widget").evaluate((widget) => {
      widget.tabIndex = -1;
      widget.focus();
    });
    const focused = page.locator(":focus");
    const names: (string | null)[] = [];
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press("Tab");
      names.push(await focused.getAttribute("aria-label"));
      expect(await styleOf(focused, "outline-style")).toBe("solid");
    }
    expect(names.map((name) => name?.split(" ")[0])).toEqual(["Explain", "Dry", "Explain", "Dry"]);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Confirm" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(callsOfWorker()).toEqual([]);
  });

  test("shows one application, or one token, as its form says", async () => {
    const { page } = await shown();
    await page.getByRole("textbox", { name: "Token" }).fill("my-*");
    await page.getByRole("button", { name: "Show the tokens that match" }).click();
    await expect.poll(() => page.locator("tbody th[scope=row]").count()).toBe(1);
    await page.getByRole("rowheader", { name: "my-server" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Token" }).inputValue()).toBe("my-*");
  });

  test("has headings, a table with headers and a chart with a name for a screen reader", async () => {
    const { page } = await shown();
    await page.getByRole("img", { name: /When \d+ tokens expire/ }).waitFor();
    expect(await page.getByRole("columnheader").allInnerTexts()).toEqual([
      "Token",
      "Application",
      "Expires",
      "Next run",
      "Secret and its labels",
      "Actions",
    ]);
    expect(await page.getByRole("table").count()).toBe(1);
    expect(await page.getByRole("rowheader").count()).toBeGreaterThan(50);
    const unnamed = page.locator("button:not([aria-label]):not(:has-text(''))");
    expect(await unnamed.count()).toBe(0);
  });

  test.each([600, 2_000])("fits into %i pixels, in both themes", async (width) => {
    for (const theme of ["light", "dark"] as const) {
      const { page } = await shown(`?theme=${theme}`, { viewport: { width, height: 900 } });
      expect(await overflowOf(page)).toBe(0);
      expect(await overflowOf(page, ".widget")).toBe(0);
      const ground = await styleOf(page.locator(".losant-tokens"), "background-color");
      expect(ground).toBe(theme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 29, 38)");
    }
  });

  test("shows names as text: they open nothing, load nothing and add no button", async () => {
    const buttonsBefore = await countButtons();
    for (const [index, name] of HOSTILE_NAMES.entries())
      emulators.losant.addToken(`${WORKSHOP}`, {
        name,
        scope: ["devices.get"],
        creationDate: new Date(Date.now() - 80 * DAY_MS),
        expirationDate: new Date(Date.now() + (index + 1) * DAY_MS),
      });
    const { page, offences, errors } = await shown("", { viewport: { width: 600, height: 900 } });
    // Explain, dry run, rotate and leaked.
    expect(await page.locator("table button").count()).toBe(buttonsBefore + 4 * HOSTILE_NAMES.length);
    expect(await page.locator(".widget img, .widget iframe, .widget script, cwdb-action").count()).toBe(0);
    expect(await overflowOf(page)).toBe(0);
    await buttonOf(page, "Rotate “·img src=x").click();
    expect(await page.getByRole("dialog").textContent()).toContain("“·img src=x onerror=alert(1)·”");
    await page.getByRole("button", { name: "Confirm" }).click();
    expect(await (await popupOf(page)).textContent()).toContain("<img src=x onerror=alert(1)>");
    expect(await page.locator("dialog img").count()).toBe(0);
    await page.keyboard.press("Escape");
    await buttonOf(page, "Explain the history of “[link]").click();
    expect(await (await popupOf(page)).getByRole("link").count()).toBe(0);
    expect([...offences, ...errors]).toEqual([]);
    expect(callsOfWorker()).toHaveLength(1);
    expect(await page.content()).not.toContain("eyJ");
  });

  async function countButtons(): Promise<number> {
    const { page } = await shown();
    return page.locator("table button").count();
  }

  test("shows what could be seen, beside the application that could not be", async () => {
    for (const value of ["one", "two"]) emulators.aws.putSecret("losant-access/workshop", value);
    const { page } = await shown();
    await page
      .getByText(/application 5c3f1e7a2b9d4e0007a8b9c0.*access-token-/)
      .first()
      .waitFor();
    await page.getByRole("rowheader", { name: "my-server" }).waitFor();
  });
});
