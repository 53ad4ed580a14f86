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
      `So many tokens of one application due at once, all rotated before, all to be tried at Losant; virtual time, in which
      hours take seconds, and for ${whole(realWorker.tokens)} tokens real time as well.`,
      `**The bound.** Before the first write, the access token, the listing page by page, the secret, the last look, the POST
      and the trial of the string have to be answered; each rotation needs three writes (stage, promote, settle), of all
      these writes fifty may start at once and fifty more in each second after, and the last has to be answered. With few
      tokens, it is one chain of calls that all rotations go through at the same time. No worker can be faster; one that
      is polite (${STORE_WRITES_PER_SECOND} writes in a second, ${LINEAGES_AT_ONCE} lineages at once) and careful (the first
      rotation goes alone) is slower.`,
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
            `(b) with \`Promise.all\` loses most of its tokens in ${lost.length} of ${parallel.length + 1} storms: created at
            Losant, refused by the store, stored nowhere. It is fast because it gives up.`,
          ]),
      `(b) one after the other calls less and looks at nothing: no trial, no promise kept, and whatever interrupts it costs a
      token. ${tooLong.length === 0 ? "" : `At ${whole(tooLong[0]?.tokens ?? 0)} tokens an invocation's 15 minutes are over before it is through.`}`,
    ),
    prose(
      `**One invocation** has 15 minutes, and issues nothing in the last ${ISSUE_TO_STAGE_MS / 1_000} seconds: at its pace
      that is room for some ${whole(one)} rotations. Unless the policy says otherwise, it does 500 of each application
      (\`maxRotationsPerRun\`). What is left is \`deferred\`, soonest expiry first, and the next run goes on with it:
      [a test](../test/run/stopping.test.ts) stops runs in the middle of a storm and counts what is lost.`,
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
