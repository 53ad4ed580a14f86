import { rateWindow, WINDOW_MS } from "../../test/support/rate-window.ts";
import { applicationIdOf, orphansIn } from "../ground.ts";
import { inMemory, trafficIn } from "../in-memory.ts";

/** A storm while Losant allows few requests at a time. */
export interface WindowedStorm {
  readonly tokens: number;
  /** Whether a refusal says when to ask again. */
  readonly isSaid: boolean;
  readonly runs: number;
  readonly rotated: number;
  /** Of the rotated ones: those whose string was tried at Losant before it was stored. */
  readonly tried: number;
  readonly answered: number;
  readonly refused: number;
  readonly failures: number;
  readonly orphans: number;
  /** Of all runs together. */
  readonly wallMs: number;
  readonly boundMs: number;
}

/** Losant answers so many requests in each fifteen seconds. */
export const ALLOWED = 30;
const MOST_RUNS = 5;

/**
 * The least time in which so many tokens can be rotated: a listing, then for each a creation and a trial of its string. What
 * the last window allows can be answered as soon as it begins.
 */
const lowerBoundMs = (tokens: number) => (Math.ceil((1 + 2 * tokens) / ALLOWED) - 1) * WINDOW_MS;

/** As many runs as it takes, one right after the other. */
export async function windowedStorm(tokens: number, isSaid: boolean): Promise<WindowedStorm> {
  const world = inMemory({ tokensEach: tokens, isDue: true });
  const { intercept, seen } = rateWindow(world.clock, ALLOWED, isSaid, trafficIn(world).intercept);
  const startedMs = world.clock.now().getTime();
  const all = { runs: 0, rotated: 0, tried: 0, failures: 0 };
  while (all.rotated < tokens && all.runs < MOST_RUNS) {
    const { report, failures } = await world.run({}, { intercept });
    all.runs += 1;
    all.rotated += report.summary.rotated;
    all.tried += report.tokens.filter(({ verified }) => verified === "probe").length;
    all.failures += failures.length;
  }
  return {
    tokens,
    isSaid,
    ...all,
    ...seen,
    orphans: orphansIn(world, applicationIdOf(0)),
    wallMs: world.clock.now().getTime() - startedMs,
    boundMs: lowerBoundMs(tokens),
  };
}
