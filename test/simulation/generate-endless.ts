import type { Chance } from "./chance.ts";
import type { PolicySetting, Script, Setting } from "./script.ts";
import { MINUTE } from "./services.ts";

/**
 * The same history, in which most tokens never expire, and the policy replaces them at an age. Their successors end only if it also has
 * a lifetime, and roots only if it has `roots`.
 */
export function endless({ setting, entries }: Script, chance: Chance): Script {
  const { applications, intervalMs, policy, discovery } = setting;
  const [lifetimeMs] = applications.flatMap(({ tokens }) => tokens.map((token) => token.lifetimeMs));
  if (lifetimeMs === undefined) return { setting, entries };
  const ends = chance.hits(0.5);
  const roots = chance.hits(0.5);
  const world: Setting = {
    ...setting,
    applications: applications.map((application) => ({
      ...application,
      tokens: application.tokens.map((token) => ({ ...token, ...(chance.hits(0.7) && { isEndless: true }) })),
    })),
    policy: {
      ...policy,
      neverExpiring: inMinutes(lifetimeMs * 0.75 - 2 * intervalMs),
      ...(ends && { lifetime: inMinutes(lifetimeMs) }),
      retire: roots ? withRoots(policy.retire) : policy.retire,
    },
    ...(discovery && {
      discovery: {
        ...discovery,
        entries: discovery.entries.map((entry) =>
          entry.policy === undefined || !roots
            ? entry
            : { ...entry, policy: { retire: withRoots(entry.policy.retire) } },
        ),
      },
    }),
  };
  return { setting: world, entries };
}

/** A root is always deactivated first, and only if its consumers don't need it. */
function withRoots(retire: PolicySetting["retire"]): PolicySetting["retire"] {
  const mayEnd = retire !== "never" && retire.unread === "hold" && retire.deactivateAfter !== undefined;
  return mayEnd ? { ...retire, roots: true } : retire;
}

const inMinutes = (ms: number) => `${Math.round(ms / MINUTE)}m`;
