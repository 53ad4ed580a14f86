import type { Chronicle } from "./chronicle.ts";
import { createApplication, ownerId } from "./directory-seed.ts";
import type { DirectoryDeed } from "./discovery-script.ts";
import { accessName, applicationId, organizationId, userId, userSecret } from "./places.ts";
import type { Services } from "./services.ts";

/* A person who creates, renames, moves and deletes applications, and decides who sees them. */

export function direct(deed: DirectoryDeed, services: Services, chronicle: Chronicle): void {
  carryOut(deed, services, chronicle);
  services.noteReach();
  chronicle.note("person");
}

function carryOut(deed: DirectoryDeed, services: Services, chronicle: Chronicle): void {
  const { losant, applications } = services;
  if ("application" in deed && deed.do !== "create-application")
    if (applications.find(applicationId(deed.application)) === undefined) return;
  switch (deed.do) {
    case "create-application":
      createApplication(deed.application, services);
      break;
    case "delete-application":
      losant.removeApplication(applicationId(deed.application));
      break;
    case "rename-application":
      losant.editApplication(applicationId(deed.application), { name: deed.name });
      break;
    case "move-application":
      losant.editApplication(applicationId(deed.application), { ownerId: ownerId(deed.owner) });
      break;
    case "disable":
    case "enable":
      losant.editOrganization(organizationId(deed.organization), { isDisabled: deed.do === "disable" });
      break;
    case "rename-organization":
      losant.editOrganization(organizationId(deed.organization), { name: deed.name });
      break;
    case "leave":
    case "join": {
      const role = deed.do === "join" ? "collaborate" : undefined;
      losant.setMember(organizationId(deed.organization), userId(deed.entry), role);
      break;
    }
    case "cap":
      cap(deed, services);
      break;
    case "revoke-user-token":
      for (const { id } of userTokens(deed.entry, services))
        losant.editUserToken(userId(deed.entry), id, { status: "inactive" });
      break;
    case "replace-user-token":
      replaceUserToken(deed.entry, deed.old, services, chronicle);
      break;
    default:
      deed satisfies never;
  }
}

function userTokens(entry: number, { applications }: Services) {
  return [...(applications.users.user(userId(entry))?.tokens.values() ?? [])];
}

/** It replaces what the cap said about the organization of the application before. */
function cap(
  { entry, application, role }: Extract<DirectoryDeed, { readonly do: "cap" }>,
  services: Services,
): void {
  const { losant, applications } = services;
  const { ownerId: place } = applications.find(applicationId(application)) ?? {};
  if (place === undefined) return;
  const orgId = applications.users.organization(place) === undefined ? "sandbox" : place;
  const applicationRoles = [{ resourceId: applicationId(application), role }];
  const orgRoles = [{ orgId, role: "admin" as const, applicationRoles }];
  for (const { id } of userTokens(entry, services))
    losant.editUserToken(userId(entry), id, { cap: { orgRoles } });
}

/** Each deployment gets an access token of its own. */
export function replaceUserToken(
  entry: number,
  old: "left" | "revoked",
  services: Services,
  chronicle: Chronicle,
): void {
  const before = userTokens(entry, services);
  for (const { kind, aws, secrets } of services.deployments) {
    const made = services.losant.addUserToken(userId(entry), { name: accessName(kind) });
    aws.putSecret(userSecret(kind, entry), made.token);
    chronicle.tamperedBy(secrets, userSecret(kind, entry)).add("set-by-hand");
  }
  if (old === "revoked")
    for (const { id } of before) services.losant.editUserToken(userId(entry), id, { status: "inactive" });
}

/** Everybody sees everything again, under its first name and owner. What was deleted stays deleted. */
export function repairDirectory(services: Services, chronicle: Chronicle): void {
  const { setting, losant, applications, reach, timeline } = services;
  const { discovery } = setting;
  if (discovery === undefined) return;
  for (const flaw of [...reach.flaws, ...reach.outages]) flaw.toMs = Math.min(flaw.toMs, timeline.ms);
  for (const [place, name] of discovery.organizations.entries()) {
    losant.editOrganization(organizationId(place), { name, isDisabled: false });
    for (const entry of discovery.entries.keys())
      losant.setMember(organizationId(place), userId(entry), "collaborate");
  }
  for (const [index, { found }] of setting.applications.entries())
    if (found !== undefined && applications.find(applicationId(index)) !== undefined)
      losant.editApplication(applicationId(index), { name: found.name, ownerId: ownerId(found.owner) });
  for (const entry of discovery.entries.keys()) {
    for (const { id } of userTokens(entry, services)) losant.editUserToken(userId(entry), id, { cap: {} });
    if (!losant.accepts(services.userStringOf(entry) ?? ""))
      replaceUserToken(entry, "left", services, chronicle);
  }
  services.noteReach();
}
