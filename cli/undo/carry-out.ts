import { asRotationError } from "../../lambda/model/errors.ts";
import { AWSCURRENT, holderOf } from "../../lambda/model/secret.ts";
import { type ApiToken, isExpired, type TokenId } from "../../lambda/model/token.ts";
import type { TokenApi } from "../../lambda/ports.ts";
import { Refusal } from "../command/stops.ts";
import type { Tools } from "../command/tools.ts";
import type { Found } from "./find.ts";
import type { Undo } from "./intent.ts";
import { reactivate } from "./reactivate.ts";

/**
 * Reactivates first, so that consumers never get a token that doesn't work. Then moves AWSCURRENT if it is still where it
 * was read. If this is interrupted between the two, both tokens work, and the next call continues from there.
 */
export async function carryOut(
  undo: Undo,
  { application, secret }: Found,
  tools: Tools,
  say: (done: string) => void,
): Promise<void> {
  const api = tools.connect(application);
  const { predecessorId: id } = undo;
  const ensure = async () => {
    if ((await usable(id, api, tools)).status === "active") return false;
    await reactivate(id, application, tools);
    if ((await usable(id, api, tools)).status !== "active")
      throw new Refusal(`Losant was asked to reactivate ${id}, but it is still inactive`, "Try again.");
    return true;
  };
  say((await ensure()) ? `${id} is active again.` : `${id} is active.`);
  if (undo.kind !== "move") return;
  await move(undo, secret, tools);
  say(`AWSCURRENT of ${secret.name} is on ${undo.to} again.`);
  // Before AWSCURRENT was moved, a run may have retired the predecessor, because it was superseded.
  if (await ensure()) say(`${id} was deactivated in the meantime, and is active again.`);
}

/** The token. @throws Refusal if it was deleted or has expired, so that nothing can bring it back */
export async function usable(id: TokenId, api: TokenApi, { clock }: Pick<Tools, "clock">): Promise<ApiToken> {
  const token = await api.get(id);
  const forward =
    "Replace the current token instead, with `npm run rotate -- --token <its id> --force`, or create a token by hand and " +
    "store it as a new version of the secret.";
  if (token === undefined)
    throw new Refusal(`${id} was deleted at Losant, and a deleted token can't be restored`, forward);
  if (isExpired(token, clock.now()))
    throw new Refusal(
      `${id} expired at ${token.expiresAt?.toISOString()}, and an expiry can't be changed`,
      forward,
    );
  return token;
}

/** A lost answer and a lost race look the same. Only the position of AWSCURRENT tells them apart. */
async function move(
  { from, to }: Extract<Undo, { readonly kind: "move" }>,
  { arn, name }: Found["secret"],
  { store }: Tools,
): Promise<void> {
  const error = await store.promote(arn, to, from).then(() => undefined, asRotationError);
  if (error === undefined) return;
  const seen = await store.describe(name);
  const holder = seen && holderOf(seen, AWSCURRENT);
  if (holder === to) return;
  if (holder === from) throw error;
  throw new Refusal(
    `AWSCURRENT of ${name} was moved to ${holder} in the meantime, so the command didn't move it`,
    "The predecessor is active. Find out who moved AWSCURRENT, and then try again.",
  );
}
