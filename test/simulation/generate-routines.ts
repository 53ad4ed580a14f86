import type { Chance } from "./chance.ts";
import type { Entry, PolicySetting, Role, RoutineEntry, RunEntry, Script, Setting } from "./script.ts";
import { DAY, HOUR } from "./services.ts";

const CONSUMERS = ["prompt", "prompt", "late", "gone", "behind", "behind", "never"] as const;

/** How many of these histories last until what they rotated is due again: a policy ends no token that a person made. */
const SECOND = 1 / 2;

/** The same history, in which consumers read the secrets, or don't, and a policy that ends tokens mostly asks whether they have. */
export function consuming({ setting, entries }: Script, chance: Chance): Script {
  const holds = chance.hits(0.7);
  const world = holds ? holding(setting) : setting;
  const runs = entries.filter((entry) => entry.kind === "run");
  const endMs = Math.max(...runs.map(({ atMs }) => atMs)) + setting.intervalMs;
  const readLagMs = chance.pick([0, 0, 0, HOUR, DAY]);
  const more = chance.hits(SECOND) ? secondRotation(setting, endMs, chance) : [];
  return {
    setting: { ...world, ...(readLagMs > 0 && { readLagMs }) },
    entries: [...entries, ...more, ...routinesOf(setting, endMs, chance)],
  };
}

/** Runs from the moment on at which successors are due, until their grace periods are over. */
function secondRotation(
  { applications, deployments, intervalMs }: Setting,
  endMs: number,
  chance: Chance,
): readonly RunEntry[] {
  const lifetimes = applications.flatMap(({ tokens }) => tokens.map(({ lifetimeMs }) => lifetimeMs));
  const dueMs = Math.max(endMs, Math.max(0, ...lifetimes) * chance.pick([0.68, 0.73]));
  return Array.from({ length: 7 }, (_, nth) =>
    [...deployments.keys()].map((deployment): RunEntry => {
      const id = `r${300 + 10 * nth + deployment}`;
      const atMs = Math.round(dueMs + nth * intervalMs + chance.between(0, 5_000));
      return {
        kind: "run",
        id,
        atMs,
        deployment,
        event: { trigger: "schedule" },
        skewMs: 0,
        isEndless: false,
      };
    }),
  ).flat();
}

function holding({ policy, discovery, ...setting }: Setting): Setting {
  return {
    ...setting,
    policy: { ...policy, retire: held(policy.retire) },
    ...(discovery && {
      discovery: {
        ...discovery,
        entries: discovery.entries.map((entry) =>
          entry.policy === undefined ? entry : { ...entry, policy: { retire: held(entry.policy.retire) } },
        ),
      },
    }),
  };
}

function held(retire: PolicySetting["retire"]): PolicySetting["retire"] {
  return retire === "never" ? retire : { ...retire, unread: "hold" };
}

function* routinesOf(
  { applications, deployments, intervalMs }: Setting,
  endMs: number,
  chance: Chance,
): Iterable<Entry> {
  for (const deployment of deployments.keys())
    for (const [application, { tokens }] of applications.entries())
      for (const token of tokens.keys())
        yield* routinesFor({ application, token, deployment }, intervalMs, endMs, chance);
}

function* routinesFor(role: Role, intervalMs: number, endMs: number, chance: Chance): Iterable<RoutineEntry> {
  const kind = chance.pick(CONSUMERS);
  const fromMs = chance.between(0, intervalMs);
  const common = { kind: "routine", role, fromMs, everyMs: intervalMs } as const;
  switch (kind) {
    case "prompt":
      yield { ...common, does: "read-current" };
      break;
    case "late":
      yield { ...common, does: "read-current", everyMs: intervalMs * chance.pick([4, 8, 16]) };
      break;
    case "gone":
      yield { ...common, does: "read-current", toMs: chance.between(fromMs, endMs) };
      break;
    case "behind":
      yield { ...common, does: "read-previous" };
      if (chance.hits(0.7)) yield { ...common, does: "read-current" };
      break;
    case "never":
      break;
    default:
      kind satisfies never;
  }
  if (chance.hits(0.15))
    yield { ...common, does: "edit-tags", everyMs: Math.max(HOUR, intervalMs / chance.pick([1, 3])) };
}
