import type { Readable } from "node:stream";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Clock } from "../../lambda/ports.ts";
import type { Environment, Output } from "../terminal/screen.ts";

/** What is used of a terminal, or of whatever else standard input is. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

/** Everything outside of a command that it reads, writes and waits for. A process has one; each test makes its own. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  readonly clock: Clock;
  /** The clients of AWS, made for whoever needs one. They must not repeat anything by themselves: see AWS_CLIENT. */
  readonly aws: AwsClients;
}

export interface AwsClients {
  secretsManager(): SecretsManagerClient;
  eventBridge(): EventBridgeClient;
}

/** Whether a person is there to be asked. */
export function isAttended({ stdin, stdout }: Pick<Io, "stdin" | "stdout">): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}
