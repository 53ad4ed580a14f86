import { STORE_REFUSALS } from "../../lambda/limits.ts";
import { lowerBoundMs } from "../storm/bound.ts";
import type { PoisonedStorm } from "../storm/poisoned.ts";
import { aim, bullets, prose, ratio, seconds, table, whole } from "./markdown.ts";

export function poisonedSection(storms: readonly PoisonedStorm[]): string {
  const worst = (figure: (storm: PoisonedStorm) => number) => Math.max(...storms.map(figure));
  return [
    "## 4. One secret that takes no string",
    prose(
      `A storm as in the third chapter, in virtual time, in which one secret refuses every PutSecretValue for good, as under a
      policy or with a disabled key. Its token is due soonest: a worker that goes by urgency alone tries it first in every run,
      and one that takes its refusal for a dead store stops there. One run, with the 15 minutes of an invocation.`,
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
      `Each later run makes and deletes one token more, until somebody mends the secret. Until the store has taken a string,
      the rotations of a run go alone, so that up to ${STORE_REFUSALS} such secrets cost a token each; [a
      test](../test/run/one-bad-item.test.ts) has ten of them.`,
    ),
  ].join("\n\n");
}

const ofTheBound = ({ wallMs, tokens }: PoisonedStorm) => wallMs / lowerBoundMs(tokens - 1);
