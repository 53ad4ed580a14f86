import { parseArgs } from "node:util";
import type { Asked } from "../command/arguments.ts";

export const USAGE = `Usage: npm run undo -- --token ID_OR_NAME [options]

Takes back the last rotation of a token: reactivates the predecessor at Losant if it is inactive, and
then moves AWSCURRENT of the secret back to its version. The worker respects that: it holds, until it
is told otherwise or the token is about to expire.

  --token ID_OR_NAME     a token of the lineage: the predecessor, or the one that is current
  --application ID       look in this application only
  --reactivate-only      leave AWSCURRENT where it is; all that is possible where no version of the
                         secret holds the predecessor's string
  --dry-run              say what would be done, and change nothing
  --yes                  don't ask
  --config FILE          another file than rotation.config.json (ROTATION_CONFIG outranks both)
  --help                 this text

It needs secretsmanager:DescribeSecret, ListSecretVersionIds and UpdateSecretVersionStage on that
secret, and GetSecretValue on the access token's. May be repeated: it goes on where it was cut off.

Exit code: 0 if it is undone, 1 if not, 2 if it could not start.`;

export interface UndoOptions {
  readonly kind: "undo";
  readonly token: string;
  readonly application: string | undefined;
  readonly reactivateOnly: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly configFile: string | undefined;
}

const OPTIONS = {
  token: { type: "string" },
  application: { type: "string" },
  "reactivate-only": { type: "boolean" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the arguments of the command line ask for. */
export function askedFor(args: readonly string[]): Asked<UndoOptions> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { token, application, yes = false, config: configFile } = values;
    if (values.help) return { kind: "help" };
    if (token === undefined || token === "")
      return { kind: "wrong", message: "--token is missing: whose rotation is to be undone?" };
    const { "reactivate-only": reactivateOnly = false, "dry-run": dryRun = false } = values;
    return { kind: "undo", token, application, reactivateOnly, dryRun, yes, configFile };
  } catch (thrown) {
    return { kind: "wrong", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
