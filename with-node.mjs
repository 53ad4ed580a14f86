// node with-node.mjs COMMAND …: runs a command with the Node of package-lock.json first on its path. The npm scripts start
// with this, on whatever Node and npm you have: npm before 11.7 loses the link to that Node as it cleans up after the
// packages of other platforms, which have a program of the same name.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST = 24;

const inRepository = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => JSON.parse(readFileSync(inRepository(path), "utf8"));

const program = Object.keys(read("package.json").optionalDependencies)
  .filter((name) => existsSync(inRepository(`node_modules/${name}/package.json`)))
  .map((name) =>
    inRepository(`node_modules/${name}/${read(`node_modules/${name}/package.json`).bin.node}`),
  )[0];

if (program === undefined && Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(
    `There is no Node for this platform in node_modules, and yours is ${process.version}. Run npm ci, or install Node ${OLDEST} or later.`,
  );
  process.exit(1);
}

const [command = "node", ...args] = process.argv.slice(2);
const folders = program === undefined ? [] : [dirname(program)];
process.env.PATH = [...folders, inRepository("node_modules/.bin"), process.env.PATH].join(delimiter);
const child = spawn(command, args, {
  stdio: "inherit",
  // The programs of npm packages are .cmd files there.
  shell: process.platform === "win32",
});
// A terminal sends Ctrl-C to both: the command decides what to do.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", ({ message }) => {
  console.error(`${command} could not be started: ${message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  // As a shell says it.
  process.exitCode = signal === null ? code : 128 + constants.signals[signal];
});
