import type { Browser, BrowserContextOptions, Locator, Page, Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { HAS_CHROMIUM, launchChromium } from "./chromium.ts";

/** `.ci/run` sets it: tests fail if there is no browser. Elsewhere, they are skipped. */
const IS_REQUIRED = process.env.REQUIRED_BROWSER === "chromium";

/** How long an element may take to appear, on a machine that does other work. */
const PATIENCE_MS = 15_000;

declare const getComputedStyle: (element: unknown) => { getPropertyValue(name: string): string };

/** The value of a property of CSS that applies to the element. */
export function styleOf(element: Locator, property: string): Promise<string> {
  return element.evaluate((found, name) => getComputedStyle(found).getPropertyValue(name), property);
}

/** How many pixels of the page, or of a part of it, are beyond its right edge. */
export function overflowOf(page: Page, part = "html"): Promise<number> {
  return page.locator(part).evaluate((root) => root.scrollWidth - root.clientWidth);
}

/** A page, and what it must not do. */
export interface WatchedPage {
  readonly page: Page;
  /** Requests to anything but this machine, and dialogs that a script opened. */
  readonly offences: readonly string[];
  /** Errors of scripts, and what the content security policy blocked. */
  readonly errors: readonly string[];
}

/** Tests that need a browser. The function opens a page in a new profile. */
export function describeInBrowser(
  name: string,
  define: (open: (url: string, options?: BrowserContextOptions) => Promise<WatchedPage>) => void,
): void {
  const isSkipped = !HAS_CHROMIUM && !IS_REQUIRED;
  if (isSkipped)
    console.warn(`Skipped: ${name}. There is no Chromium. Install it, or set CHROMIUM to its path.`);
  describe.skipIf(isSkipped)(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    });
    afterAll(() => browser?.close());

    define(async (url, options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const [offences, errors]: [string[], string[]] = [[], []];
      const noteForeign = (request: Request) => {
        if (!/^(http:\/\/127\.0\.0\.1:|file:|data:|about:)/.test(request.url())) offences.push(request.url());
      };
      context.on("requestfinished", noteForeign);
      // What the content security policy blocks is a request for Playwright, but never leaves the browser.
      context.on("requestfailed", (request) => {
        if (request.failure()?.errorText !== "csp") noteForeign(request);
      });
      context.on("dialog", (dialog) => {
        offences.push(`${dialog.type()}: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => void (message.type() === "error" && errors.push(message.text())));
      await page.goto(url);
      return { page, offences, errors };
    });
  });
}
