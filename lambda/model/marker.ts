import * as v from "valibot";
import { SecretArn } from "./secret.ts";
import { type RunId, TokenId } from "./token.ts";

/** What a token of ours says of itself, in the last line of its description. */
export interface Marker {
  readonly replacedId: TokenId;
  readonly secretArn: SecretArn;
  readonly run: string;
}

/** `damaged`: something of ours is there, but not one whole marker; what it said is not guessed at. */
export type MarkerReading = Marker | "damaged" | undefined;

const OPENING = "[losant-token-rotation";
const MARKER = /^\[losant-token-rotation replaces=([a-f\d]{24}) secret=(\S+) run=([\w-]+)\]$/;
/** apiTokenPost.json: description, maxLength. */
const MAX_DESCRIPTION = 32_767;

/** People add lines above and below the marker; it counts wherever it stands as one whole line, once. */
export function readMarker(description: string): MarkerReading {
  const [line, ...others] = linesOf(description).filter((candidate) => candidate.includes(OPENING));
  if (line === undefined) return undefined;
  const [, replaced, arn, run] = MARKER.exec(line.trim()) ?? [];
  const secretArn = v.safeParse(SecretArn, arn);
  const replacedId = v.safeParse(TokenId, replaced);
  if (others.length > 0 || !secretArn.success || !replacedId.success || run === undefined) return "damaged";
  return { replacedId: replacedId.output, secretArn: secretArn.output, run };
}

/** The description of a successor: the human text of its predecessor, shortened to fit, then the marker. */
export function describeSuccessor(
  predecessorDescription: string,
  intent: { readonly replacedId: TokenId; readonly secretArn: SecretArn; readonly run: RunId },
): string {
  const marker = `${OPENING} replaces=${intent.replacedId} secret=${intent.secretArn} run=${intent.run}]`;
  const human = linesOf(predecessorDescription)
    .filter((line) => !line.includes(OPENING))
    .join("\n")
    .trimEnd();
  const kept = human.slice(0, MAX_DESCRIPTION - marker.length - 1).toWellFormed();
  return kept === "" ? marker : `${kept}\n${marker}`;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
