import type { Properties, Value } from "./cfn.ts";
import { sub } from "./cfn.ts";

/** The number that fits into the role's inline policy with everything else. */
export const MAX_APPLICATIONS = 10;

const NO_COMMA_AT_THE_END = `^[0-9a-f]{24}(,[0-9a-f]{24}){0,${MAX_APPLICATIONS - 1}}$`;
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
const NAME = "^[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,199}$";
const folder = { AllowedPattern: NAME, ConstraintDescription: "Use 1 to 200 of A-Z a-z 0-9 / _ + = . @ -" };

/** The parameters of the template. If a value is also in the configuration, both must be the same. */
export function parameters(schedules: readonly string[]): Properties {
  return {
    CodeBucket: text("The S3 bucket that contains function.zip, in the same region as the stack"),
    CodeKey: text("The key of function.zip in that bucket. Use a new key for each version", "function.zip"),
    Configuration: text(
      "The contents of rotation.config.json, on one line. Leave this empty if the file is in function.zip",
      "",
      { MaxLength: 3500 },
    ),
    ApplicationIds: text(
      `The ids of the applications in the configuration, separated by commas, ${MAX_APPLICATIONS} at most`,
      undefined,
      { AllowedPattern: NO_COMMA_AT_THE_END, ConstraintDescription: "Use ids of 24 characters, 0-9 and a-f" },
    ),
    SecretPrefix: text("secretPrefix of the configuration", "losant", folder),
    FormerPrefix: text("The entry of formerPrefixes in the configuration, if there is one", ""),
    AccessTokenFolder: text(
      "The access token of each application is in the secret <AccessTokenFolder>/<application id>",
      "losant-access",
      folder,
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
    SecretsKeyArn: text("The ARN of your own KMS key, if it encrypts existing secrets", ""),
    EventBusName: text("eventBusName of the configuration: a bus in this account and region", "default"),
    ScheduleInterval: text("schedule of the configuration: how often the worker runs", "6h", {
      AllowedValues: schedules,
    }),
    AlarmTopicArn: text("The ARN of an SNS topic that receives the alarms", ""),
    RunbookUrl: text("The URL of your copy of RUNBOOK.md, which alarms and errors link", "RUNBOOK.md"),
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

const isSet = (name: string): Properties => ({ "Fn::Not": [{ "Fn::Equals": [{ Ref: name }, ""] }] });

export const CONDITIONS: Properties = {
  HasConfiguration: isSet("Configuration"),
  HasFormerPrefix: isSet("FormerPrefix"),
  HasSecretsKey: isSet("SecretsKeyArn"),
  HasAlarmTopic: isSet("AlarmTopicArn"),
  HasRunbook: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "RunbookUrl" }, "RUNBOOK.md"] }] },
  RenewsAccessTokens: { "Fn::Equals": [{ Ref: "RenewAccessTokens" }, "true"] },
  HasMappedSecrets: {
    "Fn::Not": [{ "Fn::Equals": [{ "Fn::Join": ["", { Ref: "MappedSecretArns" }] }, ""] }],
  },
};

/** Refuses what the construct refuses: a role that could read a secret that it writes. */
export const RULES: Properties = {
  SecretsApart: {
    Assertions: [
      {
        Assert: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "SecretPrefix" }, { Ref: "AccessTokenFolder" }] }] },
        AssertDescription: "AccessTokenFolder must not be the same as SecretPrefix",
      },
    ],
  },
};

/**
 * An ARN for each application. CloudFormation has no loops, so the list always has the maximum length. Unused places have
 * `none`, which is not the id of an application.
 */
export function ofEachApplication(end: string): readonly Value[] {
  const ids = `\${ApplicationIds}${",none".repeat(MAX_APPLICATIONS - 1)}`;
  return Array.from({ length: MAX_APPLICATIONS }, (_, index) =>
    sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${end}`, {
      Id: { "Fn::Select": [index, { "Fn::Split": [",", sub(ids)] }] },
    }),
  );
}
