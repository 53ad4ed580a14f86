import { printable } from "../../lambda/model/printable.ts";
import type { DiscoverConfig } from "../../lambda/policy/config.ts";
import { Refusal } from "../command/stops.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import { ownerWords } from "../terminal/words.ts";
import type { GivenToken } from "./claims.ts";
import { beyondNeed, LISTS_APPLICATIONS, RENEWAL_SCOPES } from "./scopes.ts";
import type { Target } from "./store.ts";
import type { UserTrial } from "./user-trial.ts";
import { lifeSentence, showFindings } from "./words.ts";

const SHOWN = 50;
const NAMED = 5;

/** Shows which applications the worker would find, and what else the token may do. */
export function showUserTrial(trial: UserTrial, given: GivenToken, now: Date, screen: Screen): void {
  const { found, findings, denied, tried, tooFew, listing } = trial;
  const life = lifeSentence(given.expiresAt, given.neverExpires, now);
  say(screen, `Losant accepts the token. It ${life}.`, "");
  screen.line();
  showFindings(findings, screen);
  screen.line();
  say(screen, `The worker would find ${counted(found.length)}:`, "");
  const columns = [
    { title: "APPLICATION", atMost: 24 },
    { title: "NAME", atMost: 30 },
    { title: "ORGANIZATION" },
  ];
  const rows = found
    .slice(0, SHOWN)
    .map(({ listed }) => [
      { text: listed.id },
      { text: printable(listed.name) },
      { text: ownerWords(listed) },
    ]);
  if (rows.length > 0) for (const line of tableLines(columns, rows, screen)) screen.line(line);
  if (found.length > SHOWN) say(screen, `… and ${found.length - SHOWN} more`, "  ", "faint");
  const warnings = [
    ...tooFew.map(
      ({ index, count, atLeast }) => `discover.${index} finds ${counted(count)}, and atLeast is ${atLeast}.`,
    ),
    ...(denied.length > 0
      ? [
          `Of the first ${tried}, the token can't list the tokens of ${some(denied)}: the user's role, or the permission cap of the token, is not enough there.`,
        ]
      : []),
    ...(listing.missing > 0 ? [`Losant counts ${listing.missing} more than it lists.`] : []),
    ...(listing.unreadable.count > 0
      ? [`${listing.unreadable.count} rows of the list can't be read: one ${listing.unreadable.problem}.`]
      : []),
    ...beyondWords(trial, given),
  ];
  if (warnings.length > 0) screen.line();
  for (const warning of warnings) say(screen, warning, "", "warn");
}

/** What the token may do that the worker doesn't need. */
function beyondWords({ beyond, found, renewal }: UserTrial, { scope }: GivenToken): readonly string[] {
  const toRenew = renewal === "off" ? [] : [...RENEWAL_SCOPES, "userApiTokens.*", "userApiToken.*"];
  const wider = beyondNeed(scope ?? [], [LISTS_APPLICATIONS, ...toRenew]);
  const all = "Whoever holds this token can create tokens with any scope";
  return [
    ...(wider.length > 0
      ? [`The token has more scopes than the worker needs: ${printable(wider.join(", "))}.`]
      : []),
    ...(beyond.length > 0
      ? [
          `The token also reaches ${counted(beyond.length)} that \`discover\` leaves out, such as ${some(beyond.map(({ name }) => name))}. The worker doesn't touch these. To exclude them, give the token a permission cap (orgRoles).`,
        ]
      : []),
    `${all} in ${counted(found.length + beyond.length)}.`,
    ...(renewal === "off"
      ? []
      : [
          "Because the token renews itself, whoever holds it can also create tokens of its user with any scope and without a permission cap.",
        ]),
  ];
}

/** @throws Refusal unless the token can do what the worker needs */
export function refuseInsufficient({ findings, tooFew, denied }: UserTrial): void {
  const missing = findings.filter(({ verdict }) => verdict === "missing").map(({ scope }) => scope);
  const [few] = tooFew;
  const problem =
    missing.length > 0
      ? `this token lacks ${missing.join(", ")}`
      : denied.length > 0
        ? `this token can't list the tokens of ${some(denied)}`
        : few &&
          `discover.${few.index} finds ${counted(few.count)} with this token, and atLeast is ${few.atLeast}`;
  if (problem !== undefined)
    throw new Refusal(problem, "Nothing was stored. To store this token regardless, add --anyway.");
}

/** What `--json` prints. It doesn't contain the string. */
export function userTokenDocument(
  { found, beyond, findings, denied }: UserTrial,
  given: GivenToken,
  { secret, id }: Target,
  outcome: "tried" | "created" | "updated",
) {
  return {
    schemaVersion: "1",
    outcome,
    secretName: secret?.name ?? id,
    expirationDate: given.expiresAt?.toISOString(),
    scopes: findings.map(({ scope, verdict }) => ({ scope, verdict })),
    applications: found.map(({ listed, decidedBy }) => ({
      applicationId: listed.id,
      name: listed.name,
      discover: decidedBy,
    })),
    deniedApplications: denied,
    otherApplications: beyond.length,
  };
}

const RENEWAL = {
  off: "The worker doesn't renew this token, because `accessToken` has no `renew`. An alarm warns you before it expires.",
  identified: "The worker renews this token before it expires, with the same scope and permission cap.",
  unidentified:
    "This token can't be identified in the list of its user's tokens. The worker renews it only if a run can identify it. If not, the run fails with access-token-unidentified.",
} as const satisfies Record<UserTrial["renewal"], string>;

/** What the worker does with the token, once it is stored. */
export function userConsequences({ renewal }: UserTrial, { secret }: Target): readonly string[] {
  return [
    "You don't have to deploy anything: the worker reads the secret in every run.",
    RENEWAL[renewal],
    ...(secret === undefined
      ? []
      : [
          "Leave the token that the secret held before active until the worker has ended all predecessors: it proves with that token what it created.",
        ]),
  ];
}

/** What the token is for. */
export function purposeOf({ organizations }: DiscoverConfig): string {
  return `the applications of ${organizations.slice(0, NAMED).join(", ")}`;
}

function counted(count: number): string {
  return `${count} ${count === 1 ? "application" : "applications"}`;
}

function some(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return printable(names.slice(0, NAMED).join(", ")) + more;
}
