import { eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient } from "../../lambda/adapters/aws/secrets-manager.ts";
import { type Command, type CommandFlags, runCommand } from "./command.ts";
import type { Io } from "./io.ts";

/** Runs a command as this process: with its arguments, streams, environment and clock, and for its exit code. */
export async function runAsProcess<Flags extends CommandFlags, Options>(
  command: Command<Flags, Options>,
): Promise<void> {
  process.exitCode = await runCommand(command, process.argv.slice(2), processIo());
}

/** The AWS SDK finds region, endpoint and credentials by itself, in this process's environment and in its profiles. */
function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // Whoever reads on, `| head` or nobody, a command goes to its end and has its exit code.
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  return {
    stdin,
    stdout,
    stderr,
    env,
    clock: {
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    aws: { secretsManager: secretsManagerClient, eventBridge: eventBridgeClient },
  };
}
