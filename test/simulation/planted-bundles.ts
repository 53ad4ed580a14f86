import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BUNDLING, HANDLER_ENTRY } from "../../infra/bundling.ts";

/** A mistake in one place of the worker. */
export interface Mistake {
  readonly name: string;
  /** Under lambda/. */
  readonly file: string;
  readonly instead: string;
  readonly of: string;
  /** The promise that must be seen to break when processes are killed. */
  readonly breaks: RegExp;
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: "settles before it announces",
    file: "apply/rotate.ts",
    instead: "const owed = await failureOf(announceSuccessor(stored, context));",
    of: "await settle(arn, stamp, context); const owed = await failureOf(announceSuccessor(stored, context));",
    breaks: /^announced: .*nobody was told/m,
  },
  {
    name: "marks unfinished work with a label that everybody else uses",
    file: "apply/store.ts",
    instead: "store.stage(arn, versionId, value, rotatingLabel(stamp.tokenId))",
    of: 'store.stage(arn, versionId, value, "AWSPENDING")',
    breaks: /^rest: .*was never current/m,
  },
  {
    name: "leaves orphans alone",
    file: "plan/orphans.ts",
    instead: "(orphan) => isPastOrphanAge(orphan, input)",
    of: "() => false",
    breaks: /^leak: .*stored nowhere/m,
  },
  {
    name: "prints the string that it stores",
    file: "apply/store.ts",
    instead: "const versionId = versionIdOf(stamp);",
    of: "const versionId = versionIdOf(stamp); console.log(value?.reveal());",
    breaks: /^secrecy: .*wrote/m,
  },
];

/** The deployed bundle, except for the mistake. */
export async function bundleWith({ name, file, instead, of }: Mistake, folder: string): Promise<void> {
  const path = fileURLToPath(new URL(`../../lambda/${file}`, import.meta.url));
  const source = await readFile(path, "utf8");
  if (!source.includes(instead))
    throw new Error(`${file} has changed: there "${name}" can't be planted any more`);
  await build({
    ...BUNDLING,
    entryPoints: [HANDLER_ENTRY],
    outfile: `${folder}/index.js`,
    logLevel: "error",
    plugins: [
      {
        name: "mistake",
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, (loaded) =>
            loaded.path === path ? { contents: source.replace(instead, of), loader: "ts" } : undefined,
          ),
      },
    ],
  });
}
