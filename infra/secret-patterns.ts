import { namesMeantBy, type SecretArn, type SecretName } from "../lambda/model/secret.ts";
import type { ApplicationConfig, RotationConfig } from "../lambda/policy/config.ts";
import { room } from "./policy-room.ts";
import { renewsItsAccessToken } from "./thresholds.ts";

/** IAM's `?` is exactly one character: six of them are the random end of a secret's ARN. */
const RANDOM_END = "-??????";
const ANY_APPLICATION = "?".repeat(24);

/** Ends of secret ARNs, after `:secret:`, as IAM's `Resource` writes them; or whole ARNs where one is configured. */
export interface SecretPatterns {
  /** Written, by names that the worker gives itself or that `secrets` maps. */
  readonly managed: readonly string[];
  /** Access tokens that the worker renews: the only secrets that it both reads and writes. */
  readonly renewed: readonly string[];
  /** Read. */
  readonly accessTokens: readonly string[];
  /** Looked at, and neither read nor written. */
  readonly former: readonly string[];
}

/** Of which of them a pattern may hold for applications that are not configured. */
interface Breadth {
  readonly former?: true;
  readonly managed?: true;
  readonly accessTokens?: true;
}

/** What is widened first does the least harm. */
const BREADTHS: readonly Breadth[] = [
  {},
  { former: true },
  { former: true, managed: true },
  { former: true, managed: true, accessTokens: true },
];

/**
 * The secrets of each configured application by name, as long as these fit into the policies of a role. Beyond that,
 * patterns hold for any application under the prefixes; and beyond that, for everything under the folder in which all
 * access tokens have to lie then.
 * @throws Error where that doesn't fit either, or where the role could read a secret that it writes.
 */
export function secretPatterns(config: RotationConfig): SecretPatterns {
  for (const breadth of BREADTHS) {
    const patterns = patternsOf(config, breadth);
    if (!room(Object.values(patterns)).isEnough) continue;
    refuseReadAndWritten(patterns);
    return patterns;
  }
  throw new Error(
    "rotation.config.json: the names of secrets don't fit into the policies of one role. Put the secrets of all access " +
      "tokens into one folder of their own, losant-access/<application id>, map fewer tokens in `secrets`, or deploy " +
      "twice, with different prefixes",
  );
}

function patternsOf(config: RotationConfig, breadth: Breadth): SecretPatterns {
  const { secretPrefix, formerPrefixes, applications } = config;
  const foldersUnder = (prefix: string, isBroad = false) =>
    applications.map(({ id }) => `${prefix}/${isBroad ? ANY_APPLICATION : id}/*`);
  const exact = distinct(applications.flatMap(({ accessToken }) => endings(accessToken)));
  const folder = breadth.accessTokens && folderOf(exact);
  const accessTokens = folder === undefined ? exact : [`${folder}*`];
  const areAllRenewed = applications.every(renewsItsAccessToken);
  return {
    managed: distinct([
      ...foldersUnder(secretPrefix, breadth.managed),
      ...applications.flatMap((application) => mapped(application).flatMap(endings)),
    ]),
    renewed: folder !== undefined && areAllRenewed ? accessTokens : distinct(applications.flatMap(renewedBy)),
    accessTokens,
    former: distinct(formerPrefixes.flatMap((prefix) => foldersUnder(prefix, breadth.former))),
  };
}

/** Without an access token that is mapped to its own secret. */
function mapped({ accessToken, secrets }: ApplicationConfig): readonly SecretName[] {
  const own = namesMeantBy(accessToken);
  return [...secrets.values()].filter((name) => !own.includes(name));
}

function renewedBy(application: ApplicationConfig): readonly string[] {
  return renewsItsAccessToken(application) ? endings(application.accessToken) : [];
}

/**
 * An ARN may be given without its random end. Where the last six characters could be a word, `:secret:losant-access`,
 * they may be either.
 */
function endings(id: SecretName | SecretArn): readonly string[] {
  const [, end] = (id.startsWith("arn:") && /-([A-Za-z\d]{6})$/.exec(id)) || [];
  if (end === undefined) return [`${id}${RANDOM_END}`];
  const isWord = /^(?:[A-Za-z\d][a-z\d]{5}|[A-Z\d]{6})$/.test(end);
  return isWord ? [id, `${id}${RANDOM_END}`] : [id];
}

/** `losant-access/`, where all of these lie in it and in no folder below it. */
function folderOf(patterns: readonly string[]): string | undefined {
  const folders = new Set(patterns.map((pattern) => pattern.slice(0, pattern.lastIndexOf("/") + 1)));
  const [folder, ...others] = folders;
  return folder === "" || others.length > 0 ? undefined : folder;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** The configuration is refused before that, as far as names alone tell: this is about the patterns. */
function refuseReadAndWritten({ managed, accessTokens }: SecretPatterns): void {
  const names = accessTokens.map(nameIn);
  if (!managed.some((pattern) => names.some((name) => overlap(name, nameIn(pattern))))) return;
  throw new Error(
    "rotation.config.json: the role could read a secret that it writes. Put the secrets of access tokens into a folder " +
      "of their own, outside of secretPrefix and of what `secrets` maps: losant-access/<application id>",
  );
}

/** Of whatever account: in doubt, two patterns are about the same secret. */
function nameIn(pattern: string): string {
  return pattern.replace(/^arn:.*?:secret:/, "");
}

/** Whether there is a text that fits both: `*` is any text, `?` is one character. */
export function overlap(one: string, other: string): boolean {
  if (one.startsWith("*"))
    return overlap(one.slice(1), other) || (other !== "" && overlap(one, other.slice(1)));
  if (other.startsWith("*")) return overlap(other, one);
  if (one === "" || other === "") return one === other;
  const [first, second] = [one.charAt(0), other.charAt(0)];
  return (first === second || first === "?" || second === "?") && overlap(one.slice(1), other.slice(1));
}
