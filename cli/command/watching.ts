import { type Progress, progressOn } from "../terminal/progress.ts";
import type { CommandIo } from "./io.ts";

/** Does the work while a line of progress is shown, which is gone when it ends, however that is. */
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
