import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

interface Source {
  readonly file: string;
  readonly text: string;
}

function sourcesIn(folder: string): readonly Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(ROOT, folder, file), "utf8") }));
}

const importsOf = (text: string) =>
  [...text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(([, a, b]) => a ?? b ?? "");

/** What a file may not do, as `file: what`. */
function violations(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ file, text }) => {
    const found: string[] = [];
    const isRoot = file === "lambda/handler.ts";
    const isAdapter = file.startsWith("lambda/adapters/");
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    for (const path of importsOf(text)) {
      if (path.includes("adapters/") && !isRoot) found.push(`imports ${path}`);
      // What only a person may do, such as reactivating a token, stays out of the worker's reach.
      if (/\/(cli|demo|emulators|infra|test)\//.test(path)) found.push(`imports ${path}`);
      const isPure =
        path.startsWith(".") || ["valibot", "p-limit", "node:crypto", "node:util"].includes(path);
      if (!isPure && !isRoot && !isAdapter) found.push(`imports ${path}`);
    }
    if (!isRoot && /\bprocess\.env\b/.test(code)) found.push("reads process.env");
    if (
      !isRoot &&
      !isAdapter &&
      /Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|performance\.now/.test(code)
    ) {
      found.push("asks the clock or chance");
    }
    return found.map((what) => `${file}: ${what}`);
  });
}

describe("the architecture", () => {
  it("lets only the handler import adapters and read the environment, and only adapters do I/O", () => {
    expect(violations(sourcesIn("lambda"))).toEqual([]);
  });

  it("notices a violation", () => {
    const text =
      'import ky from "ky";\nimport { x } from "../adapters/losant.ts";\nconst now = new Date(process.env.NOW ?? Date.now());';
    expect(violations([{ file: "lambda/plan/plan.ts", text }])).toEqual([
      "lambda/plan/plan.ts: imports ky",
      "lambda/plan/plan.ts: imports ../adapters/losant.ts",
      "lambda/plan/plan.ts: reads process.env",
      "lambda/plan/plan.ts: asks the clock or chance",
    ]);
  });

  it("lets infra import from lambda only what describes the worker", () => {
    const allowed = [
      "policy/config.ts",
      "policy/policy.ts",
      "model/events.ts",
      "report/metrics.ts",
      "model/errors.ts",
      "model/token.ts",
      "lineage/secret-names.ts",
      "report/reminder-schedule.ts",
      "policy/request.ts",
    ];
    const paths = sourcesIn("infra").flatMap(({ text }) => importsOf(text));
    const foreign = paths.filter(
      (path) => path.includes("lambda/") && !allowed.some((file) => path.endsWith(`/lambda/${file}`)),
    );
    expect(foreign).toEqual([]);
  });

  it("keeps every file of the worker short enough to be read in one go", () => {
    const long = sourcesIn("lambda").filter(({ text }) => text.split("\n").length > 210);
    expect(long.map(({ file }) => file)).toEqual([]);
  });
});
