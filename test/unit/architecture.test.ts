import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { ERROR_KINDS } from "../../lambda/model/errors.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The parts of lambda/, in the order of the pipeline. Each imports only itself and the parts above it. */
const PIPELINE = [
  "model",
  "limits.ts",
  "ports.ts",
  "policy",
  "lineage",
  "plan",
  "observe",
  "apply",
  "report",
  "run",
  "handler.ts",
];
/** Adapters aren't part of the pipeline. Only the composition root imports them, and they import only facts and contracts. */
const ADAPTERS = "adapters";
const ADAPTERS_IMPORT = ["model", "limits.ts", "ports.ts", ADAPTERS];

/** What the stack needs from the worker: its words, its configuration, and what its alarms and rules match. */
const INFRA_IMPORTS = [
  "lambda/model/",
  "lambda/policy/",
  "lambda/lineage/secret-names.ts",
  "lambda/report/metrics.ts",
];

interface Source {
  readonly file: string;
  readonly text: string;
}

function sourcesIn(...folders: readonly string[]): readonly Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => ({
        file: posix.join(folder, file.replaceAll("\\", "/")),
        text: readFileSync(join(ROOT, folder, file), "utf8"),
      })),
  );
}

const codeOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** `import`, `import type`, `import("…")` and `export … from`. Files of this repository are named by their paths. */
function importsOf({ file, text }: Source): readonly string[] {
  return [...codeOf(text).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path = ""]) =>
    path.startsWith(".") ? posix.join(posix.dirname(file), path) : path,
  );
}

const partOf = (file: string) => file.split("/")[1] ?? "";

/** In lambda/: files that import something below them or bypass the contracts, and files outside of the pipeline's folders. */
function misplaced(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const part = partOf(source.file);
    const isAdapter = part === ADAPTERS;
    if (!isAdapter && !PIPELINE.includes(part)) return [`${source.file} is in no folder of the pipeline`];
    const own = importsOf(source).filter((path) => path.includes("/") && path.endsWith(".ts"));
    const allowed = (path: string) => {
      if (!path.startsWith("lambda/")) return false;
      if (isAdapter) return ADAPTERS_IMPORT.includes(partOf(path));
      if (partOf(path) === ADAPTERS) return part === "handler.ts";
      return PIPELINE.indexOf(partOf(path)) <= PIPELINE.indexOf(part);
    };
    return own.filter((path) => !allowed(path)).map((path) => `${source.file} imports ${path}`);
  });
}

/** In lambda/: only adapters and the composition root may use I/O, the environment, the clock and random numbers. */
function impurities(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const { file, text } = source;
    const isHandler = file === "lambda/handler.ts";
    const mayDoIo = isHandler || partOf(file) === ADAPTERS;
    const pure = ["valibot", "p-limit", "node:crypto", "node:util"];
    const packages = importsOf(source).filter((path) => !path.endsWith(".ts") && !pure.includes(path));
    const code = codeOf(text);
    const asks = /Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|performance\.now/.test(code);
    return [
      ...(mayDoIo ? [] : packages.map((path) => `${file} imports ${path}`)),
      ...(!isHandler && /\bprocess\.env\b/.test(code) ? [`${file} reads the environment`] : []),
      ...(!mayDoIo && asks ? [`${file} asks the clock or chance`] : []),
    ];
  });
}

/** Pages are functions of what was seen: they read no environment and no clock, and call nobody. */
const PAGES_IMPORT = /^(console\/|cli\/(status|terminal)\/|lambda\/(model|plan|policy)\/)/;

function impurePages(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ file, text }) => {
    const code = codeOf(text).replace(/import type [^;]*;/g, "");
    const odd = importsOf({ file, text: code }).filter((path) => !PAGES_IMPORT.test(path));
    const asks = /\bprocess\.|Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|performance\.now/.test(
      code,
    );
    return [
      ...odd.map((path) => `${file} imports ${path}`),
      ...(asks ? [`${file} asks its surroundings`] : []),
    ];
  });
}

/** Imports from a forbidden folder. */
function reaching(sources: readonly Source[], isForbidden: (path: string) => boolean): readonly string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((path) => path.endsWith(".ts") && isForbidden(path))
      .map((path) => `${source.file} imports ${path}`),
  );
}

