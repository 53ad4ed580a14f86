import { readFileSync } from "node:fs";
import { Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { permits, type Statement } from "./iam.ts";
import { policiesOf, SECRETS } from "./policies.ts";
import {
  APPLICATION,
  CONFIG,
  manyApplications,
  RENEWING,
  readable,
  resourcesOf,
  synthesized,
} from "./synth.ts";

const shown = synthesized({ console: true });
const ROLE = "<TokenRotationConsolePermissionsRole>";

function statementsOfWidget(
  props: Parameters<typeof synthesized>[0] = { console: true },
): readonly Statement[] {
  const policies = policiesOf(synthesized(props).template).filter(({ Roles }) => Roles.includes(ROLE));
  for (const { Roles } of policies) expect(Roles).toEqual([ROLE]);
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function widgetFunction(template = shown.template): Readonly<Record<string, unknown>> {
  const found = Object.entries(resourcesOf(template, "AWS::Lambda::Function")).filter(([id]) =>
    id.includes("Console"),
  );
  expect(found).toHaveLength(1);
  return readable(found[0]?.[1].Properties) as Readonly<Record<string, unknown>>;
}

describe("the function of the widget", () => {
  test("knows the worker, has its own log and role, and answers a person within half a minute", () => {
    expect(widgetFunction()).toEqual({
      Architectures: ["arm64"],
      Code: expect.anything(),
      Description: expect.any(String),
      Environment: {
        Variables: {
          WORKER_ARN: "<TokenRotationWorkerFunction.Arn>",
          WORKER_LOG_GROUP: "<TokenRotationWorkerLog>",
        },
      },
      Handler: "index.widget",
      LoggingConfig: { LogFormat: "JSON", LogGroup: "<TokenRotationConsoleLog>" },
      MemorySize: 1769,
      Role: "<TokenRotationConsolePermissionsRole.Arn>",
      Runtime: "nodejs24.x",
      Timeout: 30,
    });
  });

  test("follows the options of the worker that are about both", () => {
    const { template } = synthesized({
      console: true,
      timeout: Duration.minutes(5),
      reservedConcurrency: 1,
      architecture: Architecture.X86_64,
      logRetention: RetentionDays.ONE_YEAR,
      runbookUrl: "https://example.com/RUNBOOK.md",
    });
    const { Environment, ...properties } = widgetFunction(template);
    expect(properties).toMatchObject({ Architectures: ["x86_64"], Timeout: 30 });
    expect(properties).not.toHaveProperty("ReservedConcurrentExecutions");
    expect(Environment).toMatchObject({ Variables: { RUNBOOK_URL: "https://example.com/RUNBOOK.md" } });
    const logs = Object.values(resourcesOf(template, "AWS::Logs::LogGroup"));
    expect(logs.map(({ Properties }) => Properties.RetentionInDays)).toEqual([365, 365]);
  });

  test("is not allowed to be invoked by anybody, and starts nothing by itself", () => {
    expect(resourcesOf(shown.template, "AWS::Lambda::Permission")).toEqual({});
    expect(Object.keys(resourcesOf(shown.template, "AWS::Lambda::EventInvokeConfig"))).toHaveLength(1);
  });
});

describe("the role of the widget", () => {
  test("may do exactly this", () => {
    expect(statementsOfWidget()).toEqual([
      {
        Sid: "LookAtSecrets",
        Effect: "Allow",
        Action: ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"],
        Resource: [`${SECRETS}losant/${APPLICATION}/*`, `${SECRETS}prod/backend/losant-??????`],
      },
      {
        Sid: "ReadAccessTokens",
        Effect: "Allow",
        Action: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecretVersionIds",
        ],
        Resource: `${SECRETS}losant-access/${APPLICATION}-??????`,
      },
      {
        Sid: "Log",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "<TokenRotationConsoleLog.Arn>",
      },
      {
        Sid: "NothingElse",
        Effect: "Deny",
        NotAction: [
          "kms:Decrypt",
          "logs:CreateLogStream",
          "logs:PutLogEvents",
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecrets",
          "secretsmanager:ListSecretVersionIds",
        ],
        Resource: "*",
      },
      { Sid: "ListSecrets", Effect: "Allow", Action: "secretsmanager:ListSecrets", Resource: "*" },
    ]);
  });

  const ALL_ALLOWED: Statement = { Effect: "Allow", Action: "*", Resource: "*" };

  test.each([
    "secretsmanager:CreateSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:DeleteSecret",
    "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:TagResource",
    "events:PutEvents",
    "lambda:InvokeFunction",
    "sqs:SendMessage",
    "kms:GenerateDataKey",
    "iam:PassRole",
  ])("is denied %s, whatever another policy allows it", (action) => {
    for (const config of [CONFIG, RENEWING, { ...manyApplications(200), formerPrefixes: ["old"] }]) {
      const statements = [...statementsOfWidget({ console: true, config }), ALL_ALLOWED];
      for (const end of [`losant/${APPLICATION}/backend-AbCdEf`, `losant-access/${APPLICATION}-AbCdEf`])
        expect(permits(statements, action, SECRETS + end)).toBe(false);
      expect(permits(statements, action, "arn:aws:lambda:eu-west-1:1:function:worker")).toBe(false);
    }
  });

  test("reads the values of access tokens, and of no managed secret", () => {
    const may = (end: string) =>
      permits(statementsOfWidget(), "secretsmanager:GetSecretValue", SECRETS + end);
    expect(may(`losant-access/${APPLICATION}-AbCdEf`)).toBe(true);
    expect(may(`losant/${APPLICATION}/backend-AbCdEf`)).toBe(false);
    expect(may("prod/backend/losant-AbCdEf")).toBe(false);
  });
});

describe("the dashboard", () => {
  const widgetsOf = (template: typeof shown.template) => {
    const [dashboard] = Object.values(resourcesOf(template, "AWS::CloudWatch::Dashboard"));
    const { DashboardBody } = readable(dashboard?.Properties) as { readonly DashboardBody: string };
    return (
      JSON.parse(DashboardBody) as {
        widgets: { type: string; y: number; width: number; properties: Record<string, unknown> }[];
      }
    ).widgets;
  };

  test("has the widget at its top, as wide as the page, which is asked again when the page is refreshed or resized", () => {
    const [first] = widgetsOf(shown.template);
    expect(first).toMatchObject({
      type: "custom",
      y: 0,
      width: 24,
      properties: {
        title: "Losant API tokens",
        endpoint: "<TokenRotationConsoleFunction.Arn>",
        updateOn: { refresh: true, resize: true, timeRange: false },
      },
    });
  });

  test("shows no tokens from the log but those that failed, because the log also has those that were replaced", () => {
    const logs = widgetsOf(shown.template).filter(({ type }) => type === "log");
    expect(logs.map(({ properties }) => properties.title)).toEqual(["What failed, and what to do"]);
  });
});

test("without the option there is no trace of it: nothing in the template names it, and the rest is the same", () => {
  const without = synthesized({ console: false }).template.toJSON();
  expect(JSON.stringify(without)).not.toMatch(/console/i);
  const isRest = ([id]: readonly [string, unknown]) => !/Console|Dashboard/.test(id);
  const restOf = (template: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(template.Resources as object).filter(isRest));
  expect(restOf(shown.template.toJSON())).toEqual(restOf(without));
});

describe("the policies of docs/console.md", () => {
  const page = readFileSync(new URL("../../docs/console.md", import.meta.url), "utf8");
  const [look = [], press = []] = [...page.matchAll(/```json\n(\{\n {2}"Version"[\s\S]*?)\n```/g)].map(
    ([, text = ""]) => (JSON.parse(text) as { Statement: readonly Statement[] }).Statement,
  );
  const arnOf = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
  const [WIDGET, WORKER] = [arnOf("LosantTokenRotation-Console"), arnOf("LosantTokenRotation-Worker")];

  test("let people who may look see the dashboard and call the widget, and not the worker", () => {
    expect(permits(look, "lambda:InvokeFunction", WIDGET)).toBe(true);
    expect(permits(look, "lambda:InvokeFunction", WORKER)).toBe(false);
    for (const action of ["cloudwatch:GetDashboard", "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"])
      expect(permits(look, action, "*")).toBe(true);
    for (const action of [
      "secretsmanager:GetSecretValue",
      "cloudwatch:PutDashboard",
      "lambda:UpdateFunctionCode",
    ])
      expect(permits(look, action, "*")).toBe(false);
  });

  test("let people who may look read the logs of this stack, and no others", () => {
    const groupOf = (name: string) => `arn:aws:logs:eu-west-1:111122223333:log-group:${name}`;
    for (const action of ["logs:StartQuery", "logs:FilterLogEvents"]) {
      expect(permits(look, action, groupOf("LosantTokenRotation-WorkerLog-1A2B3C"))).toBe(true);
      expect(permits(look, action, groupOf("/aws/lambda/another"))).toBe(false);
    }
  });

  test("let people who may press call the worker too, and change nothing else", () => {
    const both = [...look, ...press];
    expect(permits(both, "lambda:InvokeFunction", WORKER)).toBe(true);
    expect(permits(press, "lambda:InvokeFunction", WIDGET)).toBe(false);
    expect(permits(both, "lambda:InvokeFunction", arnOf("another"))).toBe(false);
    expect(permits(both, "lambda:UpdateFunctionCode", WORKER)).toBe(false);
    expect(permits(both, "secretsmanager:GetSecretValue", "*")).toBe(false);
  });
});
