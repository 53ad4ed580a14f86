import { eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient } from "../../lambda/adapters/aws/secrets-manager.ts";
import { EXIT, type ExitCode } from "./command.ts";
import type { Io } from "./io.ts";

/** Runs a command as this process, and sets the exit code. */
export async function runAsProcess(run: () => Promise<ExitCode>): Promise<void> {
  const code = await run();
  process.exitCode = code;
  // Otherwise calls in progress and a prompt would keep the process alive.
  if (code === EXIT.interrupted) process.exit();
}

/** The streams, environment, signals and clock of this process. The AWS SDK finds region, endpoint and credentials by itself, in this process's environment and in its profiles. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // If the reader of a pipe ends early (`| head`), the command still finishes and sets its exit code.
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
    onInterrupt: onSignal,
  };
}

/** npm passes on the signal that the terminal has already sent. Signals this close together are one key press. */
const SAME_KEY_MS = 300;

function onSignal(listener: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const once = () => {
    const now = performance.now();
    if (now - last >= SAME_KEY_MS) listener();
    last = now;
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, once);
  return () => void ["SIGINT", "SIGTERM"].map((signal) => process.off(signal, once));
}
