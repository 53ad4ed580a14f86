import { rateWindow, WINDOW_MS } from "../../test/support/rate-window.ts";
import { applicationIdOf, orphansIn } from "../ground.ts";
import { inMemory, trafficIn } from "../in-memory.ts";

/** A storm while Losant allows only a few requests in each window. */
export interface WindowedStorm {
  readonly tokens: number;
  /** Whether a refusal contains the time of the next attempt. */
  readonly isSaid: boolean;
  readonly runs: number;
  readonly rotated: number;
  /** Rotated tokens whose string was verified at Losant before it was stored. */
  readonly tried: number;
  readonly answered: number;
  readonly refused: number;
  readonly failures: number;
  readonly orphans: number;
  /** For all runs together. */
  readonly wallMs: number;
  readonly boundMs: number;
}

/** The number of requests that Losant answers in each fifteen seconds. */
export const ALLOWED = 30;
const MOST_RUNS = 5;

/**
 * The shortest possible time for this many rotations: one list, and for each token one request that creates it and one that
 * verifies its string. The requests of the last window can be answered as soon as it begins.
 */
const lowerBoundMs = (tokens: number) => (Math.ceil((1 + 2 * tokens) / ALLOWED) - 1) * WINDOW_MS;

/** Starts one run after the other until all tokens are rotated. */
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
