data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  # Numbers, texts and rights of the CDK stack, written by `npm run release`.
  settings      = jsondecode(file("${path.module}/settings.json"))
  configuration = jsondecode(var.configuration)
  interval      = try(local.configuration.schedule, "6h")
  schedule      = local.settings.schedules[local.interval]
  function_zip  = coalesce(var.function_zip, "${path.module}/../function.zip")
  region        = data.aws_region.this.region
  account       = data.aws_caller_identity.this.account_id
  partition     = data.aws_partition.this.partition
}

resource "aws_sqs_queue" "this" {
  for_each = { WorkerFailedRunsQueue = "failed-runs", ScheduleMissedStartsQueue = "missed-starts" }

  name                      = "${var.name}-${each.value}"
  message_retention_seconds = local.settings.queueRetentionSeconds
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "this" {
  for_each = aws_sqs_queue.this

  queue_url = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "worker" {
  function_name    = var.name
  description      = local.settings.function.Description
  filename         = local.function_zip
  source_code_hash = filebase64sha256(local.function_zip)
  handler          = local.settings.function.Handler
  runtime          = local.settings.function.Runtime
  architectures    = [var.architecture]
  timeout          = local.settings.function.Timeout
  memory_size      = var.memory_mib
  role             = aws_iam_role.worker.arn
  tags             = var.tags

  environment {
    variables = merge(
      var.configuration_in_zip ? {} : { ROTATION_CONFIG = jsonencode(local.configuration) },
      var.runbook_url == "RUNBOOK.md" ? {} : { RUNBOOK_URL = var.runbook_url },
    )
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.worker.name
  }

  lifecycle {
    precondition {
      condition     = var.configuration_in_zip || length(jsonencode(local.configuration)) <= 3500
      error_message = "The configuration is too long for the function's environment. Add it to function.zip and set configuration_in_zip = true."
    }
  }

  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_lambda_function_event_invoke_config" "worker" {
  function_name                = aws_lambda_function.worker.function_name
  qualifier                    = "$LATEST"
  maximum_event_age_in_seconds = local.settings.function.MaximumEventAgeInSeconds
  maximum_retry_attempts       = local.settings.function.MaximumRetryAttempts

  destination_config {
    on_failure {
      destination = aws_sqs_queue.this["WorkerFailedRunsQueue"].arn
    }
  }
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
  tags = var.tags
}

resource "aws_scheduler_schedule" "this" {
  name                         = var.name
  description                  = local.settings.schedule.description
  group_name                   = aws_scheduler_schedule_group.this.name
  schedule_expression          = local.schedule.Expression
  schedule_expression_timezone = "Etc/UTC"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = local.schedule.WindowMinutes
  }

  target {
    arn      = aws_lambda_function.worker.arn
    role_arn = aws_iam_role.schedule.arn
    input    = local.settings.schedule.input

    retry_policy {
      maximum_event_age_in_seconds = local.settings.schedule.retryPolicy.MaximumEventAgeInSeconds
      maximum_retry_attempts       = local.settings.schedule.retryPolicy.MaximumRetryAttempts
    }

    dead_letter_config {
      arn = aws_sqs_queue.this["ScheduleMissedStartsQueue"].arn
    }
  }
}
