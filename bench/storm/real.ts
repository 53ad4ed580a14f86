import { coldRun, type LocalFunction } from "../cold/run.ts";
import { emulated } from "../emulated.ts";
import { applicationIdOf, orphansIn } from "../ground.ts";
import { lowerBoundMs } from "./bound.ts";
import type { Storm } from "./virtual.ts";

/** A storm in real time: the function in a separate process, with emulators that are as slow as the services. */
export async function realStorm(
  of: LocalFunction,
  tokens: number,
  event: object,
): Promise<Storm & { readonly peakBytes: number }> {
  const context = await emulated({ tokensEach: tokens, isDue: true, isSlow: true });
  try {
    const run = await coldRun(of, event, context.env);
    const calls = context.losant.calls.length + context.aws.calls.length;
    const orphans = orphansIn(context, applicationIdOf(0));
    const rotated = context.losant.calls.filter((call) => call === "create").length - orphans;
    return {
      tokens,
      wallMs: run.invocationMs,
      boundMs: lowerBoundMs(tokens),
      rotated,
      callsPerRotation: calls / Math.max(rotated, 1),
      throttled: context.aws.throttledWrites(),
      orphans,
      peakBytes: run.peakBytes,
    };
  } finally {
    await context.close();
  }
}
