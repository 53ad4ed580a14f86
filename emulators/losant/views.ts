import type { Application, StoredToken } from "./store.ts";
import type { Users, UserToken } from "./users.ts";

/** A token in the API's answers (apiToken.json of API 1.30), always without its string. */
export function tokenView(token: StoredToken) {
  return {
    id: token.id,
    apiTokenId: token.id,
    ownerId: token.applicationId,
    ownerType: "application",
    creatorId: token.creatorId,
    creatorType: token.creatorType,
    creatorName: token.creatorName,
    name: token.name,
    description: token.description,
    creationDate: token.creationDate.toISOString(),
    lastUpdated: token.lastUpdated.toISOString(),
    expirationDate: token.expirationDate?.toISOString(),
    scope: token.scope,
    status: token.status,
  };
}

/** The same of a user's token, with its permission cap. */
export function userTokenView(token: UserToken) {
  const { defaultRole, orgRoles } = token.cap;
  return {
    id: token.id,
    apiTokenId: token.id,
    ownerId: token.userId,
    ownerType: "user",
    creatorId: token.creatorId,
    creatorType: "user",
    creatorName: token.creatorName,
    name: token.name,
    description: token.description,
    creationDate: token.creationDate.toISOString(),
    lastUpdated: token.lastUpdated.toISOString(),
    expirationDate: token.expirationDate?.toISOString(),
    scope: token.scope,
    status: token.status,
    defaultRole,
    orgRoles,
  };
}

/** `summary`: the names of the counts that were requested. Only the number of tokens is known here. */
export function applicationView(
  { id, name, creationDate, ownerId, tokens }: Application,
  users: Users,
  summary: readonly string[] = [],
) {
  const created = creationDate.toISOString();
  const organization = users.organization(ownerId);
  return {
    id,
    applicationId: id,
    name,
    creationDate: created,
    lastUpdated: created,
    ownerId,
    ownerType: organization === undefined ? "user" : "organization",
    organizationName: organization?.name,
    ...(summary.includes("apiTokenCount") && { summary: { apiTokenCount: tokens.size } }),
  };
}
