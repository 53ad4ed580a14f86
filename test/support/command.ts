import { PassThrough, Writable } from "node:stream";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Command, runCommand } from "../../cli/command/command.ts";
import type { Io } from "../../cli/command/io.ts";
import type { Environment } from "../../cli/terminal/screen.ts";
import { AWS_CLIENT, type AwsPlace } from "../../lambda/adapters/aws/client.ts";
import type { Clock } from "../../lambda/ports.ts";
import type { Ended } from "./child.ts";

/** What a command's streams are connected to: pipes, as in a script, unless a terminal is given. */
interface Streams {
  /** All of standard input; in a terminal, the keys. */
  readonly input?: string;
  /** The streams are a terminal with this many columns. */
  readonly columns?: number;
  /** Ctrl-C is pressed when the output matches the first pattern, and again for each further pattern. */
  readonly interrupts?: readonly RegExp[];
}

/** The text that was written, and whether the stream is a terminal. */
class Written extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  watch?: (text: string) => void;

  constructor(columns = 0) {
    super({ decodeStrings: false });
    this.isTTY = columns > 0;
    this.columns = columns;
  }

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk;
    this.watch?.(this.text);
    done();
  }
}

/** Everything that a command gets from its process, without a process. The settings of this process don't reach it. */
export interface TestIo extends Io {
  readonly stdout: Written;
  readonly stderr: Written;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ends the connections to AWS. */
  close(): void;
}

/** The variables say where AWS is, as they do for the SDK. */
export function ioWith(env: Environment, { input = "", columns }: Omit<Streams, "interrupts"> = {}): TestIo {
  const stdin = Object.assign(new PassThrough(), { isTTY: columns !== undefined, setRawMode: () => {} });
  stdin.end(input);
  const { AWS_ENDPOINT_URL: endpoint = "", AWS_REGION: region = "" } = env;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const placed = (place: AwsPlace) => ({ ...AWS_CLIENT, endpoint, region, credentials, ...place });
  const listeners = new Set<() => void>();
  const clients: { destroy(): void }[] = [];
  const kept = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client);
    return client;
  };
  return {
    stdin,
    stdout: new Written(columns),
    stderr: new Written(columns),
    // Texts name commands as npm scripts, unless a test sets another way of starting them.
    env: { npm_command: "run-script", ...env },
    clock: hurriedClock(),
    aws: {
      secretsManager: (place) => kept(new SecretsManagerClient(placed(place))),
      eventBridge: (place) => kept(new EventBridgeClient(placed(place))),
    },
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    interrupt: () => {
      for (const listener of [...listeners]) listener();
    },
    close: () => {
      for (const client of clients) client.destroy();
    },
  };
}

/** The clock of the machine, but sleeping takes no time. */
function hurriedClock(): Clock {
  let sleptMs = 0;
  return {
    now: () => new Date(Date.now() + sleptMs),
    sleep: async (ms) => {
      sleptMs += ms;
    },
  };
}

/** Runs a command in this process to its end. `runScript` does the same in a new process. */
export async function run(
  command: Command,
  args: readonly string[],
  env: Environment,
  streams?: Streams,
): Promise<Ended> {
  const io = ioWith(env, streams);
  const left = [...(streams?.interrupts ?? [])];
  for (const stream of [io.stdout, io.stderr])
    stream.watch = (text) => {
      if (left[0]?.test(text) !== true) return;
      left.shift();
      io.interrupt();
    };
  try {
    const code = await runCommand(command, args, io);
    return { code, stdout: io.stdout.text, stderr: io.stderr.text };
  } finally {
    io.close();
  }
}
