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
 * Reactivates first, so that consumers are never sent to a dead token, then moves the label if it is still where it was
 * seen. Cut off in between, the predecessor works beside its successor, and the next call goes on from there.
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
      throw new Refusal(`${id} is still inactive after Losant was told to reactivate it`, "Try again.");
    return true;
  };
  say((await ensure()) ? `${id} is active again.` : `${id} is active.`);
  if (undo.kind !== "move") return;
  await move(undo, secret, tools);
  say(`AWSCURRENT of ${secret.name} is on ${undo.to} again.`);
  // Before the label had moved, a run may have retired the token that policy took for superseded.
  if (await ensure()) say(`${id} had been deactivated meanwhile, and is active again.`);
}

/** The token, if it can be brought back at all. */
export async function usable(id: TokenId, api: TokenApi, { clock }: Pick<Tools, "clock">): Promise<ApiToken> {
  const token = await api.get(id);
  const forward =
    "Go forward instead: replace the current token with `npm run rotate -- --token <its id> --force`, or store a token " +
    "made by hand as a new version of the secret.";
  if (token === undefined)
    throw new Refusal(`${id} was deleted at Losant, and nothing brings back a deleted token`, forward);
  if (isExpired(token, clock.now()))
    throw new Refusal(
      `${id} expired at ${token.expiresAt?.toISOString()}, and an expiry can't be changed`,
      forward,
    );
  return token;
}

/** A lost answer and a lost race look alike: only a look at the label tells them apart. */
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
    `AWSCURRENT of ${name} has moved meanwhile, to ${holder}: nothing was moved back`,
    "The predecessor is active. Look at what happened, then try again.",
  );
}
