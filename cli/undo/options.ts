import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

export interface UndoOptions {
  readonly token: string;
  readonly application: string | undefined;
  readonly reactivateOnly: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly configFile: string | undefined;
}

export const UNDO_FLAGS = {
  token: {
    type: "string",
    value: "ID_OR_NAME",
    about: "a token of the lineage: the predecessor, or the one that is current",
  },
  application: { type: "string", value: "ID", about: "look in this application only" },
  "reactivate-only": {
    type: "boolean",
    about:
      "leave AWSCURRENT where it is; all that is possible where no version of the secret holds the predecessor's string",
  },
  "dry-run": { type: "boolean", about: "show what would be done, and change nothing" },
  yes: { type: "boolean", short: "y", about: "don't ask" },
  ...SHARED_FLAGS,
} as const;

export const UNDO = {
  name: "undo",
  summary: "Take back the last rotation of a token",
  needs: "--token ID_OR_NAME",
  about: [
    "Takes back the last rotation of a token: reactivates the predecessor at Losant if it is inactive, and then moves AWSCURRENT of the secret back to its version. The worker respects that: it holds, until it is told otherwise or the token is about to expire.",
  ],
  flags: UNDO_FLAGS,
  notes: [
    "It needs secretsmanager:DescribeSecret, ListSecretVersionIds and UpdateSecretVersionStage on that secret, GetSecretValue on the access token's, and ListSecrets, without which it looks at each secret. May be repeated: it goes on where it was cut off.",
  ],
  exit: "0 if it is undone, 1 if not, 2 if it could not start, 130 if you interrupted it",
} as const satisfies Described;

/** What the arguments of the command line ask for. @throws Misuse */
export function undoOptions(values: FlagValues<typeof UNDO_FLAGS>): UndoOptions {
  const { token, application, yes = false, config: configFile } = values;
  if (token === undefined || token === "")
    throw new Misuse("--token is missing: whose rotation is to be undone?");
  const { "reactivate-only": reactivateOnly = false, "dry-run": dryRun = false } = values;
  return { token, application, reactivateOnly, dryRun, yes, configFile };
}
