import { type Progress, progressOn } from "../terminal/progress.ts";
import type { CommandIo } from "./io.ts";

/** Shows a line of progress during the work, and removes it when the work ends or fails. */
export async function watching<T>(
  work: (progress: Progress) => Promise<T>,
  { stderr, clock }: Pick<CommandIo, "stderr" | "clock">,
  deadline?: Date,
): Promise<T> {
  const progress = progressOn({ stderr, now: clock.now, ...(deadline && { deadline }) });
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
