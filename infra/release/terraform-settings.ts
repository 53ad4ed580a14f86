import { type CfnTemplate, isProperties, type Properties, type Value } from "./cfn.ts";
import { scheduleSettings } from "./schedules.ts";

/**
 * The numbers, texts and rights that the Terraform module takes from the stack, as data, so that they can't differ. The
 * names are those of the stack's resources.
 */
export function terraformSettings(template: CfnTemplate, version: string): Properties {
  const of = (id: string) => template.Resources[id]?.Properties ?? {};
  const { Description, Handler, Runtime, Timeout } = of("WorkerFunction");
  const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = of("WorkerFunctionEventInvokeConfig");
  const { Target = {}, Description: scheduleDescription = "" } = of("Schedule");
  return {
    version,
    function: {
      Description,
      Handler,
      Runtime,
      Timeout,
      MaximumEventAgeInSeconds,
      MaximumRetryAttempts,
    } as Properties,
    roles: {
      worker: of("WorkerPermissionsRole").Description ?? "",
      schedule: of("ScheduleRole").Description ?? "",
    },
    queueRetentionSeconds: of("WorkerFailedRunsQueue").MessageRetentionPeriod ?? 0,
    actions: actionsBySid(template),
    schedule: {
      description: scheduleDescription,
      input: isProperties(Target) ? (Target.Input ?? "") : "",
      retryPolicy: isProperties(Target) ? (Target.RetryPolicy ?? {}) : {},
    },
    schedules: scheduleSettings(),
    alarms: alarms(template),
  };
}

function actionsBySid({ Resources }: CfnTemplate): Properties {
  const statements = Object.values(Resources).flatMap(({ Type, Properties: { PolicyDocument } = {} }) =>
    Type === "AWS::IAM::Policy" && isProperties(PolicyDocument)
      ? (PolicyDocument.Statement as readonly Properties[])
      : [],
  );
  return Object.fromEntries(statements.map(({ Sid, Action = "" }) => [String(Sid), [Action].flat()]));
}

/** The alarms. The name of the function or queue is replaced by the id of its resource. */
function alarms({ Resources }: CfnTemplate): Properties {
  return Object.fromEntries(
    Object.entries(Resources).flatMap(([id, { Type, Properties: properties = {} }]) => {
      if (Type !== "AWS::CloudWatch::Alarm") return [];
      const [dimension] = properties.Dimensions as readonly Properties[];
      const { Dimensions: _, ...settings } = properties;
      const watched = { dimension: dimension?.Name ?? "", of: namedIn(dimension?.Value) };
      return [[id.replace(/^Alarms/, ""), { ...settings, ...watched }]];
    }),
  );
}

/** The resource in a Ref or Fn::GetAtt. */
function namedIn(value: Value | undefined): string {
  if (!isProperties(value)) throw new Error("neither Ref nor Fn::GetAtt");
  const { Ref, "Fn::GetAtt": attribute } = value;
  return String(Ref ?? (attribute as readonly Value[])[0]);
}

/** The dashboard as a Terraform template: `${FunctionName}`, `${LogGroupName}`, `${Alarms.Failures}` and so on. */
export function terraformDashboard({ Resources }: CfnTemplate, latestRunsPeriod: number): string {
  const body = Resources.Dashboard?.Properties?.DashboardBody;
  const parts = isProperties(body) ? (body["Fn::Join"] as readonly Value[])[1] : [];
  const texts = (parts as readonly Value[]).map((part) =>
    typeof part === "string" ? part.replaceAll("${", "$${") : `\${${variableFor(part)}}`,
  );
  return `${texts.join("").replaceAll(`"period":${latestRunsPeriod}`, `"period":\${LatestRuns}`)}\n`;
}

function variableFor(part: Value): string {
  const id = namedIn(part);
  if (id.startsWith("Alarms")) return `Alarms.${id.slice("Alarms".length)}`;
  const variables: Readonly<Record<string, string>> = {
    WorkerFunction: "FunctionName",
    WorkerLog: "LogGroupName",
    "AWS::Region": "Region",
  };
  const variable = variables[id];
  if (variable === undefined) throw new Error(`the dashboard names ${id}`);
  return variable;
}
