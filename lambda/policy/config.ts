import * as v from "valibot";
import { RotationError } from "../model/errors.ts";
import type { NewSecrets } from "../model/new-secrets.ts";
import { namesMeantBy, type SecretArn, type SecretName } from "../model/secret.ts";
import { type ApplicationId, TokenId } from "../model/token.ts";
import { ConfigSchema, shareOf } from "./config-schema.ts";
import { type ApplicationPlaces, conflictsIn } from "./conflicts.ts";
import { jsonFlaw } from "./json-flaw.ts";
import { type NewSecretsDocument, resolveNewSecrets } from "./new-secrets.ts";
import {
  durationMs,
  entryProblems,
  impossibilities,
  isOfApplication,
  type Policy,
  type PolicyDocument,
  resolvePolicy,
  withEntries,
} from "./policy.ts";
import { isFleetInterval, type Share, shardsIn } from "./slots.ts";

export { durationMs, type Policy } from "./policy.ts";

export interface ApplicationConfig {
  readonly id: ApplicationId;
  /** The secret with the token that the worker logs in with. */
  readonly accessToken: SecretName | SecretArn;
  /** The worker renews this token, whatever its name is. An entry of `secrets` can have the same effect. */
  readonly renewsAccessToken: boolean;
  readonly policy: Policy;
  readonly newSecrets: NewSecrets;
  /** By token name, or by token id in lower case. */
  readonly secrets: ReadonlyMap<string, SecretName>;
  /** The entry of `discover` whose access token, that of a user, it shares. Undefined if it has an access token of its own. */
  readonly foundBy?: DiscoverConfig | undefined;
  /** The other entries of `discover` that are about it: in another run, one of them may have found it first. */
  readonly alsoAbout?: readonly DiscoverConfig[];
  /**
   * This is no application, but the user of that access token, and `id` is the user's id. Of the user's tokens, the worker only
   * handles the access token, its successors and its predecessors.
   */
  readonly ownerType?: "user" | undefined;
}

/** An entry of `discover`: applications that are not listed in the configuration. */
export interface DiscoverConfig {
  /** The secret with the access token of a user. */
  readonly accessToken: SecretName | SecretArn;
  /** The worker renews this token. Of several entries with the same secret, only one renews it. */
  readonly renewsAccessToken: boolean;
  /** Names with wildcards, ids, or `sandbox`: the user's own applications. */
  readonly organizations: readonly string[];
  /** Names of applications with wildcards, or ids. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** With fewer applications, a run fails. */
  readonly atLeast: number;
  /** Only this share of them, because other deployments work on the others. Undefined: all of them. */
  readonly part: Share | undefined;
  /** For applications without an override. */
  readonly policy: Policy;
  readonly newSecrets: NewSecrets;
  /** The entries of `applications` without an access token. The same for each entry of `discover`, but for the policies and the new secrets. */
  readonly overrides: ReadonlyMap<ApplicationId, ApplicationOverride>;
}

export type ApplicationOverride = Pick<ApplicationConfig, "policy" | "newSecrets" | "secrets">;

export interface RotationConfig {
  readonly losantApiUrl: string;
  readonly secretPrefix: string;
  /** Earlier values of `secretPrefix`. Tokens whose secrets are there move to secrets under the current prefix. */
  readonly formerPrefixes: readonly string[];
  readonly eventBusName: string;
  readonly intervalMs: number;
  /** A run starts in every slot and takes one of these shards of the applications. Undefined: it takes all of them. */
  readonly fleet: { readonly shards: number } | undefined;
  /** The applications with an access token of their own. */
  readonly applications: readonly ApplicationConfig[];
  readonly discover: readonly DiscoverConfig[];
}

type ConfigDocument = v.InferOutput<typeof ConfigSchema>;
type ApplicationDocument = NonNullable<ConfigDocument["applications"]>[number];
type DiscoverDocument = NonNullable<ConfigDocument["discover"]>[number];

/**
 * The configuration, with every default filled in.
 * @throws RotationError `config-invalid`, with the path of each wrong key, never with its value.
 */
export function parseConfig(document: unknown): RotationConfig {
  const lists = listsIn(document);
  if (lists.length > 0) throw invalid(lists);
  const parsed = v.safeParse(ConfigSchema, document);
  if (!parsed.success) throw invalid(parsed.issues.map(describeIssue));
  const config = parsed.output;
  const missing = missingIn(config);
  if (missing.length > 0) throw invalid(missing);
  const intervalMs = durationMs(config.schedule);
  const { losantApiUrl, secretPrefix, formerPrefixes, eventBusName } = config;
  const entries = config.applications ?? [];
  const common: Layer = { policy: config.policy, newSecrets: config.newSecrets, path: "policy" };
  const applications = entries.flatMap((entry, index) =>
    resolveApplication(entry, [common, layerOf(entry, "applications", index)], intervalMs),
  );
  const discover = withoutRepeatedRenewals(
    (config.discover ?? []).map((entry, index) =>
      resolveDiscover(entry, entries, [common, layerOf(entry, "discover", index)], intervalMs),
    ),
  );
  const isFleet = config.fleet === true;
  const problems = [
    ...(isFleet && !isFleetInterval(intervalMs)
      ? ["schedule: with fleet, must be a multiple of 15m, from 30m to 1d"]
      : []),
    ...entries.flatMap(idsTwice),
    ...tokenEntryProblems(config),
    ...conflictsIn({ secretPrefix, formerPrefixes, applications: entries.map(placesOfEntry), discover }),
    ...impossiblePolicies(entries, applications, discover),
  ];
  if (problems.length > 0) throw invalid(problems);
  const fleet = isFleet ? { shards: shardsIn(intervalMs) } : undefined;
  return {
    losantApiUrl,
    secretPrefix,
    formerPrefixes,
    eventBusName,
    intervalMs,
    fleet,
    applications,
    discover,
  };
}

