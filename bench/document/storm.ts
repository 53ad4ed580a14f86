import { ISSUE_TO_STAGE_MS, LINEAGES_AT_ONCE, STORE_WRITES_PER_SECOND } from "../../lambda/limits.ts";
import { rotationsWithin } from "../storm/bound.ts";
import type { Storm } from "../storm/virtual.ts";
import { aim, bullets, prose, ratio, seconds, table, whole } from "./markdown.ts";

interface Storms {
  readonly worker: readonly Storm[];
  readonly sequential: readonly Storm[];
  readonly parallel: readonly Storm[];
  readonly realWorker: Storm;
  readonly realParallel: Storm;
}

const LONGEST_MS = 15 * 60_000;

export function stormSection({ worker, sequential, parallel, realWorker, realParallel }: Storms): string {
  const large = worker.filter(({ tokens }) => tokens >= 1_000);
  const worst = Math.max(
    ...(large.length > 0 ? large : worker).map(({ wallMs, boundMs }) => wallMs / boundMs),
  );
  const twin = worker.find(({ tokens }) => tokens === realWorker.tokens);
  const orphans = [...worker, realWorker].reduce((sum, storm) => sum + storm.orphans, 0);
  const lost = [...parallel, realParallel].filter(({ orphans: count, tokens }) => 2 * count > tokens);
  const tooLong = sequential.filter(({ wallMs }) => wallMs > LONGEST_MS);
  const one = rotationsWithin(LONGEST_MS - ISSUE_TO_STAGE_MS, STORE_WRITES_PER_SECOND);
  return [
    "## 3. A storm",
    prose(
      `In a storm, many tokens of one application are due at once. All of them were rotated before, and all new strings are
      tried at Losant. The times are virtual, so that hours take seconds. The storm of ${whole(realWorker.tokens)} tokens also ran
      in real time.`,
      `**The bound** is the shortest possible time. Before the first write, these calls must be answered: the access token, each
      page of the list, the secret, the last look, the POST, and the trial of the string. Each rotation then needs three writes
      (stage, promote, settle). Fifty writes may start at once, and fifty more in each second after that. The last one must be
      answered. With few tokens, the bound is one chain of calls that all rotations make at the same time. No worker can be
      faster. This worker is slower, because it leaves writes to others (${STORE_WRITES_PER_SECOND} writes per second,
      ${LINEAGES_AT_ONCE} lineages at once) and is careful (the first rotation goes alone).`,
    ),
    table(
      ["", "tokens", "wall time", "of the bound", "calls per rotation", "throttled", "rotated", "orphans"],
      [
        ...worker.map((storm) => row("the worker", storm)),
        row("the worker, real time", realWorker),
        ...sequential.map((storm) => row("(b), one after the other", storm)),
        ...parallel.map((storm) => row("(b), `Promise.all`", storm)),
        row("(b), `Promise.all`, real time", realParallel),
      ],
    ),
    bullets(
      aim("The worst of the bound from 1,000 tokens on", worst, 1.15),
      aim("Orphans of the worker", orphans, 0, String),
      ...(twin === undefined
        ? []
        : [
            `Real time at ${whole(twin.tokens)} tokens is ${ratio(realWorker.wallMs / twin.wallMs)} of virtual time.`,
          ]),
      ...(lost.length === 0
        ? []
        : [
            `(b) with \`Promise.all\` loses most of its tokens in ${lost.length} of ${parallel.length + 1} storms: Losant creates them,
            the store refuses them, and they are stored nowhere. It is fast because it gives up.`,
          ]),
      `(b), one after the other, makes fewer calls and checks nothing. It tries no string, gives no guarantee, and each
      interruption costs a token. ${tooLong.length === 0 ? "" : `With ${whole(tooLong[0]?.tokens ?? 0)} tokens, it isn't finished after the 15 minutes of an invocation.`}`,
    ),
    prose(
      `**One invocation** has 15 minutes, and issues nothing in the last ${ISSUE_TO_STAGE_MS / 1_000} seconds. At its speed,
      this is enough for about ${whole(one)} rotations. By default, a run rotates 500 tokens of each application at most
      (\`maxRotationsPerRun\`), the ones that expire soonest. The others are \`deferred\` to the next run. [A
      test](../test/run/stopping.test.ts) stops runs in the middle of a storm and counts what is lost.`,
    ),
  ].join("\n\n");
}

function row(who: string, storm: Storm): readonly string[] {
  const { tokens, wallMs, boundMs, callsPerRotation, throttled, rotated, orphans } = storm;
  return [
    who,
    whole(tokens),
    seconds(wallMs),
    rotated === tokens ? ratio(wallMs / boundMs) : "not done",
    callsPerRotation.toFixed(1),
    whole(throttled),
    whole(rotated),
    whole(orphans),
  ];
}
