import { type Readable, Writable } from "node:stream";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { AwsPlace } from "../../lambda/adapters/aws/client.ts";
import { printableJson } from "../../lambda/model/printable.ts";
import type { Clock } from "../../lambda/ports.ts";
import type { Environment, Output } from "../terminal/screen.ts";

/** The parts of standard input that the commands use. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

/** Everything that a command reads, writes and waits for. A process has one; each test creates its own. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  readonly clock: Clock;
  /** Creates clients of AWS. The clients must not retry by themselves: see AWS_CLIENT. */
  readonly aws: AwsClients;
  /** Calls the listener at each Ctrl-C, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

export interface AwsClients {
  secretsManager(settings: AwsPlace): SecretsManagerClient;
  eventBridge(settings: AwsPlace): EventBridgeClient;
}

/** With the options of one command applied. */
export interface CommandIo extends Omit<Io, "aws"> {
  readonly aws: {
    readonly settings: AwsPlace;
    secretsManager(): SecretsManagerClient;
    eventBridge(): EventBridgeClient;
  };
  /** For text that a person has to read: standard output, or standard error with --quiet and --json. */
  readonly urgent: Output;
  /** With --json, prints the document; nothing else goes to standard output then. */
  document(make: () => unknown): void;
}

interface SharedValues {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly "no-color"?: boolean | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** Applies the options that all commands share. */
export function ioFor(values: SharedValues, io: Io): CommandIo {
  const { json = false, quiet = false } = values;
  const isSilent = json || quiet;
  const settings = awsSettings(values, io.env);
  return {
    ...io,
    env: values["no-color"] ? { ...io.env, NO_COLOR: "1", FORCE_COLOR: undefined } : io.env,
    stdout: isSilent ? silent() : io.stdout,
    urgent: isSilent ? io.stderr : io.stdout,
    document: (make) => void (json && io.stdout.write(`${printableJson(make(), 2)}\n`)),
    aws: {
      settings,
      secretsManager: () => io.aws.secretsManager(settings),
      eventBridge: () => io.aws.eventBridge(settings),
    },
  };
}

/** The AWS CLI reads AWS_DEFAULT_REGION; the SDK doesn't. */
function awsSettings({ profile, region }: SharedValues, env: Environment): AwsPlace {
  const other = env.AWS_REGION ? undefined : env.AWS_DEFAULT_REGION;
  const chosen = region ?? (other === "" ? undefined : other);
  return {
    ...(chosen === undefined ? {} : { region: chosen }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function silent(): Output {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Whether the command can ask somebody, on standard error. */
export function isAttended({ stdin, stderr }: Pick<Io, "stdin" | "stderr">): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