/** Keys that are optional only if another key is there. */
function missingIn({ applications, discover }: ConfigDocument): readonly string[] {
  if (discover !== undefined) return [];
  if (applications === undefined) return ["applications: is missing, and so is discover"];
  return applications.flatMap(({ accessToken }, index) =>
    accessToken === undefined ? [`applications.${index}.accessToken: is missing`] : [],
  );
}

/** The policies of all applications, also of those that are not discovered yet, and of single tokens. */
export function policiesOf({ applications, discover }: RotationConfig): readonly Policy[] {
  const policies = [
    ...applications.map(({ policy }) => policy),
    ...discover.flatMap(({ policy, overrides }) => [
      policy,
      ...[...overrides.values()].map((one) => one.policy),
    ]),
  ];
  return policies.flatMap(withEntries);
}

/** What the new secrets of all applications get, also of those that are not discovered yet. */
export function newSecretsIn({ applications, discover }: RotationConfig): readonly NewSecrets[] {
  return [...applications, ...discover.flatMap((entry) => [entry, ...entry.overrides.values()])].map(
    ({ newSecrets }) => newSecrets,
  );
}

/** As `parseConfig`, from the text of the document; `source` names the file or variable in the error. */
export function parseConfigText(text: string, source: string): RotationConfig {
  let document: unknown;
  try {
    // `trim` also removes the byte order mark with which some editors begin a file.
    document = JSON.parse(text.trim());
  } catch {
    // The parser's own message quotes the text.
    throw invalid([`is not valid JSON at ${jsonFlaw(text)}`], source);
  }
  return parseConfig(document);
}

/** Valibot accepts a list as an object without keys. */
function listsIn(document: unknown): readonly string[] {
  const keyed = (value: unknown) =>
    typeof value === "object" && value !== null ? Object.entries(value) : [];
  const isObject = (path: string) =>
    /^((discover|applications)\.\d+|((discover|applications)\.\d+\.)?(policy|newSecrets(\.tags)?|secrets|accessToken))$/.test(
      path,
    );
  const inside = (value: unknown, path: string): readonly string[] =>
    Array.isArray(value) && isObject(path)
      ? [`${path}: must be an object`]
      : keyed(value).flatMap(([key, member]) => inside(member, path === "" ? key : `${path}.${key}`));
  return Array.isArray(document) ? ["the document: must be an object"] : inside(document, "");
}

/** One of the policies that together are the policy of an application, and its place in the configuration. The same for new secrets. */
interface Layer {
  readonly newSecrets?: NewSecretsDocument | undefined;
  readonly policy: PolicyDocument | undefined;
  readonly path: string;
}

function layerOf(
  { policy, newSecrets }: Partial<Pick<Layer, "policy" | "newSecrets">>,
  list: "applications" | "discover",
  index: number,
): Layer {
  return { policy, newSecrets, path: `${list}.${index}.policy` };
}

/** Each overrides single keys of those before it. `tokens` is one key: the lists are not joined. */
function layered(layers: readonly Layer[], intervalMs: number): Policy {
  const document: PolicyDocument = Object.assign({}, ...layers.map(({ policy }) => policy));
  const holder = layers.findLast(({ policy }) => policy?.tokens !== undefined);
  return resolvePolicy(document, intervalMs, holder && `${holder.path}.tokens`);
}

function demandsIn(layers: readonly Layer[]): NewSecrets {
  return resolveNewSecrets(...layers.map(({ newSecrets }) => newSecrets));
}

function tokenEntryProblems({ policy, applications = [], discover = [] }: ConfigDocument): readonly string[] {
  const layers: readonly Layer[] = [
    { policy, path: "policy" },
    ...discover.map((entry, index) => layerOf(entry, "discover", index)),
    ...applications.map((entry, index) => layerOf(entry, "applications", index)),
  ];
  return layers.flatMap(({ policy, path }) =>
    entryProblems(policy?.tokens ?? []).map((problem) => `${path}.tokens.${problem}`),
  );
}

/** Without an access token, it is an override, which belongs to the entries of `discover`. */
function resolveApplication(
  entry: ApplicationDocument,
  layers: readonly Layer[],
  intervalMs: number,
): readonly ApplicationConfig[] {
  const { id, secrets } = entry;
  const { accessToken, renewsAccessToken } = placesOfEntry(entry);
  if (accessToken === undefined) return [];
  return [
    {
      id,
      accessToken,
      renewsAccessToken,
      policy: layered(layers, intervalMs),
      newSecrets: demandsIn(layers),
      secrets: mappingsOf(secrets),
    },
  ];
}

