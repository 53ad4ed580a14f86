import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleHandler } from "./bundling.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST);
await bundleHandler(DIST);
// The repository is of type "module", the bundle is CommonJS: it has to be told so where it lies.
await writeFile(join(DIST, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
const { size } = await stat(join(DIST, "index.js"));
console.log(`dist/index.js, ${Math.round(size / 1024)} kB`);
