import type { Chronicle } from "./chronicle.ts";
import { addAccessToken, createApplication, ownerId } from "./directory-seed.ts";
import type { DirectoryDeed } from "./discovery-script.ts";
import { accessName, applicationId, organizationId, userId, userSecret } from "./places.ts";
import { DAY, HOUR, MINUTE, type Services } from "./services.ts";

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
      cap(deed, services, chronicle);
      break;
    case "revoke-user-token":
      touchAccess(deed.entry, "revoked", services, chronicle);
      for (const { id } of userTokens(deed.entry, services))
        losant.editUserToken(userId(deed.entry), id, { status: "inactive" });
      break;
    case "make-user-token":
      makeUserToken(deed, services);
      break;
    case "replace-user-token":
      replaceUserToken(deed.entry, deed.old, services, chronicle);
      break;
    default:
      deed satisfies never;
  }
}

/** What people mean by the access token: of an entry that renews it, what its secrets hold now, and not what the user has besides. */
function userTokens(entry: number, { applications, deployments, losant, reach }: Services) {
  const all = [...(applications.users.user(userId(entry))?.tokens.values() ?? [])];
  if (reach.entries[entry]?.renews === undefined) return all;
  const held = deployments.map(({ aws, kind }) => {
    const value = aws.value(userSecret(kind, entry)) ?? "";
    return losant.tokenIdOf(value.startsWith("{") ? JSON.parse(value).token : value);
  });
  return all.filter(({ id }) => held.includes(id));
}

/** A person does something to the token that the worker renews, or to its secret. */
function touchAccess(entry: number, how: string, services: Services, chronicle: Chronicle): void {
  if (services.reach.entries[entry]?.renews === undefined) return;
  const [policy] = services.deploymentAt(0).config.discover.map((one) => one.policy);
  chronicle.trouble((policy?.orphanAfterMs ?? 0) + 2 * (policy?.intervalMs ?? 0));
  for (const { secrets, kind } of services.deployments)
    chronicle.tamperedBy(secrets, userSecret(kind, entry)).add(how);
}

/** It has the name of the access token, and ends a moment earlier. */
function makeUserToken(
  { entry, as }: Extract<DirectoryDeed, { readonly do: "make-user-token" }>,
  services: Services,
): void {
  const { losant, reach, timeline } = services;
  const { aws, kind } = services.deploymentAt(0);
  const { lifetimeMs, ageMs } = reach.entries[entry]?.renews ?? { lifetimeMs: 2 * DAY, ageMs: DAY };
  const creationDate = new Date(timeline.ms - ageMs - MINUTE);
  const expirationDate = new Date(creationDate.getTime() + lifetimeMs);
  const { id } = losant.addUserToken(userId(entry), { name: accessName(kind), creationDate, expirationDate });
  const [access] = userTokens(entry, services);
  const { arn } = aws.secret(userSecret(kind, entry)) ?? {};
  const forged = `[losant-token-rotation replaces=${access?.id} secret=${arn} run=forged]`;
  const made = losant.userTokens(userId(entry)).findLast((token) => token.description !== undefined);
  const description = { named: undefined, forged, copied: made?.description }[as];
  if (description !== undefined) losant.editUserToken(userId(entry), id, { description });
}

/** It replaces what the cap said about the organization of the application before. */
function cap(
  { entry, application, role }: Extract<DirectoryDeed, { readonly do: "cap" }>,
  services: Services,
  chronicle: Chronicle,
): void {
  const { losant, applications } = services;
  const { ownerId: place } = applications.find(applicationId(application)) ?? {};
  if (place === undefined) return;
  touchAccess(entry, "capped", services, chronicle);
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
  touchAccess(entry, "set-by-hand", services, chronicle);
  for (const { kind, aws, secrets } of services.deployments) {
    aws.putSecret(userSecret(kind, entry), addAccessToken(entry, kind, services, HOUR));
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
    const tokens = userTokens(entry, services);
    for (const { id, cap: before } of losant.userTokens(userId(entry)))
      if (before.defaultRole !== undefined || before.orgRoles !== undefined) {
        if (tokens.some((token) => token.id === id)) touchAccess(entry, "capped", services, chronicle);
        losant.editUserToken(userId(entry), id, { cap: {} });
      }
    // The next run comes two intervals later at the latest.
    const safeMs = timeline.ms + 3 * setting.intervalMs;
    const isSafe = tokens.some(
      ({ status, expirationDate }) =>
        status === "active" && (expirationDate === undefined || expirationDate.getTime() >= safeMs),
    );
    if (!isSafe) replaceUserToken(entry, "left", services, chronicle);
  }
  services.noteReach();
}
