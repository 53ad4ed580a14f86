import { PassThrough, Writable } from "node:stream";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Command, runCommand } from "../../cli/command/command.ts";
import type { Io } from "../../cli/command/io.ts";
import type { Environment } from "../../cli/terminal/screen.ts";
import { AWS_CLIENT, type AwsPlace } from "../../lambda/adapters/aws/client.ts";
import type { Clock } from "../../lambda/ports.ts";
import type { Ended } from "./child.ts";

/** What stands at the ends of a command's streams: pipes, as in a script, unless something is said of a terminal. */
interface Streams {
  /** All of standard input; at a terminal, the keys. */
  readonly input?: string;
  /** A person at a terminal of so many columns. */
  readonly columns?: number;
  /** Ctrl-C is pressed once what was written to a stream fits the first of these, then again for each of the others. */
  readonly interrupts?: readonly RegExp[];
}

/** Text that was written, and whether that was a terminal. */
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

/** What a process is to a command, without one: of this process's own settings nothing reaches it. */
export interface TestIo extends Io {
  readonly stdout: Written;
  readonly stderr: Written;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ends the connections to AWS. */
  close(): void;
}

/** AWS is where the variables say, as the SDK would read them. */
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
    // Texts name commands as npm's scripts, unless a test says that it was started otherwise.
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

/** That of the machine, for which nobody waits. */
function hurriedClock(): Clock {
  let sleptMs = 0;
  return {
    now: () => new Date(Date.now() + sleptMs),
    sleep: async (ms) => {
      sleptMs += ms;
    },
  };
}

/** Runs a command in this process to its end, as `runScript` does in a process of its own. */
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
