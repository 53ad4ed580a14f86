import type { Screen, Style } from "../cli/terminal/screen.ts";
import { type Column, tableLines } from "../cli/terminal/table.ts";
import { fitted, truncated } from "../cli/terminal/width.ts";
import type { PutEvent, SecretView } from "../emulators/aws/server.ts";
import { printable } from "../lambda/model/printable.ts";
import type { Emulators } from "./emulators.ts";
import { STORIES } from "./scenario.ts";
import { stringIn } from "./seeding-store.ts";

/** Replaces a token string. It contains nothing of the string. */
const MASK = "••••••";
const LABELS_WIDE = 11;
const VERSION_WIDE = 56;
/** On a narrower screen, there is no room for the mask. */
const ROOMY = 90;

/** Shows each secret with its versions and their labels, newest first, and whether Losant accepts the string of each version. */
export function showSecrets(secrets: readonly SecretView[], emulators: Emulators, screen: Screen): void {
  const isRoomy = screen.width >= ROOMY;
  const [indent, gap, mask] = isRoomy ? ["    ", "  ", `${MASK} `] : ["  ", " ", ""];
  for (const { name, versions } of secrets.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    screen.line(`  ${screen.paint("strong", truncated(name, screen.width - 2))}`);
    for (const { versionId, labels } of versions.toReversed()) {
      const { words, style } = usefulness(emulators.aws.value(name, versionId) ?? "", emulators);
      const label = fitted(labels.join(" ") || "(no label)", LABELS_WIDE);
      const facts = [label, fitted(versionId, VERSION_WIDE), `${mask}${screen.paint(style, words)}`];
      screen.line(`${indent}${facts.join(gap)}`);
    }
  }
}

/** Whether the token string in this value works. */
function usefulness(value: string, { losant }: Emulators): { readonly words: string; readonly style: Style } {
  const string = stringIn(value);
  if (losant.accepts(string)) return { words: "works", style: "good" };
  const id = losant.tokenIdOf(string);
  const token = STORIES.flatMap((story) => losant.tokens(story.id)).find((candidate) => candidate.id === id);
  if (token === undefined) return { words: "deleted", style: "faint" };
  return { words: token.status === "inactive" ? "inactive" : "expired", style: "faint" };
}

const EVENT_COLUMNS: readonly Column[] = [
  { title: "DETAIL TYPE", atMost: 36 },
  { title: "TOKEN", atMost: 20 },
  { title: "REASON" },
];

export function showEvents(events: readonly PutEvent[], screen: Screen): void {
  const rows = events.map((event) => {
    const detail = JSON.parse(event.Detail) as Readonly<Record<string, unknown>>;
    return [
      { text: event.DetailType },
      { text: printable(String(detail.tokenName ?? detail.tokenId ?? "")) },
      { text: printable(newsOf(detail)) },
    ];
  });
  for (const line of tableLines(EVENT_COLUMNS, rows, screen)) screen.line(line);
}

function newsOf({ reason, step, daysLeft, code, summary }: Readonly<Record<string, unknown>>): string {
  if (summary !== undefined) return countsOf(summary);
  if (daysLeft !== undefined) return `${daysLeft} days left: ${reason}`;
  if (code !== undefined) return `${reason}: ${code}`;
  return step === undefined ? String(reason) : `${step}: ${reason}`;
}

function countsOf(summary: unknown): string {
  const counts = Object.entries(summary as Readonly<Record<string, number>>);
  return counts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}
