import type { Chronicle } from "./chronicle.ts";
import { mappedName } from "./places.ts";
import type { OperatorAct } from "./script.ts";
import type { Layout, Services } from "./services.ts";

/* A person who deploys another configuration. */

export function reconfigure(act: OperatorAct, services: Services, chronicle: Chronicle): void {
  const { deployment } = act.role;
  const { secrets, config } = services.deploymentAt(deployment);
  const names = () => chronicle.secretNamesOf(deployment);
  const uses = () => new Map(names().map((name) => [name, useOf(name, deployment, services)]));
  const before = uses();
  services.deploy(deployment, changeOf(act, services));
  const after = uses();
  // The configuration says the same as before about all other secrets.
  for (const name of new Set([...before.keys(), ...after.keys()]))
    if (before.get(name) !== after.get(name)) chronicle.tamperedBy(secrets, name).add("moved");
  chronicle.noteMove();
  chronicle.notePrefix(deployment, config.secretPrefix);
}

/**
 * Whether the worker manages a secret, which tokens the configuration names for it, and whose it is by their first
 * names.
 */
function useOf(name: string, deployment: number, services: Services): string {
  const keys = services
    .applicationsOf(deployment)
    .flatMap(({ secrets }) =>
      [...secrets].flatMap(([key, secretName]) => (secretName === name ? [key] : [])),
    );
  const roles = services.setting.applications.flatMap(({ tokens }, application) =>
    [...tokens.keys()].filter((token) => services.secretOf({ application, token, deployment }) === name),
  );
  return JSON.stringify([services.isConfigured(deployment, name), keys, roles]);
}

function changeOf({ do: what, role }: OperatorAct, services: Services): Partial<Layout> {
  const { layout, kind } = services.deploymentAt(role.deployment);
  switch (what) {
    case "change-prefix":
      return { prefix: "next" };
    case "move-prefix":
      return { prefix: "next-after-first" };
    case "change-prefix-back":
      return { prefix: "first" };
    case "renew-access-token":
      return { renew: true };
    case "keep-access-token":
      return { renew: false };
    default:
  }
  const { application, token } = role;
  if (token === "access") return {};
  const { name } = services.tokenAt({ application, token });
  const secretName = mappedName(kind, application, name);
  const key = services.rootOf(role) ?? name;
  const mapping = {
    map: { key: name, secretName },
    "map-by-id": { key, secretName },
    "map-elsewhere": { key: name, secretName: `${secretName}_elsewhere` },
    unmap: undefined,
  }[what];
  return { mapped: new Map([...layout.mapped, [`${application}/${token}`, mapping]]) };
}
