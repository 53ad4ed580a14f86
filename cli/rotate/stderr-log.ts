import { printable, printableJson } from "../../lambda/model/printable.ts";
import type { Log, LogFields } from "../../lambda/ports.ts";
import type { Io } from "../command/io.ts";

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** The other fields are in the report. */
const SHOWN = ["name", "tokenId", "action", "reason", "outcome", "successorId", "code"] as const;

/** Writes one readable line for each entry to stderr, if the log is wanted. */
export function stderrLog(isWanted: boolean, io: Pick<Io, "stderr" | "clock">): Log {
  if (!isWanted) return SILENT;
  return { info: writing("info ", io), warn: writing("warn ", io), error: writing("error", io) };
}

function writing(level: string, { stderr, clock }: Pick<Io, "stderr" | "clock">) {
  return (message: string, fields: LogFields = {}) => {
    if (fields.reason === "not-selected") return;
    const time = clock.now().toTimeString().slice(0, 8);
    const facts = SHOWN.filter((key) => fields[key] !== undefined).map(
      (key) => `${key}=${printableJson(fields[key])}`,
    );
    stderr.write(`${printable([time, level, message, ...facts].join(" "))}\n`);
  };
}
