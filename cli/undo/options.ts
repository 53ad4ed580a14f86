import type { FlagValues } from "../command/command.ts";
import { Misuse } from "../command/stops.ts";

export const UNDO_USAGE = `Usage: npm run undo -- --token ID_OR_NAME [options]

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
secret, GetSecretValue on the access token's, and ListSecrets, without which it looks at each secret.
May be repeated: it goes on where it was cut off.

Exit code: 0 if it is undone, 1 if not, 2 if it could not start.`;

export interface UndoOptions {
  readonly token: string;
  readonly application: string | undefined;
  readonly reactivateOnly: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly configFile: string | undefined;
}

export const UNDO_FLAGS = {
  token: { type: "string" },
  application: { type: "string" },
  "reactivate-only": { type: "boolean" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  config: { type: "string" },
} as const;

/** What the arguments of the command line ask for. @throws Misuse */
export function undoOptions(values: FlagValues<typeof UNDO_FLAGS>): UndoOptions {
  const { token, application, yes = false, config: configFile } = values;
  if (token === undefined || token === "")
    throw new Misuse("--token is missing: whose rotation is to be undone?");
  const { "reactivate-only": reactivateOnly = false, "dry-run": dryRun = false } = values;
  return { token, application, reactivateOnly, dryRun, yes, configFile };
}
