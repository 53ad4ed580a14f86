import { printable, quoted } from "../../lambda/model/printable.ts";
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

/** What trying the token has told. */
export function showTrial({ own, findings }: Trial, given: GivenToken, now: Date, screen: Screen): void {
  const expiresAt = own?.expiresAt ?? given.expiresAt;
  const name = own === undefined ? "The token" : `${printable(own.name)} (${own.id})`;
  say(
    screen,
    `Losant lets it in. ${name} ${lifeOf(expiresAt, own !== undefined || given.neverExpires, now)}.`,
    "",
  );
  screen.line();
  const rows = findings.map(({ scope, verdict, how }) => [
    { text: scope },
    { text: verdict, style: STYLES[verdict] },
    { text: how },
  ]);
  for (const line of tableLines([{ title: "SCOPE" }, { title: "VERDICT" }, { title: "HOW" }], rows, screen))
    screen.line(line);
  const wider = beyondNeed(own?.scope ?? given.scope ?? []);
  if (wider.length === 0) return;
  screen.line();
  say(screen, `It may do more than the worker needs: ${printable(wider.join(", "))}.`, "", "warn");
}

/** What nothing says is not claimed. */
function lifeOf(expiresAt: Date | undefined, isKnown: boolean, now: Date): string {
  if (expiresAt !== undefined) return `expires ${relative(expiresAt, now)}`;
  return isKnown ? "never expires" : "doesn't say when it expires";
}

/** What `--json` prints: what trying the token has told, and what became of it. The string is no part of it. */
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

/** What the worker makes of the token, once it is stored. */
export function consequences(
  trial: Trial,
  target: Target,
  application: ApplicationConfig,
  now: Date,
): readonly string[] {
  return [
    "The worker reads it in every run: nothing has to be deployed.",
    ...renewal(trial, target, application, now),
  ];
}

function renewal(
  { own, listed }: Trial,
  { secret, id }: Target,
  application: ApplicationConfig,
  now: Date,
): readonly string[] {
  const managedId = secret && managedToken(secret);
  if (managedId !== undefined) {
    const managed = listed.find((token) => token.id === managedId);
    const isAlive = managed !== undefined && isLive(managed, now);
    return [
      "The worker renewed what this secret held before. It takes this token for one that somebody set by hand, and holds: " +
        "it logs in with it, and does not renew it.",
      "To let it renew the access token again: " +
        `npm run rotate -- --token ${isAlive ? managedId : (own?.id ?? "<the id of this token>")} --force`,
    ];
  }
  const name = nameOf(id);
  const [mapped] = [...application.secrets].find(([, secretName]) => secretName === name) ?? [];
  if (mapped === undefined && !application.renewsAccessToken)
    return [
      `It is not renewed: no entry of \`secrets\` maps its name to ${name}. If it expires, an alarm tells in time.`,
    ];
  if (own === undefined)
    return ["Which of the listed tokens it is can't be told. The worker renews it only if it can tell that."];
  if (mapped !== undefined && own.name !== mapped)
    return [
      `It is not renewed: \`secrets\` maps ${quoted(mapped)} to this secret, and its name is ` +
        `${quoted(own.name)}.`,
    ];
  return ["The worker renews it, like any other token, if it expires."];
}

/** The token of the worker's that the secret holds, or held before somebody set a value by hand. */
function managedToken(secret: SecretState): TokenId | undefined {
  const holders = [AWSCURRENT, AWSPREVIOUS].map((label) => holderOf(secret, label));
  return holders.map((version) => version && stampOf(version)).find((stamp) => stamp !== undefined)?.tokenId;
}

function nameOf(id: SecretName | SecretArn): string {
  return id.startsWith("arn:") ? secretNameOf(id as SecretArn) : id;
}
