import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type CfnTemplate, isProperties, type Properties } from "../../infra/release/cfn.ts";
import { releaseTemplate } from "../../infra/release/template.ts";
import { terraformSettings } from "../../infra/release/terraform-settings.ts";
import { METRIC_DIMENSION } from "../../lambda/report/metrics.ts";
import { textOf } from "../support/markdown.ts";

/* CI has Terraform check that the module is valid. These tests check that it says what the stack says. */

const FOLDER = "infra/release/terraform";
const lines = readdirSync(new URL(`../../${FOLDER}`, import.meta.url))
  .filter((name) => name.endsWith(".tf"))
  .flatMap((name) => textOf(`${FOLDER}/${name}`).split("\n"))
  .filter((line) => !/^ *#/.test(line));
const indentOf = (line: string) => line.search(/\S/);

/** The one block or value that begins like this, up to the line that closes it, on one line. */
function partOf(head: string): string {
  const starts = lines.flatMap((line, index) => (line.trimStart().startsWith(head) ? [index] : []));
  expect([head, starts.length]).toEqual([head, 1]);
  const [start = 0] = starts;
  const first = lines[start] ?? "";
  const isOpen = /[[({]$/.test(first);
  const end = lines.findIndex((line, at) => at > start && indentOf(line) === indentOf(first));
  return lines
    .slice(start, isOpen ? end + 1 : start + 1)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

let template: CfnTemplate;
beforeAll(() => {
  template = releaseTemplate("1.2.3");
});

describe("the Terraform module", () => {
  test("has encrypted queues, kept as long as the stack's and closed to plain HTTP", () => {
    const queues = partOf('resource "aws_sqs_queue" "this"');
    expect(queues).toContain("sqs_managed_sse_enabled = true");
    expect(queues).toContain("message_retention_seconds = local.settings.queueRetentionSeconds");
    const policy = partOf('resource "aws_sqs_queue_policy" "this"');
    expect(policy).toContain(
      'Effect = "Deny" Principal = { AWS = "*" } Action = "sqs:*" Resource = each.value.arn Condition = { Bool = { "aws:SecureTransport" = "false" } }',
    );
  });

  test("sends runs and starts that failed to the queue of their kind", () => {
    expect(partOf('resource "aws_lambda_function_event_invoke_config" "worker"')).toContain(
      'on_failure { destination = aws_sqs_queue.this["WorkerFailedRunsQueue"].arn }',
    );
    expect(partOf('resource "aws_scheduler_schedule" "this"')).toContain(
      'dead_letter_config { arn = aws_sqs_queue.this["ScheduleMissedStartsQueue"].arn }',
    );
  });

  test("has a schedule that is enabled, and that starts runs when the stack's would", () => {
    const schedule = partOf('resource "aws_scheduler_schedule" "this"');
    expect(schedule).not.toContain("state");
    expect(schedule).toContain("schedule_expression = local.schedule.Expression");
    expect(schedule).toContain('schedule_expression_timezone = "Etc/UTC"');
    expect(schedule).toContain(
      'flexible_time_window { mode = "FLEXIBLE" maximum_window_in_minutes = local.schedule.WindowMinutes }',
    );
    expect(partOf("interval ")).toBe('interval = try(local.configuration.schedule, "6h")');
  });

  test("takes each property of an alarm from the stack, but for its runbook and its own thresholds", () => {
    const alarm = partOf('resource "aws_cloudwatch_metric_alarm" "this"');
    const alarms = terraformSettings(template, "1.2.3").alarms as Readonly<Record<string, Properties>>;
    const settings = Object.values(alarms);
    const names = new Set(settings.flatMap((one) => Object.keys(one)));
    for (const name of ["AlarmActions", "OKActions"]) names.delete(name);
    expect(names.size).toBeGreaterThan(9);
    expect([...names].filter((name) => !alarm.includes(`each.value.${name}`))).toEqual([]);
    for (const [, name = ""] of alarm.matchAll(/each\.value\.(\w+)/g))
      expect([name, settings.filter((one) => !(name in one))]).toEqual([name, []]);
    expect(alarms.Failures).toMatchObject({ dimension: METRIC_DIMENSION, of: "WorkerFunction" });
    expect(alarms.FailedRunsWaiting).toMatchObject({ dimension: "QueueName", of: "WorkerFailedRunsQueue" });
    expect(alarm).toContain(
      'alarm_description = replace(each.value.AlarmDescription, "RUNBOOK.md", var.runbook_url)',
    );
    expect(alarm).toContain("alarm_actions = local.alarm_topics ok_actions = local.alarm_topics");
    expect(partOf("alarm_overrides")).toBe(
      "alarm_overrides = { NoSuccessfulRun = { Period = local.schedule.Period, EvaluationPeriods = local.schedule.EvaluationPeriods } TokenNearExpiry = { Threshold = var.soonest_expiry_days } AccessTokenNearExpiry = { Threshold = var.access_token_days } }",
    );
  });

  test.each([
    ["soonest_expiry_days", "SoonestExpiryDays"],
    ["access_token_days", "AccessTokenDays"],
    ["memory_mib", "MemoryMiB"],
    ["log_retention_days", "LogRetentionDays"],
    ["architecture", "Architecture"],
  ])("accepts for %s what the template's %s accepts, with the same default", (variable, parameter) => {
    const accepted = template.Parameters?.[parameter];
    const { Default, MinValue, MaxValue, AllowedValues } = isProperties(accepted) ? accepted : {};
    const block = partOf(`variable "${variable}"`);
    const [condition = ""] = /condition = .*? error_message/.exec(block) ?? [];
    expect(block).toContain(`default = ${JSON.stringify(Default)} `);
    if (MinValue !== undefined) expect(condition).toContain(`var.${variable} >= ${MinValue} `);
    if (MaxValue !== undefined) expect(condition).toContain(`var.${variable} <= ${MaxValue} `);
    if (typeof Default === "number" && AllowedValues === undefined)
      expect(condition).toContain(`floor(var.${variable}) == var.${variable} `);
    if (AllowedValues !== undefined)
      expect(condition).toContain(
        `contains(${JSON.stringify(AllowedValues).replaceAll(",", ", ")}, var.${variable})`,
      );
  });

  test("restricts the worker's rights by the stack's conditions", () => {
    const statements = Object.values(template.Resources).flatMap(({ Properties: properties = {} }) =>
      isProperties(properties.PolicyDocument) ? [properties.PolicyDocument.Statement].flat() : [],
    );
    const conditions = JSON.stringify(statements).match(/"(events:source|kms:ViaService)":/g);
    expect(new Set(conditions)).toEqual(new Set(['"events:source":', '"kms:ViaService":']));
    expect(partOf("conditions = {")).toBe(
      `conditions = { Announce = { StringEquals = { "events:source" = "losant.token-rotation" } } UseSecretsKey = { StringEquals = { "kms:ViaService" = "secretsmanager.\${local.region}.\${data.aws_partition.this.dns_suffix}" } } }`,
    );
    expect(partOf('resource "aws_iam_role_policy" "worker"')).toContain(
      "contains(keys(local.conditions), sid) ? { Condition = local.conditions[sid] } : {}",
    );
  });

  test("has rights on the configured applications, or on those of any id if they are discovered, and on nothing else", () => {
    const resources = partOf("resources = {");
    expect(resources.match(/\[[^[]*"\*"[^\]]*\]/g)).toEqual(['["*"]']);
    expect(resources).toContain('ListSecrets = ["*"]');
    expect(partOf("folders = ")).toBe(
      `folders = length(local.discover) > 0 ? ["${"?".repeat(24)}"] : [for application in local.applications : lower(application.id)]`,
    );
    expect(resources).toContain(`"\${local.secrets}\${local.secret_prefix}/\${folder}/*"`);
    expect(resources).toContain(`"\${local.secrets}\${prefix}/\${folder}/*"`);
    expect(resources).toContain("local.access_token_arns[token.secret] if token.renew]");
    expect(resources).toContain("ReadAccessTokens = values(local.access_token_arns)");
    expect(partOf("access_tokens = [")).toContain("for entry in concat(local.applications, local.discover)");
  });

  test("lets only Lambda and its own schedules use its roles", () => {
    expect(partOf('resource "aws_iam_role" "worker"')).toContain(
      'Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]',
    );
    expect(partOf('resource "aws_iam_role" "schedule"')).toContain(
      'Principal = { Service = "scheduler.amazonaws.com" } Action = "sts:AssumeRole" Condition = { StringEquals = { "aws:SourceAccount" = local.account "aws:SourceArn" = aws_scheduler_schedule_group.this.arn } }',
    );
    expect(partOf('resource "aws_iam_role_policy" "schedule"')).toContain(
      'Statement = [ { Effect = "Allow", Action = "lambda:InvokeFunction", Resource = aws_lambda_function.worker.arn }, { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.this["ScheduleMissedStartsQueue"].arn }, ]',
    );
  });

  test("refuses access tokens among the secrets that the worker writes, and a configuration that is too long", () => {
    expect(partOf('resource "aws_iam_role_policy" "worker"')).toContain(
      `condition = alltrue([for token in local.access_tokens : !startswith(replace(token.secret, "/^arn:.*?:secret:/", ""), "\${local.secret_prefix}/")])`,
    );
    expect(partOf('resource "aws_lambda_function" "worker"')).toContain(
      "condition = var.configuration_in_zip || length(jsonencode(local.configuration)) <= 3500",
    );
  });

  test.each([
    ["runbook_url", "RunbookUrl"],
    ["soonest_expiry_days", "SoonestExpiryDays"],
    ["access_token_days", "AccessTokenDays"],
    ["memory_mib", "MemoryMiB"],
    ["architecture", "Architecture"],
    ["log_retention_days", "LogRetentionDays"],
  ])("has for %s the template's default of %s", (variable, parameter) => {
    const { Default } = { ...(template.Parameters?.[parameter] as Properties) };
    expect(partOf(`variable "${variable}"`)).toContain(`default = ${JSON.stringify(Default)} `);
  });

  test.each([
    ["architecture", 'contains(["arm64", "x86_64"], var.architecture)'],
    ["name", 'can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name))'],
    [
      "configuration",
      "can(jsondecode(var.configuration).applications[0].id) || can(jsondecode(var.configuration).discover[0].accessToken)",
    ],
    ["configuration", "try(jsondecode(var.configuration).fleet, false) == false"],
    ["configuration", '!can(regex("\\"newSecrets\\"\\\\s*:", var.configuration))'],
  ])("refuses a wrong %s in the plan", (variable, condition) => {
    expect(partOf(`variable "${variable}"`)).toContain(`validation { condition = ${condition} error_message`);
  });
});
