import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { serveDashboard } from "../demo/dashboard.ts";
import { startEmulators } from "../demo/emulators.ts";
import { seed } from "../demo/scenario.ts";
import { bundledWorker } from "../demo/worker.ts";
import { launchChromium } from "../test/support/chromium.ts";

/** Pictures of pages in a browser. Their fonts are those of the machine, so `npm run generate` doesn't make them. */
const SCREENSHOTS = {
  "widget.png": { theme: "light", height: 1_080, prepare: async () => {} },
  "widget-explain.png": { theme: "dark", height: 760, prepare: explain },
} as const satisfies Record<string, Screenshot>;

interface Screenshot {
  readonly theme: "light" | "dark";
  readonly height: number;
  readonly prepare: (page: Page) => Promise<void>;
}

/** In pixels. A page shows them smaller, so that text needs no more than that. */
const WIDTH = 1_200;

async function explain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Explain the history of “CNC mill”" }).first().click();
  await page.getByRole("heading", { name: "What to do" }).waitFor();
}

const emulators = await startEmulators();
const { config } = await seed(emulators, new Date());
const worker = await bundledWorker(config, emulators);
const dashboard = await serveDashboard(worker);
const browser = await launchChromium();
try {
  for (const [name, { theme, height, prepare }] of Object.entries(SCREENSHOTS)) {
    const page = await browser.newPage({ viewport: { width: WIDTH, height } });
    await page.goto(`${dashboard.url}/?theme=${theme}`);
    await page.getByRole("button", { name: "Allow once" }).click();
    await page.getByRole("heading", { name: "Tokens", exact: true }).waitFor();
    await prepare(page);
    const path = fileURLToPath(new URL(`../docs/pictures/${name}`, import.meta.url));
    await writeFile(path, await page.screenshot());
    console.log(`docs/pictures/${name}`);
  }
} finally {
  await browser.close();
  await dashboard.close();
  await worker.remove();
  await emulators.close();
}
