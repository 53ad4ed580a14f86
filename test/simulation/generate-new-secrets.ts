import type { Chance } from "./chance.ts";
import type { Script } from "./script.ts";

/** The same history, in which the organization demands something of new secrets, and they may get replicas that lag or fail. */
export function demanding({ setting, entries }: Script, chance: Chance): Script {
  const isReplicated = chance.hits(0.6);
  const demands = {
    ...(chance.hits(0.5) && { refusesBareSecrets: true }),
    ...(chance.hits(0.3) && { restrictsNewSecrets: true }),
    ...(isReplicated && {
      replicas: {
        lagMs: chance.pick([0, 2_000, 8_000, 15_000]),
        ...(chance.hits(0.3) && { one: "fails" as const }),
      },
    }),
  };
  // Most secrets are new.
  const applications = setting.applications.map((application) => ({
    ...application,
    tokens: application.tokens.map((token) => (chance.hits(0.8) ? { ...token, isMapped: false } : token)),
  }));
  return { setting: { ...setting, ...demands, applications }, entries };
}
