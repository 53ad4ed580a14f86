import { printable } from "../../lambda/model/printable.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  type SecretArn,
  type SecretName,
  type SecretState,
  secretNameOf,
  stampOf,
} from "../../lambda/model/secret.ts";
import { isLive, type TokenId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { type Screen, type Style, say } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import { relative } from "../terminal/words.ts";
import type { GivenToken } from "./claims.ts";
import { beyondNeed } from "./scopes.ts";
import type { Target } from "./store.ts";
import type { Finding, Trial } from "./trial.ts";

const STYLES = { granted: "good", missing: "bad", unclear: "warn" } as const satisfies Record<
  Finding["verdict"],
  Style
>;

/** Shows the result of the test. */
export function showTrial({ own, findings }: Trial, given: GivenToken, now: Date, screen: Screen): void {
  const expiresAt = own?.expiresAt ?? given.expiresAt;
  const name = own === undefined ? "It" : `${printable(own.name)} (${own.id})`;
  say(
    screen,
    `Losant accepts the token. ${name} ${lifeSentence(expiresAt, own !== undefined || given.neverExpires, now)}.`,
    "",
  );
  screen.line();
  showFindings(findings, screen);
  const wider = beyondNeed(own?.scope ?? given.scope ?? []);
  if (wider.length === 0) return;
  screen.line();
  say(screen, `The token has more scopes than the worker needs: ${printable(wider.join(", "))}.`, "", "warn");
}

export function showFindings(
  findings: readonly (Omit<Finding, "scope"> & { readonly scope: string })[],
  screen: Screen,
): void {
  const rows = findings.map(({ scope, verdict, how }) => [
    { text: scope },
    { text: verdict, style: STYLES[verdict] },
    { text: how },
  ]);
  for (const line of tableLines([{ title: "SCOPE" }, { title: "VERDICT" }, { title: "HOW" }], rows, screen))
    screen.line(line);
}

/** When the token expires, as far as Losant or the payload says. */
export function lifeSentence(expiresAt: Date | undefined, isKnown: boolean, now: Date): string {
  if (expiresAt !== undefined) return `expires ${relative(expiresAt, now)}`;
  return isKnown ? "never expires" : "doesn't say when it expires";
}

/** What `--json` prints: the result of the test and whether the token was stored. It doesn't contain the string. */
export function accessTokenDocument(
  { own, findings }: Trial,
  given: GivenToken,
  { secret, id }: Target,
  application: ApplicationConfig,
  outcome: "tried" | "created" | "updated",
) {
  return {
    schemaVersion: "1",
    outcome,
    applicationId: application.id,
    secretName: secret?.name ?? id,
    tokenId: own?.id,
    name: own?.name,
    expirationDate: (own?.expiresAt ?? given.expiresAt)?.toISOString(),
    scopes: findings.map(({ scope, verdict }) => ({ scope, verdict })),
  };
}

/** What the worker does with the token, once it is stored. */
export function consequences(
  trial: Trial,
  target: Target,
  application: ApplicationConfig,
  now: Date,
): readonly string[] {
  return [
    "You don't have to deploy anything: the worker reads the secret in every run.",
    ...renewal(trial, target, application, now),
  ];
}

function renewal(
  { own, listed }: Trial,
  { secret, id }: Target,
  application: ApplicationConfig,
  now: Date,
): readonly string[] {
  const name = nameOf(id);
  if (!application.renewsAccessToken && ![...application.secrets.values()].some((mapped) => mapped === name))
    return [
      `The worker doesn't renew this token: \`accessToken\` has no \`renew\`, and no entry of \`secrets\` maps a token to ${name}. An alarm warns you before it expires.`,
    ];
  if (own === undefined)
    return [
      "This token can't be identified in the list of tokens. The worker renews it only if a run can identify it. If not, an " +
        "alarm warns you before it expires.",
    ];
  const renewal = "The worker renews this token before it expires, like any other token.";
  const former = listed.find((token) => token.id === (secret && managedToken(secret)));
  if (former === undefined || former.id === own.id || !isLive(former, now)) return [renewal];
  return [
    renewal,
    `The token that the secret held before, ${printable(former.name)} (${former.id}), still works, and nothing renews it. If ` +
      "nobody needs it, delete it in Losant.",
  ];
}

/** The token that the worker stored in the secret: the current one, or the one before a manual change. */
function managedToken(secret: SecretState): TokenId | undefined {
  const holders = [AWSCURRENT, AWSPREVIOUS].map((label) => holderOf(secret, label));
  return holders.map((version) => version && stampOf(version)).find((stamp) => stamp !== undefined)?.tokenId;
}

function nameOf(id: SecretName | SecretArn): string {
  return id.startsWith("arn:") ? secretNameOf(id as SecretArn) : id;
}
