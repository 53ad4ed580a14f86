import type { Chronicle } from "./chronicle.ts";
import type { OperatorAct } from "./script.ts";
import { type Layout, mappedName, type Services } from "./services.ts";

/* Somebody who deploys another configuration. */

export function reconfigure(act: OperatorAct, services: Services, chronicle: Chronicle): void {
  const { deployment } = act.role;
  chronicle.tamperedAll(deployment, "moved");
  services.deploy(deployment, changeOf(act, services));
  chronicle.tamperedAll(deployment, "moved");
  chronicle.noteMove();
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
