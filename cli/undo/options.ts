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
    about: "a token of the lineage: the current one or its predecessor",
  },
  application: { type: "string", value: "ID", about: "only this application" },
  "reactivate-only": {
    type: "boolean",
    about:
      "only reactivate the predecessor, and don't move AWSCURRENT; needed with --yes if no version of the secret holds the predecessor's string",
  },
  "dry-run": { type: "boolean", about: "show what would be done, and change nothing" },
  yes: { type: "boolean", short: "y", about: "don't ask" },
  ...SHARED_FLAGS,
} as const;

export const UNDO = {
  name: "undo",
  summary: "Undo the last rotation of a token",
  needs: "--token ID_OR_NAME",
  about: [
    "Undoes the last rotation of a token. The command reactivates the predecessor at Losant if it is inactive, and then moves AWSCURRENT of the secret back to the predecessor's version. After that, the worker skips the token until you force its rotation or until it is about to expire.",
  ],
  flags: UNDO_FLAGS,
  notes: [
    "Your AWS credentials need secretsmanager:DescribeSecret, ListSecretVersionIds and UpdateSecretVersionStage on that secret, GetSecretValue on the secret of the access token, and ListSecrets. Without ListSecrets, the command reads each secret separately.",
    "If the command is interrupted, run it again: it continues from there.",
  ],
  exit: "0 if the rotation is undone, 1 if not, 2 if the command could not start, 130 if you interrupted it",
} as const satisfies Described;

/** The options that the command line asks for. @throws Misuse */
export function undoOptions(values: FlagValues<typeof UNDO_FLAGS>): UndoOptions {
  const { token, application, yes = false, config: configFile } = values;
  if (token === undefined || token === "")
    throw new Misuse("--token is missing: which token's rotation do you want to undo?");
  const { "reactivate-only": reactivateOnly = false, "dry-run": dryRun = false } = values;
  return { token, application, reactivateOnly, dryRun, yes, configFile };
}