/** The circles of imports, each once, in the order of the files. */
function circles(sources: readonly Source[]): readonly string[] {
  const imports = new Map(sources.map((source) => [source.file, importsOf(source)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) if (imports.has(next)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

/** Names that shipped files export with more than one meaning. A schema and its type may share a name. */
function ambiguousExports(sources: readonly Source[]): readonly string[] {
  const exporters = Map.groupBy(
    sources.flatMap(({ file, text }) => {
      const found = codeOf(text).matchAll(
        /^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm,
      );
      return [...new Set([...found].map(([, name = ""]) => name))].map((name) => ({ name, file }));
    }),
    ({ name }) => name,
  );
  return [...exporters]
    .filter(([, files]) => files.length > 1)
    .map(([name, files]) => `${name}: ${files.map(({ file }) => file).join(", ")}`);
}

const SHIPPED = ["lambda", "infra", "cli", "console", "emulators", "demo"] as const;
const EVERYTHING = [...SHIPPED, "examples", "bench", "pictures", "test"] as const;
const source = (file: string, ...lines: readonly string[]): Source => ({ file, text: lines.join("\n") });

describe("the worker", () => {
  it("has the folders of its pipeline, of which each imports only those above it", () => {
    expect(misplaced(sourcesIn("lambda"))).toEqual([]);
  });

  it("does I/O in its adapters alone, and reads the environment in its handler alone", () => {
    expect(impurities(sourcesIn("lambda"))).toEqual([]);
  });

  it("has no error code that nothing gives", () => {
    const sources = sourcesIn("lambda").filter(({ file }) => file !== "lambda/model/errors.ts");
    const isGiven = (code: string) => sources.some(({ text }) => codeOf(text).includes(`"${code}"`));
    expect(Object.keys(ERROR_KINDS).filter((code) => !isGiven(code))).toEqual([]);
  });

  it.each([
    ["from below", "lambda/plan/head.ts", 'import type { Outcome } from "../apply/outcomes.ts";'],
    [
      "from an adapter",
      "lambda/run/run.ts",
      'import { eventBridgeBus } from "../adapters/aws/event-bridge.ts";',
    ],
    ["past the contracts", "lambda/adapters/scrub.ts", 'export type { Policy } from "../policy/policy.ts";'],
    [
      "out of the worker",
      "lambda/apply/apply.ts",
      'import { reactivate } from "../../cli/undo/reactivate.ts";',
    ],
    ["a type in passing", "lambda/model/token.ts", 'export let x: import("../ports.ts").Clock;'],
  ])("notices an import %s", (_, file, line) => {
    expect(misplaced([source(file, line)])).toHaveLength(1);
  });

  it("notices a loose file", () => {
    expect(misplaced([source("lambda/helpers.ts")])).toEqual([
      "lambda/helpers.ts is in no folder of the pipeline",
    ]);
  });

  it.each([
    ["a package that does I/O", 'import ky from "ky";'],
    ["the environment", "const level = process.env.LOG_LEVEL;"],
    ["the clock", "const now = new Date();"],
    ["chance", "const jitter = Math.random();"],
  ])("notices %s in its core", (_, line) => {
    expect(impurities([source("lambda/plan/plan.ts", "/** Pure. */", line)])).toHaveLength(1);
  });

  it("notices the environment in an adapter", () => {
    expect(
      impurities([source("lambda/adapters/scrub.ts", "export const on = process.env.SCRUB;")]),
    ).toHaveLength(1);
  });
});

describe("the repository", () => {
  it("has no circle of files, types included", () => {
    expect(circles(sourcesIn(...EVERYTHING))).toEqual([]);
  });

  it("notices a circle, also one of types, and of a file with itself", () => {
    const ring = [
      source("a/one.ts", 'import { two } from "./two.ts";'),
      source("a/two.ts", 'import type { Three } from "../b/three.ts";'),
      source("b/three.ts", 'export type { One } from "../a/one.ts";'),
    ];
    expect(circles(ring)).toEqual(["a/one.ts → a/two.ts → b/three.ts → a/one.ts"]);
    expect(circles([source("a/self.ts", 'import { x } from "./self.ts";')])).toHaveLength(1);
  });

  it("has emulators that know nothing of the worker, or of anything else", () => {
    const isOutside = (path: string) => !path.startsWith("emulators/");
    expect(reaching(sourcesIn("emulators"), isOutside)).toEqual([]);
    const planted = source(
      "emulators/aws/views.ts",
      'import { SecretName } from "../../lambda/model/secret.ts";',
    );
    expect(reaching([planted], isOutside)).toHaveLength(1);
  });

  it("has a stack that imports of the worker only what describes it", () => {
    const isHidden = (path: string) =>
      path.startsWith("lambda/") && !INFRA_IMPORTS.some((allowed) => path.startsWith(allowed));
    expect(reaching(sourcesIn("infra"), isHidden)).toEqual([]);
    const planted = source("infra/alarms.ts", 'import { plan } from "../lambda/plan/plan.ts";');
    expect(reaching([planted], isHidden)).toHaveLength(1);
  });

  it("has a widget that reads the environment in its handler alone", () => {
    const reads = sourcesIn("console").filter(({ text }) => /\bprocess\.env\b/.test(codeOf(text)));
    expect(reads.map(({ file }) => file)).toEqual(["console/handler.ts"]);
  });

  it("has pages that are functions of what was seen", () => {
    expect(impurePages(sourcesIn("console/render"))).toEqual([]);
    const planted = source(
      "console/render/page.ts",
      'import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";',
      "const now = new Date();",
    );
    expect(impurePages([planted])).toHaveLength(2);
  });

  it("has a stack that imports of the widget only the addresses of consoles", () => {
    const isHidden = (path: string) => path.startsWith("console/") && path !== "console/console-domains.ts";
    expect(reaching(sourcesIn("infra"), isHidden)).toEqual([]);
    expect(
      reaching([source("infra/console.ts", 'import { widget } from "../console/handler.ts";')], isHidden),
    ).toHaveLength(1);
  });

  it("exports each name with one meaning", () => {
    expect(ambiguousExports(sourcesIn(...SHIPPED))).toEqual([]);
    const planted = [
      source("lambda/apply/rotate.ts", "export async function rotate() {}"),
      source(
        "cli/rotate/rotate.ts",
        "export const Flags = 1;",
        "export type Flags = 1;",
        "export const rotate = 1;",
      ),
    ];
    expect(ambiguousExports(planted)).toEqual(["rotate: lambda/apply/rotate.ts, cli/rotate/rotate.ts"]);
  });

  it("ships nothing that imports tests, benchmarks, pictures or examples", () => {
    const isUnshipped = (path: string) => /^(test|bench|pictures|examples)\//.test(path);
    expect(reaching(sourcesIn(...SHIPPED), isUnshipped)).toEqual([]);
    const planted = source("cli/status/status.ts", 'import { World } from "../../test/support/world.ts";');
    expect(reaching([planted], isUnshipped)).toHaveLength(1);
  });
});
