import { type ColdRun, coldRun, LAMBDA_HEAP } from "../cold/run.ts";
import { emulated } from "../emulated.ts";
import type { Functions } from "../functions.ts";
import { startListing } from "./listing-server.ts";

/** A run that finds nothing to do, with services that answer at once, so that only the worker's own work is measured. */
export interface Grown {
  readonly size: number;
  readonly calls: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly logBytes: number;
}

/** Many tokens that are not due, in one application. */
export async function tokensInOneApplication({ workerWith }: Functions, tokens: number): Promise<Grown> {
  const context = await emulated({ tokensEach: 0, isDue: false, isSlow: false });
  const listing = await startListing(tokens);
  try {
    const { ROTATION_CONFIG: _, ...env } = context.env;
    const worker = workerWith({ ...context.config, losantApiUrl: listing.url });
    const run = await coldRun(worker, { trigger: "schedule" }, { ...env, ...LAMBDA_HEAP });
    return grown(run, tokens, Math.ceil(tokens / 1_000) + context.aws.calls.length);
  } finally {
    await Promise.all([context.close(), listing.close()]);
  }
}

export const LINEAGES_EACH = 2;

export async function manyApplications({ workerWith }: Functions, applications: number): Promise<Grown> {
  const context = await emulated({ applications, tokensEach: LINEAGES_EACH, isDue: false, isSlow: false });
  try {
    const { ROTATION_CONFIG: _, ...env } = context.env;
    const run = await coldRun(
      workerWith(context.config),
      { trigger: "schedule" },
      { ...env, ...LAMBDA_HEAP },
    );
    return grown(run, applications, context.losant.calls.length + context.aws.calls.length);
  } finally {
    await context.close();
  }
}

function grown(run: ColdRun, size: number, calls: number): Grown {
  if (run.error !== undefined) throw new Error(run.error);
  const { invocationMs: wallMs, cpuMs, peakBytes, logBytes } = run;
  return { size, calls, wallMs, cpuMs, peakBytes, logBytes };
}

/** What one more costs, from the two largest sizes. At small sizes, the start is most of it. */
export function perOneMore(runs: readonly Grown[], of: "cpuMs" | "peakBytes"): number {
  const [smaller, larger] = runs.slice(-2);
  if (smaller === undefined || larger === undefined) return Number.NaN;
  return (larger[of] - smaller[of]) / (larger.size - smaller.size);
}
