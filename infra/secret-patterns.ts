import type { NewSecrets } from "../lambda/model/new-secrets.ts";
import { namesMeantBy, type SecretArn, type SecretName } from "../lambda/model/secret.ts";
import type { ApplicationConfig, RotationConfig } from "../lambda/policy/config.ts";
import { room } from "./policy-room.ts";
import { renewsItsAccessToken } from "./thresholds.ts";

/** In IAM, `?` matches exactly one character. Six of them match the random end of a secret's ARN. */
const RANDOM_END = "-??????";
const ANY_APPLICATION = "?".repeat(24);

/** The ends of secret ARNs, after `:secret:`, in the form for IAM's `Resource`. Complete ARNs, if one is configured. */
export interface SecretPatterns {
  /** Secrets that the worker writes: with names that it chooses, or that `secrets` maps. */
  readonly managed: readonly string[];
  /** Access tokens that the worker renews: the only secrets that it both reads and writes. */
  readonly renewed: readonly string[];
  /** Secrets of access tokens, which the worker reads. */
  readonly accessTokens: readonly string[];
  /** Secrets that the worker describes, but doesn't read or write. */
  readonly former: readonly string[];
  /** Those of the managed secrets that are created with tags, once for all that get the same tags. */
  readonly tagged: readonly TaggedSecrets[];
  /** Those that are created with replicas, once for all that get them in the same regions. */
  readonly replicated: readonly ReplicatedSecrets[];
  /** Those that are created with a resource policy. */
  readonly restricted: readonly string[];
}

export interface TaggedSecrets {
  readonly tags: NewSecrets["tags"];
  readonly ends: readonly string[];
}

export interface ReplicatedSecrets {
  readonly regions: readonly string[];
  readonly ends: readonly string[];
}

/** All lists of resources that the policies of the role contain, for `room`. The conditions need room as well. */
export function resourceLists({
  tagged,
  replicated,
  ...others
}: SecretPatterns): readonly (readonly string[])[] {
  return [
    ...Object.values(others),
    ...tagged.map(({ tags, ends }) => [JSON.stringify(tags), ...ends]),
    ...replicated.map(({ regions, ends }) => [JSON.stringify(regions), ...ends]),
  ];
}

/** The kinds of secrets whose patterns may also match applications that are not configured. */
interface Breadth {
  readonly former?: true;
  readonly managed?: true;
  readonly accessTokens?: true;
}

/** The least harmful patterns become wider first. */
const BREADTHS: readonly Breadth[] = [
  {},
  { former: true },
  { former: true, managed: true },
  { former: true, managed: true, accessTokens: true },
];

/**
 * The secrets of each configured application by name, as long as they fit into the policies of a role. If they don't, or if
 * applications are discovered, patterns match any application under the prefixes. If that isn't enough, a pattern matches
 * everything in the one folder that must then contain all access tokens.
 * @throws Error if that doesn't fit either, or if the role could read a secret that it writes
 */
export function secretPatterns(config: RotationConfig): SecretPatterns {
  for (const breadth of BREADTHS) {
    const patterns = patternsOf(config, breadth);
    if (!room(resourceLists(patterns)).isEnough) continue;
    refuseReadAndWritten(patterns);
    return patterns;
  }
  throw new Error(
    "rotation.config.json: the names of the secrets don't fit into the policies of one role. Put the secrets of all access " +
      "tokens into their own folder (losant-access/<application id>), map fewer tokens in `secrets`, or deploy the worker " +
      "twice with different prefixes",
  );
}

