/* npm run mutate -- lambda/apply: plants small faults into copies of the source, one at a time, and prints those that no test notices. */
import { spawn } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Fault, faultsOf } from "./faults.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A fault can cause an endless loop. */
const LONGEST_MS = 300_000;

interface Planted extends Fault {
  readonly file: string;
  readonly source: string;
}

type End = "noticed" | "took too long" | "refused by the compiler" | "survived";

/** A sample of all faults that can be planted at a path. It is the same for the same seed and source. */
function sampleOf(path: string, count: number, seed: number): readonly Planted[] {
  const all = globSync([path, `${path}/**/*.ts`], { cwd: ROOT })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, file), "utf8");
      return faultsOf(source).map((fault) => ({ ...fault, file, source }));
    });
  // Sorted by multiples of an irrational number, modulo 1, so that every part of the list is spread over the source.
  const rank = (index: number) => ((index + seed) * Math.SQRT1_2 * 1_000) % 1;
  return all
    .map((fault, index) => ({ fault, at: rank(index) }))
    .sort((one, other) => one.at - other.at)
    .slice(0, count)
    .map(({ fault }) => fault);
}

/** The exit code of a process; null if it took too long and was ended together with its children. */
async function exitCodeOf(command: readonly string[], cwd: string): Promise<number | null> {
  const child = spawn("node", ["with-node.mjs", ...command], { cwd, stdio: "ignore", detached: true });
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), LONGEST_MS);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  return code;
}

/** The result for a fault: the tests that import its file decide. If they pass, the compiler decides. */
async function endOf(fault: Planted, copy: string, projects: readonly string[]): Promise<End> {
  const { file, source, start, end, replacement } = fault;
  writeFileSync(join(copy, file), source.slice(0, start) + replacement + source.slice(end));
  const tests = ["vitest", "related", file, "--run", "--bail", "1", "--maxWorkers", "1", "--passWithNoTests"];
  const tested = await exitCodeOf([...tests, ...projects.flatMap((name) => ["--project", name])], copy);
  const compiled = tested === 0 ? await exitCodeOf(["tsc", "--noEmit", "-p", "."], copy) : 0;
  writeFileSync(join(copy, file), source);
  if (tested === null) return "took too long";
  if (tested !== 0) return "noticed";
  return compiled === 0 ? "survived" : "refused by the compiler";
}

/** A copy of the repository with the installed packages. It is removed when this process ends. */
function copied(): string {
  const copy = mkdtempSync(join(tmpdir(), "mutated-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const name of readdirSync(ROOT))
    if (!/^(node_modules|\.git|cdk\.out|dist)$/.test(name))
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

const USAGE = `Usage: npm run mutate -- PATH ... [options]

Plants small faults into copies of the source, one at a time, and prints those
that no test notices. PATH is a file or a folder, such as lambda/apply.

  --count N               how many faults of each path (30)
  --seed S                which of them (1)
  --project NAME          a project of vitest.config.ts whose tests decide; may
                          be repeated (unit)
  -h, --help              this text`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h", default: false },
    count: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    project: { type: "string", multiple: true, default: ["unit"] },
  },
});
async function passesUnchanged(projects: readonly string[]): Promise<boolean> {
  const tests = ["vitest", "run", ...projects.flatMap((name) => ["--project", name])];
  return (await exitCodeOf(tests, ROOT)) === 0;
}

if (values.help || positionals.length === 0) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
if (!(await passesUnchanged(values.project))) {
  console.error("The tests fail without any planted fault. Fix them first.");
  process.exit(2);
}

const shown = (text: string) => text.replace(/\s+/g, " ").slice(0, 100);
process.once("SIGINT", () => process.exit(130));
for (const path of positionals) {
  const queue = sampleOf(path, Number(values.count), Number(values.seed)).values();
  const ends: Record<End, number> = {
    noticed: 0,
    "took too long": 0,
    "refused by the compiler": 0,
    survived: 0,
  };
  const work = async () => {
    const copy = copied();
    for (const fault of queue) {
      const end = await endOf(fault, copy, values.project);
      ends[end] += 1;
      const { file, source, start, replacement } = fault;
      const line = source.slice(0, start).split("\n").length;
      if (end !== "noticed")
        console.log(
          `${end}: ${file}:${line} ${shown(source.slice(start, fault.end))} → ${shown(replacement)}`,
        );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(
    `${path}: ${Object.entries(ends)
      .map(([end, count]) => `${count} ${end}`)
      .join(", ")}`,
  );
}
