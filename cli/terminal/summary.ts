import type { ActionName, Verified } from "../../lambda/apply/outcomes.ts";
import type { Report } from "../../lambda/report/report.ts";

const EFFECTS: readonly ActionName[] = ["rotate", "resume", "announce", "retire", "discard"];

/** The report in one or two sentences: every count that isn't zero, and how the successors were verified. */
export function summaryOf({ summary, tokens, dryRun, shard }: Report): string {
  const { listed, planned, ...counts } = summary;
  const plans = EFFECTS.map((action) => {
    const rows = tokens.filter((row) => row.outcome === "planned" && row.action === action);
    return [`would ${action}`, rows.length] as const;
  });
  const done = Object.entries(counts).map(([name, count]) => [name, count] as const);
  const parts = [...(dryRun ? plans : []), ...done].filter(([, count]) => count > 0);
  const words = parts.map(([name, count]) => `${name} ${count}`);
  const ofShard = shard === undefined ? "" : `Shard ${shard.index} of 0 to ${shard.of - 1}: `;
  const what = words.join(", ") || "nothing to do";
  return [`${ofShard}${listed} tokens listed: ${what}.`, verifiedOf(tokens)].join("");
}

const WAYS = {
  probe: "by using the new string",
  refusal: "by a refusal that only known strings get",
  response: "only by Losant's answer",
} as const satisfies Record<Verified, string>;

function verifiedOf(tokens: Report["tokens"]): string {
  const ways = Object.entries(WAYS).flatMap(([way, words]) => {
    const count = tokens.filter(({ verified }) => verified === way).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return ways.length === 0 ? "" : ` Verified before storing: ${ways.join(", ")}.`;
}
