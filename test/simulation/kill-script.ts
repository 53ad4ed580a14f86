import { Chance } from "./chance.ts";
import { faultAt, runAt } from "./scenarios.ts";
import type {
  Entry,
  FaultEntry,
  FaultKind,
  PolicySetting,
  RunEntry,
  RunEvent,
  Script,
  Setting,
} from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const INTERVAL_MS = HOUR;
const CRASHES = ["crash-before", "crash-after"] as const satisfies readonly FaultKind[];
const WRITES = [
  "createSecret",
  "create",
  "stage",
  "promote",
  "publish",
  "detach",
  "deactivate",
  "delete",
] as const;

/** At least `rounds` runs, most of which are killed. The same seed always gives the same script. */
export function killScriptOf(seed: number, rounds: number): Script {
  const chance = new Chance(seed, 2);
  const runs: RunEntry[] = [];
  const kills: FaultEntry[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const run of roundOf(round, runs.length, chance)) {
      runs.push(run);
      if (chance.hits(0.9)) kills.push(...killsOf(run, chance));
    }
  }
  return { setting: settingOf(seed, chance), entries: [...runs, ...kills] };
}

/**
 * Processes are killed one after the other, each right after the next step of a rotation. The first settling run
 * finishes what the earlier ones left. The second one finishes a rotation of its own. Each token is rotated once.
 */
export function stepwiseKills(): Script {
  const steps = ["create", "stage", "promote", "publish", "detach", "detach"] as const;
  const token = { lifetimeMs: 90 * DAY, ageMs: 85 * DAY, isMapped: true };
  const tokens = steps.map((_, index) => ({ ...token, name: `backend ${index}` }));
  const setting: Setting = {
    seed: 1,
    intervalMs: INTERVAL_MS,
    policy: { renewBefore: "9d", orphanAfter: "30m", retire: "never", secretFormat: "json" },
    applications: [{ tokens, access: "lasting" }],
    deployments: ["home"],
    listingLagMs: 0,
    describeLagMs: 0,
    firstVersionKeepsLabel: true,
    labelMovesTouchLastChanged: true,
  };
  const entries = steps.flatMap((step, index): readonly Entry[] => [
    runAt(`r${index}`, MINUTE + index * INTERVAL_MS),
    faultAt(`r${index}`, step, "crash-after"),
  ]);
  return { setting, entries };
}

/**
 * Tokens live for about eight intervals, so that in each round some token is due or has been superseded for long
 * enough.
 */
function settingOf(seed: number, chance: Chance): Setting {
  const lifetimeMs = chance.between(430, 530) * MINUTE;
  const tokens = Array.from({ length: 3 }, (_, index) => ({
    name: ["backend", "edge gateway #2", "reports"][index] ?? "",
    lifetimeMs,
    ageMs: Math.round(lifetimeMs * (0.4 + 0.1 * chance.between(0, 4))),
    isMapped: chance.hits(0.25),
  }));
  return {
    seed,
    intervalMs: INTERVAL_MS,
    policy: {
      renewBefore: "9d",
      orphanAfter: "30m",
      retire: chance.pick<PolicySetting["retire"]>([
        "never",
        { unread: "ignore", deactivateAfter: "50m" },
        { unread: "ignore", deactivateAfter: "50m", deleteAfter: "110m" },
      ]),
      secretFormat: chance.pick(["json", "plain"]),
    },
    applications: [
      { tokens, access: chance.pick(["lasting", "managed"]) },
      { tokens: tokens.slice(0, 2), access: "lasting" },
    ],
    deployments: ["home"],
    listingLagMs: 0,
    describeLagMs: 0,
    firstVersionKeepsLabel: chance.hits(0.5),
    labelMovesTouchLastChanged: chance.hits(0.5),
  };
}

/**
 * The scheduled run. Sometimes another run starts at the same time, and sometimes Lambda retries it two minutes later.
 */
function roundOf(round: number, before: number, chance: Chance): readonly RunEntry[] {
  const atMs = MINUTE + round * INTERVAL_MS;
  const nth = (number: number, lateMs: number, more: Partial<RunEntry>) =>
    runAt(`r${before + number}`, atMs + lateMs, more);
  const first = nth(1, 0, { event: eventOf(chance) });
  const { id: requestId, event } = first;
  if (chance.hits(0.35)) return [first, nth(2, chance.between(0, 60), chance.hits(0.3) ? { requestId } : {})];
  return chance.hits(0.3) ? [first, nth(2, 2 * MINUTE, { requestId, event })] : [first];
}

function eventOf(chance: Chance): RunEvent {
  if (!chance.hits(0.1)) return { trigger: "schedule" };
  return { trigger: "manual", tokens: ["backend"], force: true, retireNow: chance.hits(0.5) };
}

/**
 * Kills at a request, chosen by its number or as the first of a kind, or else at the first event; or some time after
 * the first request.
 */
function killsOf({ id: run }: RunEntry, chance: Chance): readonly FaultEntry[] {
  const fault = chance.pick(CRASHES);
  const killAt = (call: FaultEntry["call"]) => faultAt(run, call, fault);
  const way = chance.between(0, 9);
  if (way < 8) return [killAt(way < 4 ? chance.between(0, 25) : chance.pick(WRITES)), killAt("publish")];
  return [{ ...killAt(0), fault: "crash-after", ms: chance.between(0, 40) }];
}
