import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dashboardPicture } from "./dashboard.ts";
import { demoPicture } from "./demo.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Each picture of the README: its path in the repository, and how it is made. The same text every time. */
export const PICTURES = {
  "docs/pictures/demo.svg": demoPicture,
  "docs/pictures/dashboard.svg": dashboardPicture,
} as const satisfies Record<string, () => Promise<string>>;

if (import.meta.main) {
  for (const [path, draw] of Object.entries(PICTURES)) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), await draw());
    console.log(path);
  }
}
