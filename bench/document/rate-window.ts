import { ALLOWED, type WindowedStorm } from "../storm/rate-window.ts";
import { aim, bullets, prose, ratio, seconds, table, whole } from "./markdown.ts";

export function rateWindowSection(storms: readonly WindowedStorm[]): string {
  const sum = (figure: (storm: WindowedStorm) => number) =>
    storms.reduce((total, storm) => total + figure(storm), 0);
  return [
    "## 5. Losant's rate limit",
    prose(
      `A storm as in chapter 3, in virtual time, while Losant answers ${ALLOWED} requests in each period of fifteen seconds and
      refuses all others with HTTP 429, with or without saying when to try again. Runs of 15 minutes follow each other without a
      pause, until all tokens are rotated.`,
      `**The bound** is the shortest possible time: a list, then two requests for each token, one that creates it and one that
      tries its string. All requests of the last period can be answered as soon as it begins. A list counts as one request here,
      no matter how many pages it has.`,
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
      `After a refusal, the whole run pauses until the time that the refusal names, or else for one second, then two, four and
      eight. Then one request is sent, and the others follow once it is answered. Most refused requests had been sent before the
      pause. What a run has no time for is \`deferred\`; it doesn't fail.`,
    ),
  ].join("\n\n");
}

const ofTheBound = ({ wallMs, boundMs }: WindowedStorm) => wallMs / boundMs;