function resolveDiscover(
  { part, accessToken, ...rest }: DiscoverDocument,
  entries: readonly ApplicationDocument[],
  layers: readonly Layer[],
  intervalMs: number,
): DiscoverConfig {
  const { secret, renew } = renewalOf(accessToken);
  return {
    ...rest,
    accessToken: secret,
    renewsAccessToken: renew,
    part: part === undefined ? undefined : shareOf(part),
    policy: layered(layers, intervalMs),
    newSecrets: demandsIn(layers),
    overrides: new Map(
      entries.flatMap((entry, index) => {
        if (entry.accessToken !== undefined) return [];
        const all = [...layers, layerOf(entry, "applications", index)];
        const policy = layered(all, intervalMs);
        const newSecrets = demandsIn(all);
        return [[entry.id, { policy, newSecrets, secrets: mappingsOf(entry.secrets) }] as const];
      }),
    ),
  };
}

/** Otherwise, two lineages would have one secret. */
function withoutRepeatedRenewals(discover: readonly DiscoverConfig[]): readonly DiscoverConfig[] {
  const renewed = new Set<SecretName>();
  return discover.map((entry) => {
    if (!entry.renewsAccessToken) return entry;
    const names = namesMeantBy(entry.accessToken);
    const isRepeated = names.some((name) => renewed.has(name));
    for (const name of names) renewed.add(name);
    return isRepeated ? { ...entry, renewsAccessToken: false } : entry;
  });
}

function placesOfEntry({ id, accessToken, secrets }: ApplicationDocument): ApplicationPlaces {
  const { secret, renew } =
    accessToken === undefined ? { secret: undefined, renew: false } : renewalOf(accessToken);
  return { id, accessToken: secret, renewsAccessToken: renew, secrets: mappingsOf(secrets) };
}

function renewalOf(accessToken: DiscoverDocument["accessToken"]) {
  return typeof accessToken === "object" ? accessToken : { secret: accessToken, renew: false };
}

function mappingsOf(secrets: ApplicationDocument["secrets"]): ReadonlyMap<string, SecretName> {
  return new Map(Object.entries(secrets ?? {}).map(([key, name]) => [tokenKey(key), name]));
}

/** 24 hexadecimal digits are an id, in lower case. Everything else is a name. */
function tokenKey(key: string): string {
  const id = v.safeParse(TokenId, key);
  return id.success ? id.output : key;
}

/** In JSON, an id in upper case and in lower case are two keys. */
function idsTwice({ secrets = {} }: ApplicationDocument, index: number): readonly string[] {
  const keys = Object.keys(secrets);
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    const isSeen = seen.has(tokenKey(key));
    seen.add(tokenKey(key));
    return isSeen ? [`applications.${index}.secrets.${key}: is the same id as in another entry`] : [];
  });
}

function impossiblePolicies(
  entries: readonly ApplicationDocument[],
  applications: readonly ApplicationConfig[],
  discover: readonly DiscoverConfig[],
): readonly string[] {
  const resolved = new Map(applications.map(({ id, policy }) => [id, policy]));
  const ofApplications = entries.flatMap(({ id }, index) => {
    const own = resolved.get(id);
    const overrides = discover.flatMap(({ overrides }) => overrides.get(id)?.policy ?? []);
    const all = own === undefined ? overrides : [own];
    return all.flatMap(impossibilities).map((problem) => `applications.${index}.policy.${problem}`);
  });
  const ofDiscover = discover.flatMap(({ policy }, index) =>
    impossibilities(policy).map((problem) => `discover.${index}.policy.${problem}`),
  );
  return [...new Set([...ofApplications, ...ofDiscover])];
}

/** `applications.0.policy.renewBefor: unknown key`. Keys are shown, values never. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "the document";
  // In a union, the alternative that matched furthest shows what is wrong.
  const deeper = issue.type === "union" ? issue.issues?.find(({ path }) => path !== undefined) : undefined;
  if (deeper !== undefined) return `${path}.${describeIssue(deeper)}`;
  if (issue.type === "strict_object" && issue.expected === "never") return `${path}: ${unwanted(path)}`;
  if (issue.type === "strict_object" && issue.received === "undefined") return `${path}: is missing`;
  if (issue.type === "strict_object") return `${path}: must be an object`;
  return `${path}: ${issue.message}`;
}

function unwanted(path: string): string {
  const [, key] = /(?:^|\.)policy\.tokens\.\d+\.(\w+)$/.exec(path) ?? [];
  return key !== undefined && isOfApplication(key)
    ? "is only for a whole application, not for single tokens"
    : "unknown key";
}

function invalid(problems: readonly string[], source = "configuration"): RotationError {
  const shown = problems.slice(0, 10);
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : "";
  return new RotationError("config-invalid", `${source}: ${shown.join("; ")}${more}`);
}
