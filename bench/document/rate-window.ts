import { ALLOWED, type WindowedStorm } from "../storm/rate-window.ts";
import { aim, bullets, prose, ratio, seconds, table, whole } from "./markdown.ts";

export function rateWindowSection(storms: readonly WindowedStorm[]): string {
  const sum = (figure: (storm: WindowedStorm) => number) =>
    storms.reduce((total, storm) => total + figure(storm), 0);
  return [
    "## 5. A rate window of Losant's",
    prose(
      `A storm as in the third chapter, in virtual time, while Losant answers ${ALLOWED} requests in each fifteen seconds and
      refuses all others with HTTP 429, with or without saying when to ask again. Runs of 15 minutes, one right after the
      other, until all tokens are rotated.`,
      `**The bound.** A listing, then for each token two requests: one creates it, one tries its string. What the last window
      allows can be answered as soon as it begins. A listing counts as one request here, whatever its pages.`,
    ),
    table(
      [
        "a refusal",
        "tokens",
        "runs",
        "wall time",
        "of the bound",
        "rotated",
        "tried",
        "answered",
        "refused",
        "orphans",
      ],
      storms.map((storm) => [
        storm.isSaid ? "says when to ask again" : "says nothing",
        whole(storm.tokens),
        whole(storm.runs),
        seconds(storm.wallMs),
        ratio(ofTheBound(storm)),
        whole(storm.rotated),
        whole(storm.tried),
        whole(storm.answered),
        whole(storm.refused),
        whole(storm.orphans),
      ]),
    ),
    bullets(
      aim("The worst of the bound", Math.max(...storms.map(ofTheBound)), 1.2),
      aim(
        "Tokens that were not rotated",
        sum(({ tokens, rotated }) => tokens - rotated),
        0,
        String,
      ),
      aim(
        "Strings that were stored untried",
        sum(({ rotated, tried }) => rotated - tried),
        0,
        String,
      ),
      aim(
        "Failures",
        sum(({ failures }) => failures),
        0,
        String,
      ),
      aim(
        "Orphans",
        sum(({ orphans }) => orphans),
        0,
        String,
      ),
    ),
    prose(
      `A refusal makes the whole run pause: until the moment that it names, or for a second, then two, four, eight. Then one
      request goes out, and the others follow once it is answered. Refused are mostly those that were on their way already.
      What a run has no time for is \`deferred\`, and not a failure.`,
    ),
  ].join("\n\n");
}

const ofTheBound = ({ wallMs, boundMs }: WindowedStorm) => wallMs / boundMs;
