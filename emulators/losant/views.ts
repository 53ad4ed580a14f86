import type { Application, StoredToken } from "./store.ts";

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

export function applicationView({ id, name, creationDate }: Application): object {
  const created = creationDate.toISOString();
  return { id, applicationId: id, name, creationDate: created, lastUpdated: created };
}