function patternsOf(config: RotationConfig, breadth: Breadth): SecretPatterns {
  const { secretPrefix, formerPrefixes, applications, discover } = config;
  // The ids of discovered applications are not known here.
  const isOpen = discover.length > 0;
  const foldersUnder = (
    prefix: string,
    isBroad = false,
    of: readonly { readonly id: string }[] = applications,
  ) =>
    isOpen
      ? [`${prefix}/${ANY_APPLICATION}/*`]
      : of.map(({ id }) => `${prefix}/${isBroad ? ANY_APPLICATION : id}/*`);
  const usersTokens = distinct(discover.flatMap(({ accessToken }) => endings(accessToken)));
  const exact = distinct([
    ...applications.flatMap(({ accessToken }) => endings(accessToken)),
    ...usersTokens,
  ]);
  // The access tokens of users are always named. They have many more rights than the others.
  const folder = breadth.accessTokens && folderOf(exact.filter((end) => !usersTokens.includes(end)));
  const accessTokens = folder === undefined ? exact : distinct([`${folder}*`, ...usersTokens]);
  const writers = writersIn(config);
  /** The new secrets, once for all with the same value. */
  const alike = <Value>(demandOf: (newSecrets: NewSecrets) => Value) =>
    [...Map.groupBy(writers, ({ newSecrets }) => JSON.stringify(demandOf(newSecrets))).values()].flatMap(
      (group) => {
        const [first] = group;
        if (first === undefined) return [];
        const mappedTo = group.flatMap(({ secrets }) => secrets.flatMap(endings));
        const folders = foldersUnder(secretPrefix, breadth.managed, group);
        return [{ value: demandOf(first.newSecrets), ends: distinct([...folders, ...mappedTo]) }];
      },
    );
  const areAllRenewed = !isOpen && applications.every(renewsItsAccessToken);
  return {
    managed: distinct([
      ...foldersUnder(secretPrefix, breadth.managed),
      ...writers.flatMap(({ secrets }) => secrets.flatMap(endings)),
    ]),
    tagged: alike(({ tags }) => tags)
      .filter(({ value }) => Object.keys(value).length > 0)
      .map(({ value, ends }) => ({ tags: value, ends })),
    replicated: alike(({ replicas }) => replicas.map(({ region }) => region))
      .filter(({ value }) => value.length > 0)
      .map(({ value, ends }) => ({ regions: value, ends })),
    restricted: alike(({ resourcePolicy }) => resourcePolicy !== undefined).flatMap(({ value, ends }) =>
      value ? ends : [],
    ),
    renewed:
      folder !== undefined && areAllRenewed
        ? accessTokens
        : distinct([
            ...applications.flatMap(renewedBy),
            ...discover.flatMap(({ accessToken, renewsAccessToken }) =>
              renewsAccessToken ? endings(accessToken) : [],
            ),
          ]),
    accessTokens,
    former: distinct(formerPrefixes.flatMap((prefix) => foldersUnder(prefix, breadth.former))),
  };
}

/** Everything that decides about new secrets, with the secrets that it maps. */
function writersIn({ applications, discover }: RotationConfig) {
  return [
    ...applications.map((application) => ({ ...application, secrets: mapped(application) })),
    ...discover.flatMap(({ newSecrets, overrides }) => [
      { id: ANY_APPLICATION, newSecrets, secrets: [] },
      ...[...overrides].map(([id, { newSecrets, secrets }]) => ({
        id,
        newSecrets,
        secrets: [...secrets.values()],
      })),
    ]),
  ];
}

/** The mapped secrets, without the secret of the access token. */
function mapped({ accessToken, secrets }: ApplicationConfig): readonly SecretName[] {
  const own = namesMeantBy(accessToken);
  return [...secrets.values()].filter((name) => !own.includes(name));
}

function renewedBy(application: ApplicationConfig): readonly string[] {
  return renewsItsAccessToken(application) ? endings(application.accessToken) : [];
}

/**
 * An ARN can be configured without its random end. If its last six characters could be a word (`:secret:losant-access`),
 * both forms are allowed.
 */
function endings(id: SecretName | SecretArn): readonly string[] {
  const [, end] = (id.startsWith("arn:") && /-([A-Za-z\d]{6})$/.exec(id)) || [];
  if (end === undefined) return [`${id}${RANDOM_END}`];
  const isWord = /^(?:[A-Za-z\d][a-z\d]{5}|[A-Z\d]{6})$/.test(end);
  return isWord ? [id, `${id}${RANDOM_END}`] : [id];
}

/** `losant-access/`, if all of the secrets are directly in that folder. */
function folderOf(patterns: readonly string[]): string | undefined {
  const folders = new Set(patterns.map((pattern) => pattern.slice(0, pattern.lastIndexOf("/") + 1)));
  const [folder, ...others] = folders;
  return folder === "" || others.length > 0 ? undefined : folder;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** Configurations with conflicting names were refused before. This check is about the patterns. */
function refuseReadAndWritten({ managed, accessTokens }: SecretPatterns): void {
  const names = accessTokens.map(nameIn);
  if (!managed.some((pattern) => names.some((name) => overlap(name, nameIn(pattern))))) return;
  throw new Error(
    "rotation.config.json: the role could read a secret that it writes. Put the secrets of access tokens into their own " +
      "folder, outside secretPrefix and the secrets that `secrets` maps, such as losant-access/<application id>",
  );
}

/** The name, whatever the account is. In doubt, two patterns match the same secret. */
function nameIn(pattern: string): string {
  return pattern.replace(/^arn:.*?:secret:/, "");
}

/** Whether some text matches both: `*` matches any text, `?` matches one character. */
export function overlap(one: string, other: string): boolean {
  if (one.startsWith("*"))
    return overlap(one.slice(1), other) || (other !== "" && overlap(one, other.slice(1)));
  if (other.startsWith("*")) return overlap(other, one);
  if (one === "" || other === "") return one === other;
  const [first, second] = [one.charAt(0), other.charAt(0)];
  return (first === second || first === "?" || second === "?") && overlap(one.slice(1), other.slice(1));
}
