import { RETIRING, runs, setting, token } from "./lasting.ts";
import { runAt } from "./scenarios.ts";
import type { Script, Setting } from "./script.ts";
import { DAY, HOUR } from "./services.ts";

/** From 05:00 until 13:00 on Sundays, UTC. The first day of each history is a Thursday. */
const SATURDAY_NIGHT = [{ days: ["sat"], from: "22:00", to: "06:00", zone: "America/Phoenix" }] as const;

const closed = (daysLeft: number): Setting =>
  setting([token("backend", daysLeft)], { policy: { ...RETIRING, windows: SATURDAY_NIGHT } });

/** Histories with a maintenance window that is open for one night of each week. */
export const INSIDE: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a token that is due on Thursday is replaced in the night to Sunday",
    script: { setting: closed(8), entries: runs(0, 5) },
  },
  {
    says: "a token whose grace period ends on Monday is ended in the next night to Sunday",
    script: { setting: closed(8), entries: [...runs(0, 5), ...runs(22, 32)] },
  },
  {
    says: "a token with fewer than two intervals left doesn't wait for a window that no run met",
    script: { setting: closed(8), entries: runs(4, 8) },
  },
  {
    says: "what somebody forces waits for no window",
    script: {
      setting: closed(20),
      entries: [
        runAt("r1", 4 * DAY, { event: { trigger: "manual", tokens: ["backend"], force: true } }),
        runAt("r2", 4 * DAY + 6 * HOUR),
      ],
    },
  },
];
