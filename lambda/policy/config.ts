import * as v from "valibot";
import { RotationError } from "../model/errors.ts";
import { SecretArn, SecretName } from "../model/secret.ts";
import { ApplicationId } from "../model/token.ts";
import { between, durationMs, impossibilities, type Policy, PolicySchema, resolvePolicy } from "./policy.ts";

/** A name or an ARN; a token pasted in its place would end up in the repository and in the deployed bundle. */
const secretId = v.pipe(
  v.string("must be the name or the ARN of a secret"),
  v.check(
    (text) => !text.startsWith("eyJ"),
    "looks like a token: store it in a secret, and give the secret's name",
  ),
  v.union([SecretArn, SecretName], "must be the name or the ARN of a secret"),
);

const ApplicationSchema = v.strictObject({
  id: ApplicationId,
  accessToken: secretId,
  policy: v.optional(PolicySchema),
  secrets: v.optional(v.record(v.string("must be text"), SecretName, "must map token names to secret names")),
});

const losantApiUrl = v.pipe(
  v.string("must be an address"),
  v.url("must be an address such as https://api.losant.com"),
  v.check((text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === "https:" || ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  }, "must be https: the access token travels with each request"),
);

export { durationMs, type Policy } from "./policy.ts";

/** rotation.config.json as people write it; `rotation.config.schema.json` is generated from this. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string("must be text")),
  losantApiUrl: v.optional(losantApiUrl, "https://api.losant.com"),
  secretPrefix: v.optional(
    v.pipe(
      v.string("must be text"),
      v.regex(/^[A-Za-z\d_+=.@-][A-Za-z\d/_+=.@-]{0,199}$/, "must be 1 to 200 of A-Z a-z 0-9 / _ + = . @ -"),
      v.check((text) => !text.endsWith("/"), "must not end in a slash"),
    ),
    "losant",
  ),
  eventBusName: v.optional(
    v.pipe(v.string("must be text"), v.regex(/^[\w./:-]{1,1600}$/, "must be the name or ARN of a bus")),
    "default",
  ),
  schedule: v.optional(between("15m", "3d"), "6h"),
  policy: v.optional(PolicySchema, {}),
  applications: v.pipe(
    v.array(ApplicationSchema, "must be a list of applications"),
    v.minLength(1, "must name one application or more"),
  ),
});

export interface ApplicationConfig {
  readonly id: ApplicationId;
  readonly accessToken: SecretName | SecretArn;
  /** The worker renews it, whatever it is called. */
  readonly renewsAccessToken: boolean;
  readonly policy: Policy;
  readonly secrets: ReadonlyMap<string, SecretName>;
}

export interface RotationConfig {
  readonly losantApiUrl: string;
  readonly secretPrefix: string;
  /** What it was before. */
  readonly formerPrefixes: readonly string[];
  readonly eventBusName: string;
  readonly intervalMs: number;
  readonly applications: readonly ApplicationConfig[];
}

/**
 * The configuration, with every default filled in.
 * @throws RotationError `config-invalid`: each thing that is wrong, by the path of its key, never by its value.
 */
export function parseConfig(document: unknown): RotationConfig {
  const parsed = v.safeParse(ConfigSchema, document);
  if (!parsed.success) throw invalid(parsed.issues.map(describeIssue));
  const config = parsed.output;
  const intervalMs = durationMs(config.schedule);
  const applications = config.applications.map(({ id, accessToken, policy, secrets }) => ({
    id,
    accessToken,
    renewsAccessToken: false,
    policy: resolvePolicy({ ...config.policy, ...policy }, intervalMs),
    secrets: new Map(Object.entries(secrets ?? {})),
  }));
  const problems = [
    ...duplicateIds(applications),
    ...sharedSecrets(applications),
    ...impossiblePolicies(applications),
  ];
  if (problems.length > 0) throw invalid(problems);
  const { losantApiUrl, secretPrefix, eventBusName } = config;
  return { losantApiUrl, secretPrefix, formerPrefixes: [], eventBusName, intervalMs, applications };
}

/** As `parseConfig`, from the text of the document; `source` names the file or variable in the error. */
export function parseConfigText(text: string, source: string): RotationConfig {
  let document: unknown;
  try {
    // Without the byte order mark that some editors begin a file with: `trim` takes it for space.
    document = JSON.parse(text.trim());
  } catch {
    // The parser's own message quotes the text.
    throw invalid(["is not valid JSON"], source);
  }
  return parseConfig(document);
}

function* duplicateIds(applications: readonly ApplicationConfig[]): Iterable<string> {
  const seen = new Set<ApplicationId>();
  for (const [index, { id }] of applications.entries()) {
    if (seen.has(id)) yield `applications.${index}.id: names an application that stands further up as well`;
    seen.add(id);
  }
}

/** Two tokens in one secret would replace each other for ever. */
function* sharedSecrets(applications: readonly ApplicationConfig[]): Iterable<string> {
  const seen = new Set<SecretName>();
  for (const [index, { secrets }] of applications.entries()) {
    for (const [tokenName, secretName] of secrets) {
      if (seen.has(secretName))
        yield `applications.${index}.secrets.${tokenName}: names a secret that another entry names as well`;
      seen.add(secretName);
    }
  }
}

function impossiblePolicies(applications: readonly ApplicationConfig[]): readonly string[] {
  return applications.flatMap(({ policy }, index) =>
    impossibilities(policy).map((problem) => `applications.${index}.policy.${problem}`),
  );
}

/** `applications.0.policy.renewBefor: unknown key`. Keys are shown, values never. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "the document";
  // Of a union, the alternative that got furthest says where it went wrong.
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
