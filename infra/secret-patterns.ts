import type { ApplicationConfig, RotationConfig } from "../lambda/policy/config.ts";

/** IAM's `?` is exactly one character: six of them are the random end of a secret's ARN. */
const RANDOM_END = "-??????";
const ANY_APPLICATION = "?".repeat(24);

/** What an inline policy may hold is 10,240 characters; the rest of the worker's takes less than 2,000. */
const MAX_CHARACTERS = 8_000;
/** `"arn:aws-us-gov:secretsmanager:ap-southeast-1:111122223333:secret:",` */
const LONGEST_AROUND = 69;

/** Ends of secret ARNs, after `:secret:`, as IAM's `Resource` writes them; or whole ARNs where one is configured. */
export interface SecretPatterns {
  readonly managed: readonly string[];
  readonly accessTokens: readonly string[];
  /** Access tokens that no `secrets` entry maps: not the worker's to write, whatever else it may. */
  readonly protected: readonly string[];
}

/**
 * The secrets of each configured application by name. Where so many don't fit into one policy, the application's id
 * is replaced by 24 times `?` wherever it stands in a name, which one pattern for thousands of applications makes.
 * @throws Error where that doesn't fit either: names are then too different to be told by a pattern.
 */
export function secretPatterns(config: RotationConfig): SecretPatterns {
  const exact = patternsOf(config, (text) => text);
  if (fits(exact)) return exact;
  const shapes = patternsOf(config, (text, { id }) => text.replaceAll(new RegExp(id, "gi"), ANY_APPLICATION));
  if (fits(shapes)) return shapes;
  throw new Error(
    "rotation.config.json: the names of the access tokens' secrets and of mapped secrets don't fit into one IAM policy. " +
      "Name them alike, each with its application's id: losant-access/<application id>",
  );
}

type Shape = (text: string, application: ApplicationConfig) => string;

function patternsOf({ secretPrefix, applications }: RotationConfig, shape: Shape): SecretPatterns {
  const mapped = distinct(applications.flatMap(({ secrets }) => [...secrets.values()]));
  const isMapped = new Set(mapped);
  const unmapped = applications.filter(({ accessToken }) => !isMapped.has(secretNameInPattern(accessToken)));
  // A denial outweighs any grant: it must not be so wide that it holds a secret the worker is asked to write.
  const isTooWide = remembered((pattern) => mapped.some((name) => holds(pattern, name)));
  const denied = unmapped.map((application) => {
    const exact = ended(application.accessToken);
    const pattern = shape(exact, application);
    return pattern !== exact && isTooWide(pattern) ? exact : pattern;
  });
  return {
    managed: distinct(
      applications.flatMap((application) => [
        shape(`${secretPrefix}/${application.id}/*`, application),
        ...[...application.secrets.values()].map((name) => shape(ended(name), application)),
      ]),
    ),
    accessTokens: distinct(
      applications.map((application) => shape(ended(application.accessToken), application)),
    ),
    protected: distinct(denied),
  };
}

function holds(pattern: string, name: string): boolean {
  const literal = secretNameInPattern(pattern).replace(/[.+]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("?", ".")}$`).test(name);
}

function remembered(ask: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return (text) => {
    const answer = answers.get(text) ?? ask(text);
    answers.set(text, answer);
    return answer;
  };
}

function fits({ managed, accessTokens, protected: denied }: SecretPatterns): boolean {
  const all = [...managed, ...accessTokens, ...denied];
  return all.reduce((sum, text) => sum + text.length + LONGEST_AROUND, 0) <= MAX_CHARACTERS;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** An ARN may be given without its random end, and is then good for any. */
function ended(nameOrArn: string): string {
  const isComplete = nameOrArn.startsWith("arn:") && /-[A-Za-z\d]{6}$/.test(nameOrArn);
  return isComplete ? nameOrArn : `${nameOrArn}${RANDOM_END}`;
}

/** The secret's name that a configured name, a configured ARN, or a pattern of these is about. */
export function secretNameInPattern(text: string): string {
  const [, arnName] = /^arn:.*?:secret:(.+)$/.exec(text) ?? [];
  const hasRandomEnd = arnName !== undefined || text.endsWith(RANDOM_END);
  return hasRandomEnd ? (arnName ?? text).replace(/-(?:[A-Za-z\d]{6}|\?{6})$/, "") : text;
}
