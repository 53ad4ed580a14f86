import { eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient } from "../../lambda/adapters/aws/secrets-manager.ts";
import { EXIT, type ExitCode } from "./command.ts";
import type { Io } from "./io.ts";

/** Runs a command as this process, and for its exit code. */
export async function runAsProcess(run: () => Promise<ExitCode>): Promise<void> {
  const code = await run();
  process.exitCode = code;
  // What was given up goes on otherwise: calls that are under way, and a prompt.
  if (code === EXIT.interrupted) process.exit();
}

/** The streams, environment, signals and clock of this process. The AWS SDK finds region, endpoint and credentials by itself, in this process's environment and in its profiles. */
export function processIo(): Io {
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
    onInterrupt: onSignal,
  };
}

/** npm passes on the signal that the terminal has sent already: what comes as close as this is one key press. */
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
