import { publishedRunbookUrl, RUNBOOK_FILE } from "../runbook-url.ts";
import type { Properties } from "./cfn.ts";

/** The number that fits into the role's inline policy with everything else. */
export const MAX_APPLICATIONS = 10;

const ID = "[0-9a-f]{24}";
const IDS = `^(${ID}(,${ID}){0,${MAX_APPLICATIONS - 1}})?$`;
const text = (Description: string, Default?: string, rules: Properties = {}): Properties => ({
  Type: "String",
  Description,
  ...(Default !== undefined && { Default }),
  ...rules,
});
const number = (Description: string, Default: number, rules: Properties = {}): Properties => ({
  Type: "Number",
  Description,
  Default,
  ...rules,
});
const NAME = "[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,199}";
const A_NAME = "Use 1 to 200 of A-Z a-z 0-9 / _ + = . @ -";
const folder = { AllowedPattern: `^${NAME}$`, ConstraintDescription: A_NAME };
/** The worker writes the secrets in folders with the id of an application, and must not read them. IAM's `?` also matches slashes. */
const NOT_IN_SUCH = "(?!.*/.{24}/)";
const NOT_SUCH = "(?!.*/.{24}(/|$))";
const A_NAME_APART = `${A_NAME}, without 24 characters between two slashes`;
/** Texts in a list of the configuration. With quotes or backslashes, they could be more than texts. */
const TEXT = String.raw`[^", \\\x00-\x1f]([^",\\\x00-\x1f]*[^", \\\x00-\x1f])?`;
const TEXTS = `${TEXT}(,${TEXT})*`;
const COMMAS = "Separate by commas, without spaces around them. Don't use quotes and backslashes";
const texts = { AllowedPattern: `^(${TEXTS})?$`, ConstraintDescription: COMMAS };

/** The parameters of the template. If a value is also in the configuration, both must be the same. */
export function parameters(schedules: readonly string[]): Properties {
  return {
    CodeBucket: text("The S3 bucket that contains function.zip, in the same region as the stack"),
    CodeKey: text("The key of function.zip in that bucket. Use a new key for each version", "function.zip"),
    Configuration: text(
      "The contents of rotation.config.json, on one line. Leave this empty if the file is in function.zip",
      "",
      {
        MaxLength: 3500,
        AllowedPattern: String.raw`^(?![\s\S]*("fleet"\s*:\s*true|"newSecrets"\s*:))[\s\S]*$`,
        ConstraintDescription: "fleet and newSecrets need the CDK's stack. Use at most 3500 characters",
      },
    ),
    ApplicationIds: text(
      `The ids of the applications in the configuration, separated by commas, ${MAX_APPLICATIONS} at most`,
      "",
      { AllowedPattern: IDS, ConstraintDescription: "Use ids of 24 characters, 0-9 and a-f" },
    ),
    DiscoverAccessToken: text(
      "The name of the secret with the access token of a user, if applications are discovered. The function may then write the secrets of all applications",
      "",
      {
        AllowedPattern: `^${NOT_IN_SUCH}(${NAME})?$`,
        ConstraintDescription: A_NAME_APART,
      },
    ),
    RenewDiscoverAccessToken: text(
      "Whether the worker renews that access token itself (renew: true in the configuration)",
      "false",
      { AllowedValues: ["true", "false"] },
    ),
    DiscoverOrganizations: text(
      "Ids or name patterns of organizations, separated by commas. The template then writes the configuration: leave Configuration empty",
      "",
      texts,
    ),
    DiscoverInclude: text(
      "Ids or name patterns of applications, separated by commas, with DiscoverOrganizations",
      "*",
      { AllowedPattern: `^${TEXTS}$`, ConstraintDescription: COMMAS },
    ),
    DiscoverExclude: text(
      "Ids or name patterns of applications that are left alone, separated by commas, with DiscoverOrganizations",
      "",
      texts,
    ),
    DiscoverAtLeast: number("If fewer applications are found, a run does its work and then fails", 1, {
      MinValue: 0,
      MaxValue: 1_000_000,
    }),
    SecretPrefix: text("secretPrefix of the configuration", "losant", folder),
    FormerPrefix: text("The entry of formerPrefixes in the configuration, if there is one", "", {
      AllowedPattern: `^(${NAME})?$`,
      ConstraintDescription: A_NAME,
    }),
    AccessTokenFolder: text(
      "The access token of each application is in the secret <AccessTokenFolder>/<application id>",
      "losant-access",
      { AllowedPattern: `^${NOT_SUCH}${NAME}$`, ConstraintDescription: A_NAME_APART },
    ),
    RenewAccessTokens: text(
      "Whether the worker renews its access tokens (renew: true in the configuration)",
      "true",
      {
        AllowedValues: ["true", "false"],
      },
    ),
    MappedSecretArns: {
      Type: "CommaDelimitedList",
      Description:
        "The ARNs of the secrets that `secrets` in the configuration names, separated by commas. If a secret doesn't exist yet, end its ARN with -??????",
      Default: "",
    },
    SecretsKeyArn: text(
      "The ARN of your own KMS key, if it encrypts existing secrets. Separate several by commas, without spaces",
      "",
    ),
    EventBusName: text("eventBusName of the configuration: a bus in this account and region", "default", {
      AllowedPattern: "^[A-Za-z0-9._/-]{1,256}$",
      ConstraintDescription: "Use the name of a bus, not its ARN",
    }),
    ScheduleInterval: text("schedule of the configuration: how often the worker runs", "6h", {
      AllowedValues: schedules,
    }),
    AlarmTopicArn: text("The ARN of an SNS topic that receives the alarms", ""),
    RunbookUrl: text(
      "The URL of your copy of RUNBOOK.md, which alarms and errors link",
      publishedRunbookUrl() ?? RUNBOOK_FILE,
    ),
    SoonestExpiryDays: number("Alarm when a token has fewer days left", 7, { MinValue: 1 }),
    AccessTokenDays: number("Alarm when an access token has fewer days left", 14, { MinValue: 1 }),
    MemoryMiB: number("Memory of the function, in MiB", 512, { MinValue: 128, MaxValue: 10_240 }),
    Architecture: text("arm64, or x86_64 if your region has no arm64", "arm64", {
      AllowedValues: ["arm64", "x86_64"],
    }),
    LogRetentionDays: number("How many days logs are kept", 90, {
      AllowedValues: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653],
    }),
  };
}
