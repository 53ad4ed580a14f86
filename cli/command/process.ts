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
    onInterrupt: interruptsOfProcess(),
  };
}

/** npm passes on the signal that the terminal has already sent. Signals this close together are one key press. */
const SAME_KEY_MS = 300;

/**
 * Handles signals from the first listener until the process ends. If it stopped between two steps of a command, a signal at
 * that moment would end the process without a message. Now the listener of the next step gets it.
 */
function interruptsOfProcess(): Io["onInterrupt"] {
  const listeners = new Set<() => void>();
  let isHandled = false;
  let last = Number.NEGATIVE_INFINITY;
  const pressed = () => {
    const now = performance.now();
    const isSameKey = now - last < SAME_KEY_MS;
    last = now;
    if (isSameKey) return;
    if (listeners.size === 0) endInterrupted();
    for (const listener of [...listeners]) listener();
  };
  return (listener) => {
    if (!isHandled) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, pressed);
    isHandled = true;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
}

/** At a question, or after the last step. */
function endInterrupted(): never {
  process.stderr.write("\nInterrupted.\n");
  process.exit(EXIT.interrupted);
}
