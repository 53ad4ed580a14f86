import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

const { CHROMIUM = "" } = process.env;
/** The one that `CHROMIUM` names, by its name or path. Otherwise the first of these that is there. */
const PROGRAMS = CHROMIUM === "" ? ["chromium", "chromium-browser", "google-chrome"] : [CHROMIUM];

const isThere = (program: string) => spawnSync(program, ["--version"]).status === 0;
const program = PROGRAMS.find(isThere);

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
