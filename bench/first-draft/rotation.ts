import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { ListedToken, LosantClient } from "losant-rest";

/*
 * What somebody would write first: list, create, store, send an event. It works if nothing fails. If it is interrupted, it
 * doesn't know what it began. It doesn't limit its calls, and if the store refuses a string, the string is lost.
 */

const DAY_MS = 86_400_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const PER_PAGE = 1_000;

export interface Clients {
  readonly losant: LosantClient;
  readonly secrets: Pick<SecretsManager, "createSecret" | "putSecretValue">;
  readonly events: Pick<EventBridge, "putEvents">;
  readonly now: () => number;
}

export interface Options {
  readonly applicationId: string;
  /** All tokens at once with Promise.all, instead of one after the other. */
  readonly isParallel: boolean;
}

/** Returns how many tokens it has rotated. */
export async function rotateDueTokens(
  clients: Clients,
  { applicationId, isParallel }: Options,
): Promise<number> {
  const due = newestOfEachName(await listTokens(clients, applicationId)).filter(
    ({ status, expirationDate }) =>
      status === "active" &&
      expirationDate !== undefined &&
      Date.parse(expirationDate) - clients.now() < RENEW_BEFORE_MS,
  );
  if (isParallel) await Promise.all(due.map((token) => rotate(clients, applicationId, token)));
  else for (const token of due) await rotate(clients, applicationId, token);
  return due.length;
}

async function listTokens({ losant }: Clients, applicationId: string): Promise<readonly ListedToken[]> {
  const tokens: ListedToken[] = [];
  for (let page = 0; ; page += 1) {
    const { items, totalCount } = await losant.applicationApiTokens.get({
      applicationId,
      page,
      perPage: PER_PAGE,
    });
    tokens.push(...items);
    if (items.length === 0 || tokens.length >= totalCount) return tokens;
  }
}

function newestOfEachName(tokens: readonly ListedToken[]): readonly ListedToken[] {
  const newest = new Map<string, ListedToken>();
  for (const token of tokens) {
    const other = newest.get(token.name);
    if (other === undefined || other.creationDate < token.creationDate) newest.set(token.name, token);
  }
  return [...newest.values()];
}

async function rotate(clients: Clients, applicationId: string, old: ListedToken): Promise<void> {
  const lifetimeMs = Date.parse(old.expirationDate ?? "") - Date.parse(old.creationDate);
  const created = await clients.losant.applicationApiTokens.post({
    applicationId,
    apiToken: {
      name: old.name,
      scope: old.scope,
      expirationDate: new Date(clients.now() + lifetimeMs).toISOString(),
    },
  });
  const secretName = `losant/${applicationId}/${old.name}`;
  await store(clients, secretName, JSON.stringify({ token: created.token, tokenId: created.id }));
  await clients.events.putEvents({
    Entries: [
      {
        Source: "first-draft",
        DetailType: "Losant API Token Rotated",
        Detail: JSON.stringify({ applicationId, tokenId: created.id, replacedTokenId: old.id, secretName }),
      },
    ],
  });
}

async function store({ secrets }: Clients, name: string, value: string): Promise<void> {
  try {
    await secrets.putSecretValue({ SecretId: name, SecretString: value });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
    await secrets.createSecret({ Name: name, SecretString: value });
  }
}
