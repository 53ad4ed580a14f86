import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

/** Any of these, in this order. `CHROMIUM` is a name or a path. */
const PROGRAMS = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"];

const isThere = (program: string) => spawnSync(program, ["--version"]).status === 0;
const program = PROGRAMS.find((name) => name !== undefined && name !== "" && isThere(name));

export const HAS_CHROMIUM = program !== undefined;

/** @throws Error if there is none */
export async function launchChromium(): Promise<Browser> {
  if (program === undefined)
    throw new Error("There is no Chromium. Install it, or set CHROMIUM to its path.");
  const isPath = program.includes("/");
  const path = isPath ? program : spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
  return chromium.launch({
    executablePath: path,
    args: ["--disable-gpu", "--disable-quic", "--no-first-run"],
  });
}
