import type { ApplicationContext } from "../apply/context.ts";
import { after } from "../model/time.ts";

/**
 * The moment that the run is about, by Losant's clock like all dates of tokens. The schedule's time in a fleet isn't this machine's
 * time, and stays as it is.
 */
export function atOfRun({ run: { at, startedAt }, aheadMs }: ApplicationContext): Date {
  return at.getTime() === startedAt.getTime() ? after(at, aheadMs) : at;
}
