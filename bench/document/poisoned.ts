import { STORE_REFUSALS } from "../../lambda/limits.ts";
import { lowerBoundMs } from "../storm/bound.ts";
import type { PoisonedStorm } from "../storm/poisoned.ts";
import { aim, bullets, prose, ratio, seconds, table, whole } from "./markdown.ts";

export function poisonedSection(storms: readonly PoisonedStorm[]): string {
  const worst = (figure: (storm: PoisonedStorm) => number) => Math.max(...storms.map(figure));
  return [
    "## 4. One secret that accepts no string",
    prose(
      `A storm as in chapter 3, in virtual time, in which one secret permanently refuses PutSecretValue, for example because of
      a policy or a disabled key. Its token expires soonest. A worker that only looks at expiries would try it first in every
      run, and a worker that concludes from the refusal that the store is down would stop there. One run, with the 15 minutes of
      an invocation.`,
    ),
    table(
      [
        "the secret",
        "applications",
        "tokens",
        "rotated",
        "failed",
        "made",
        "deleted",
        "orphans",
        "wall time",
        "of the bound",
      ],
      storms.map((storm) => [
        storm.whose,
        whole(storm.applications),
        whole(storm.tokens),
        whole(storm.rotated),
        whole(storm.failed),
        whole(storm.created),
        whole(storm.deleted),
        whole(storm.orphans),
        seconds(storm.wallMs),
        ratio(ofTheBound(storm)),
      ]),
    ),
    bullets(
      aim(
        "Others that were not rotated in that run",
        worst(({ tokens, rotated }) => tokens - 1 - rotated),
        0,
        String,
      ),
      aim(
        "Tokens made in vain",
        worst(({ created, rotated }) => created - rotated),
        1,
        String,
      ),
      aim(
        "Orphans",
        worst(({ orphans }) => orphans),
        0,
        String,
      ),
      aim("The worst of the bound", worst(ofTheBound), 1.15),
    ),
    prose(
      `Each later run creates and deletes one more token, until somebody repairs the secret. Until the store has accepted a
      string, the rotations of a run go alone, so up to ${STORE_REFUSALS} such secrets cost a token each. [A
      test](../test/run/one-bad-item.test.ts) has ten of them.`,
    ),
  ].join("\n\n");
}

const ofTheBound = ({ wallMs, tokens }: PoisonedStorm) => wallMs / lowerBoundMs(tokens - 1);
