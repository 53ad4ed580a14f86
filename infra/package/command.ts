import { accessTokenCommand } from "../../cli/access-token/access-token.ts";
import { type Command, EXIT } from "../../cli/command/command.ts";
import { runAsProcess } from "../../cli/command/process.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { undoCommand } from "../../cli/undo/undo.ts";
import { demo } from "../../demo/start.ts";

const COMMANDS = {
  status: statusCommand,
  rotate: rotateCommand,
  undo: undoCommand,
  "access-token": accessTokenCommand,
  demo,
} as unknown as Readonly<Record<string, Command>>;

const [name = "--help", ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.log(`losant-token-rotation ${Object.keys(COMMANDS).join(" | ")}`);
  process.exitCode = name === "--help" ? EXIT.good : EXIT.notStarted;
} else {
  process.argv.splice(2, process.argv.length, ...args);
  await runAsProcess(command);
}
