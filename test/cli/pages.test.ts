import { expect, test } from "vitest";
import { EVERYWHERE } from "../../cli/command/flags.ts";
import { SUBCOMMANDS } from "../../cli/subcommands.ts";
import { textOf } from "../support/markdown.ts";

const PAGES = [
  "README.md",
  "RUNBOOK.md",
  "infra/package/README.md",
  ...["deploy", "operate", "status", "events", "security", "console", "RELIABILITY"].map(
    (page) => `docs/${page}.md`,
  ),
];
/** In a code span or a line of a code block; markers begin with a bracket. */
const COMMAND = /(?<!\[)losant-token-rotation (?<name>[a-z][a-z-]*)(?<options>[^`\n#|]*)/g;
const SCRIPT = /npm run (?:-s )?(?<name>status|rotate|undo|access-token)(?: -- (?<options>[^`\n#|]*))?/g;

const loaded = await Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));
const flagsByName = new Map(
  loaded.map(({ name, flags }) => [name, new Set(Object.keys({ ...flags, ...EVERYWHERE }))]),
);

function commandsIn(page: string, pattern: RegExp) {
  return [...textOf(page).matchAll(pattern)].map(({ 0: text, groups = {} }) => {
    const { name = "", options = "" } = groups;
    return { text, name, flags: [...options.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag) };
  });
}

test.each(PAGES)("%s names only commands and options that exist", (page) => {
  const commands = [COMMAND, SCRIPT].flatMap((pattern) => commandsIn(page, pattern));
  const unknown = commands.filter(({ name, flags }) => {
    if (name === "completion") return flags.length > 0;
    const known = flagsByName.get(name);
    return known === undefined || flags.some((flag) => !known.has(flag));
  });
  expect(unknown).toEqual([]);
});

test.each(["RUNBOOK.md", "docs/status.md", "docs/operate.md"])(
  "%s names the installed command, and once the npm script that is the same in a clone",
  (page) => {
    expect(commandsIn(page, COMMAND).length).toBeGreaterThan(3);
    const scripts = commandsIn(page, SCRIPT).filter(({ text }) => !text.includes("-s status -- --json"));
    expect(scripts.length).toBeLessThanOrEqual(2);
    expect(textOf(page).replace(/\s+/g, " ")).toMatch(
      /In a clone of this repository, .*`npm run \w+ -- [^`]+` is the same as `losant-token-rotation/,
    );
  },
);
