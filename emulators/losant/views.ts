import type { TokenFields } from "./ids.ts";
import type { Application, StoredToken } from "./store.ts";
import type { Users, UserToken } from "./users.ts";

/** A token in the API's answers (apiToken.json of API 1.30), always without its string. */
export function tokenView(token: StoredToken) {
  const { applicationId, creatorId, creatorType } = token;
  return viewOf(token, { ownerId: applicationId, ownerType: "application", creatorId, creatorType });
}

/** The same of a user's token, with its permission cap. */
export function userTokenView(token: UserToken) {
  const { userId, creatorId, creatorType, cap } = token;
  const { defaultRole, orgRoles } = cap;
  const people = { ownerId: userId, ownerType: "user", creatorId, creatorType };
  return { ...viewOf(token, people), defaultRole, orgRoles };
}

interface OwnerAndCreator {
  readonly ownerId: string;
  readonly ownerType: string;
  readonly creatorId: string | undefined;
  readonly creatorType: string | undefined;
}

function viewOf(token: TokenFields, people: OwnerAndCreator) {
  const { id, name, description, scope, status, creatorName } = token;
  return {
    id,
    apiTokenId: id,
    ...people,
    creatorName,
    name,
    description,
    creationDate: token.creationDate.toISOString(),
    lastUpdated: token.lastUpdated.toISOString(),
    expirationDate: token.expirationDate?.toISOString(),
    scope,
    status,
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
