import { RUNBOOK_FILE } from "../runbook-url.ts";
import {
  type CfnTemplate,
  isProperties,
  mapTexts,
  type Properties,
  type Resource,
  sub,
  type Value,
  when,
} from "./cfn.ts";
import { CONDITIONS, RULES } from "./conditions.ts";
import { parameters } from "./parameters.ts";
import { type ScheduleSettings, scheduleSettings, withPeriod } from "./schedules.ts";
import { foldersUnder, ofEachApplication, USER_ACCESS_TOKEN } from "./secret-arns.ts";
import { stackTemplate } from "./stack-template.ts";
import { WRITTEN_CONFIGURATION } from "./written-configuration.ts";

/** Its stack has every possible statement. Parameters replace this id. */
const APPLICATION = "0".repeat(24);
export const BASE_CONFIGURATION = {
  schedule: "6h",
  formerPrefixes: ["former"],
  applications: [{ id: APPLICATION, accessToken: { secret: `losant-access/${APPLICATION}`, renew: true } }],
};
/** The template and the Terraform module have no custom widget: its function would need a second archive, and a policy of its own. */
export const BASE_OPTIONS = {
  console: false,
  secretsKeyArn: "arn:aws:kms:us-east-1:000000000000:key/none",
  runbookUrl: RUNBOOK_FILE,
};

/** The template of the stack. Parameters replace the values that the CDK takes from the configuration. */
export function releaseTemplate(version: string): CfnTemplate {
  const schedules = scheduleSettings();
  const { Description, Conditions, Resources, Outputs } = stackTemplate(BASE_CONFIGURATION, BASE_OPTIONS);
  return {
    Description: `${Description} (losant-token-rotation ${version})`,
    Parameters: parameters(Object.keys(schedules)),
    Mappings: { Schedules: schedules },
    Rules: RULES,
    Conditions: { ...CONDITIONS, ...Conditions },
    Resources: Object.fromEntries(
      Object.entries(Resources).map(([id, resource]) => [
        id,
        parameterised(id, resource, schedules[BASE_CONFIGURATION.schedule]),
      ]),
    ),
    Outputs,
  };
}

const ofSchedule = (key: keyof ScheduleSettings): Properties => ({
  "Fn::FindInMap": ["Schedules", { Ref: "ScheduleInterval" }, String(key)],
});

/** Properties that parameters set, by the id of the resource. */
const DECIDED: Readonly<Record<string, Properties>> = {
  WorkerFunction: {
    Code: { S3Bucket: { Ref: "CodeBucket" }, S3Key: { Ref: "CodeKey" } },
    Architectures: [{ Ref: "Architecture" }],
    MemorySize: { Ref: "MemoryMiB" },
    Environment: {
      Variables: {
        ROTATION_CONFIG: when(
          "HasConfiguration",
          { Ref: "Configuration" },
          when("WritesConfiguration", WRITTEN_CONFIGURATION),
        ),
        RUNBOOK_URL: when("HasRunbook", { Ref: "RunbookUrl" }),
      },
    },
  },
  WorkerLog: { RetentionInDays: { Ref: "LogRetentionDays" } },
  Schedule: {
    ScheduleExpression: ofSchedule("Expression"),
    FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: ofSchedule("WindowMinutes") },
  },
  AlarmsNoSuccessfulRun: {
    Period: ofSchedule("Period"),
    EvaluationPeriods: ofSchedule("EvaluationPeriods"),
  },
  AlarmsTokenNearExpiry: { Threshold: { Ref: "SoonestExpiryDays" } },
  AlarmsAccessTokenNearExpiry: { Threshold: { Ref: "AccessTokenDays" } },
};

function parameterised(id: string, resource: Resource, base: ScheduleSettings | undefined): Resource {
  const properties = { ...resource.Properties, ...DECIDED[id] };
  switch (resource.Type) {
    case "AWS::CloudWatch::Alarm":
      return { ...resource, Properties: alarm(properties) };
    case "AWS::CloudWatch::Dashboard":
      return { ...resource, Properties: dashboard(properties, base) };
    case "AWS::IAM::Policy":
      return { ...resource, Properties: policy(properties) };
    default:
      return resource.Properties === undefined ? resource : { ...resource, Properties: properties };
  }
}

function alarm(properties: Properties): Properties {
  const actions = when("HasAlarmTopic", [{ Ref: "AlarmTopicArn" }]);
  const description = String(properties.AlarmDescription).replace(RUNBOOK_FILE, `\${RunbookUrl}`);
  return { ...properties, AlarmDescription: sub(description), AlarmActions: actions, OKActions: actions };
}

function dashboard(properties: Properties, base: ScheduleSettings | undefined): Properties {
  const body = properties.DashboardBody;
  const join = isProperties(body) ? body["Fn::Join"] : undefined;
  if (base === undefined || !Array.isArray(join)) throw new Error("The dashboard is not a Fn::Join");
  const parts = (join[1] as readonly Value[]).flatMap((part) =>
    typeof part === "string" ? withPeriod(part, base.LatestRuns, ofSchedule("LatestRuns")) : [part],
  );
  return { ...properties, DashboardBody: { "Fn::Join": ["", parts] } };
}

function policy(properties: Properties): Properties {
  const document = properties.PolicyDocument;
  if (!isProperties(document) || !Array.isArray(document.Statement)) throw new Error("not a policy");
  const statements = (document.Statement as readonly Properties[]).flatMap(statementsFor);
  return { ...properties, PolicyDocument: { ...document, Statement: statements } };
}

/** Replaces one statement of the stack. A statement with the placeholder's id would grant no rights. */
function statementsFor(statement: Properties): readonly Value[] {
  const on = (Resource: Value, more: Properties = {}) => ({ ...statement, ...more, Resource });
  switch (statement.Sid) {
    case "ManageSecrets":
      return [
        on(foldersUnder(`\${SecretPrefix}`)),
        when("HasMappedSecrets", on({ Ref: "MappedSecretArns" }, { Sid: "ManageMappedSecrets" })),
      ];
    case "ReadAccessTokens":
      return [
        when("HasApplications", on(ofEachApplication(`\${AccessTokenFolder}/\${Id}-??????`))),
        when("HasDiscovery", on(USER_ACCESS_TOKEN, { Sid: "ReadUserAccessToken" })),
      ];
    case "RenewAccessTokens":
      return [
        when("RenewsAccessTokens", on(ofEachApplication(`\${AccessTokenFolder}/\${Id}-??????`))),
        when("RenewsUserAccessToken", on(USER_ACCESS_TOKEN, { Sid: "RenewUserAccessToken" })),
      ];
    case "LookAtFormerSecrets":
      return [when("HasFormerPrefix", on(foldersUnder(`\${FormerPrefix}`)))];
    case "UseSecretsKey":
      return [when("HasSecretsKey", on({ "Fn::Split": [",", { Ref: "SecretsKeyArn" }] }))];
    case "Announce":
      return [on(mapTexts(statement.Resource ?? "", busNamed))];
    default:
      return [statement];
  }
}

function busNamed(text: string): Value {
  return text.endsWith(":event-bus/default") ? sub(text.replace("default", `\${EventBusName}`)) : text;
}
