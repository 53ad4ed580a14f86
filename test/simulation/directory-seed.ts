import type { SecretsConsole } from "../../emulators/aws/console.ts";
import type { LosantConsole } from "../../emulators/losant/console.ts";
import type { Applications } from "../../emulators/losant/store.ts";
import type { Owner } from "./discovery-script.ts";
import { accessName, applicationId, organizationId, userId, userSecret } from "./places.ts";
import type { DeploymentKind, Setting } from "./script.ts";

/** The part of the services that a setting fills. */
interface Seeded {
  readonly setting: Setting;
  readonly applications: Applications;
  readonly losant: LosantConsole;
  readonly deployments: readonly { readonly kind: DeploymentKind; readonly aws: SecretsConsole }[];
  addRoots(application: number): void;
}

/** The users, the organizations, and the access tokens of all deployments. */
export function seedDirectory({ setting, losant, deployments, applications }: Seeded): void {
  const { discovery } = setting;
  if (discovery === undefined) return;
  for (const [place, name] of discovery.organizations.entries())
    losant.addOrganization({ id: organizationId(place), name });
  for (const entry of discovery.entries.keys()) {
    losant.addUser({ id: userId(entry), name: `Robot ${entry}` });
    for (const place of discovery.organizations.keys())
      losant.setMember(organizationId(place), userId(entry), "collaborate");
    for (const { kind, aws } of deployments)
      aws.putSecret(userSecret(kind, entry), addAccessToken(entry, kind, { setting, losant, applications }));
  }
}

/** Returns its string. If the worker renews it, it began `ageMs` ago. */
export function addAccessToken(
  entry: number,
  kind: DeploymentKind,
  { setting, losant, applications }: Pick<Seeded, "setting" | "losant" | "applications">,
  ageMs?: number,
): string {
  const { renews } = setting.discovery?.entries[entry] ?? {};
  const name = accessName(kind);
  if (renews === undefined || kind !== "home") return losant.addUserToken(userId(entry), { name }).token;
  const creationDate = new Date(applications.now().getTime() - (ageMs ?? renews.ageMs));
  const expirationDate = new Date(creationDate.getTime() + renews.lifetimeMs);
  return losant.addUserToken(userId(entry), { name, creationDate, expirationDate }).token;
}

export function createApplication(application: number, services: Seeded): void {
  const { found } = services.setting.applications[application] ?? {};
  if (found === undefined || services.applications.find(applicationId(application)) !== undefined) return;
  const { name, owner } = found;
  services.losant.addApplication({ id: applicationId(application), name, ownerId: ownerId(owner) });
  services.addRoots(application);
}

export const ownerId = (owner: Owner) => (owner === "sandbox" ? userId(0) : organizationId(owner));
