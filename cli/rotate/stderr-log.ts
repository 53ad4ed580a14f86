import type { Log, LogFields } from "../../lambda/ports.ts";
import { harmless } from "../terminal/harmless.ts";

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** The report has the rest. */
const SHOWN = ["name", "tokenId", "action", "reason", "outcome", "successorId", "code"] as const;

/** One readable line for each entry, on stderr; none at all unless they are wanted. */
export function stderrLog(isWanted: boolean): Log {
  if (!isWanted) return SILENT;
  return { info: writing("info "), warn: writing("warn "), error: writing("error") };
}

function writing(level: string) {
  return (message: string, fields: LogFields = {}) => {
    if (fields.reason === "not-selected") return;
    const time = new Date().toTimeString().slice(0, 8);
    const facts = SHOWN.filter((key) => fields[key] !== undefined).map(
      (key) => `${key}=${JSON.stringify(fields[key])}`,
    );
    process.stderr.write(`${harmless([time, level, message, ...facts].join(" "))}\n`);
  };
}
