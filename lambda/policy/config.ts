import * as v from "valibot";
import { RotationError } from "../model/errors.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import { type ApplicationId, TokenId } from "../model/token.ts";
import { ConfigSchema } from "./config-schema.ts";
import { conflictsIn } from "./conflicts.ts";
import { jsonFlaw } from "./json-flaw.ts";
import { durationMs, impossibilities, type Policy, resolvePolicy } from "./policy.ts";

export { durationMs, type Policy } from "./policy.ts";

export interface ApplicationConfig {
  readonly id: ApplicationId;
  /** The secret with the token that the worker logs in with. */
  readonly accessToken: SecretName | SecretArn;
  /** The worker renews this token, whatever its name is. An entry of `secrets` can have the same effect. */
  readonly renewsAccessToken: boolean;
  readonly policy: Policy;
  /** By token name, or by token id in lower case. */
  readonly secrets: ReadonlyMap<string, SecretName>;
}

export interface RotationConfig {
  readonly losantApiUrl: string;
  readonly secretPrefix: string;
  /** Earlier values of `secretPrefix`. Tokens whose secrets are there move to secrets under the current prefix. */
  readonly formerPrefixes: readonly string[];
  readonly eventBusName: string;
  readonly intervalMs: number;
  readonly applications: readonly ApplicationConfig[];
}

type ConfigDocument = v.InferOutput<typeof ConfigSchema>;
type ApplicationDocument = ConfigDocument["applications"][number];

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
  const intervalMs = durationMs(config.schedule);
  const applications = config.applications.map((application) =>
    resolveApplication(application, config.policy, intervalMs),
  );
  const { losantApiUrl, secretPrefix, formerPrefixes, eventBusName } = config;
  const problems = [
    ...config.applications.flatMap(idsTwice),
    ...conflictsIn({ secretPrefix, formerPrefixes, applications }),
    ...impossiblePolicies(applications),
  ];
  if (problems.length > 0) throw invalid(problems);
  return { losantApiUrl, secretPrefix, formerPrefixes, eventBusName, intervalMs, applications };
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
    /^(policy|applications\.\d+(\.(policy|secrets|accessToken))?)$/.test(path);
  const inside = (value: unknown, path: string): readonly string[] =>
    Array.isArray(value) && isObject(path)
      ? [`${path}: must be an object`]
      : keyed(value).flatMap(([key, member]) => inside(member, path === "" ? key : `${path}.${key}`));
  return Array.isArray(document) ? ["the document: must be an object"] : inside(document, "");
}

function resolveApplication(
  { id, accessToken, policy, secrets = {} }: ApplicationDocument,
  common: ConfigDocument["policy"],
  intervalMs: number,
): ApplicationConfig {
  const { secret, renew } =
    typeof accessToken === "string" ? { secret: accessToken, renew: false } : accessToken;
  return {
    id,
    accessToken: secret,
    renewsAccessToken: renew,
    policy: resolvePolicy({ ...common, ...policy }, intervalMs),
    secrets: new Map(Object.entries(secrets).map(([key, name]) => [tokenKey(key), name])),
  };
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

function impossiblePolicies(applications: readonly ApplicationConfig[]): readonly string[] {
  return applications.flatMap(({ policy }, index) =>
    impossibilities(policy).map((problem) => `applications.${index}.policy.${problem}`),
  );
}

/** `applications.0.policy.renewBefor: unknown key`. Keys are shown, values never. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "the document";
  // In a union, the alternative that matched furthest shows what is wrong.
  const deeper = issue.type === "union" ? issue.issues?.find(({ path }) => path !== undefined) : undefined;
  if (deeper !== undefined) return `${path}.${describeIssue(deeper)}`;
  if (issue.type === "strict_object" && issue.expected === "never") return `${path}: unknown key`;
  if (issue.type === "strict_object" && issue.received === "undefined") return `${path}: is missing`;
  if (issue.type === "strict_object") return `${path}: must be an object`;
  return `${path}: ${issue.message}`;
}

function invalid(problems: readonly string[], source = "configuration"): RotationError {
  const shown = problems.slice(0, 10);
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : "";
  return new RotationError("config-invalid", `${source}: ${shown.join("; ")}${more}`);
}
