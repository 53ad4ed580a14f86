locals {
  # Values that differ from the CDK stack, by alarm.
  alarm_overrides = {
    NoSuccessfulRun       = { Period = local.schedule.Period, EvaluationPeriods = local.schedule.EvaluationPeriods }
    TokenNearExpiry       = { Threshold = var.soonest_expiry_days }
    AccessTokenNearExpiry = { Threshold = var.access_token_days }
  }
  alarms       = { for name, alarm in local.settings.alarms : name => merge(alarm, try(local.alarm_overrides[name], {})) }
  alarm_topics = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = replace(each.value.AlarmDescription, "RUNBOOK.md", var.runbook_url)
  namespace           = each.value.Namespace
  metric_name         = each.value.MetricName
  statistic           = each.value.Statistic
  period              = each.value.Period
  evaluation_periods  = each.value.EvaluationPeriods
  comparison_operator = each.value.ComparisonOperator
  threshold           = each.value.Threshold
  treat_missing_data  = each.value.TreatMissingData
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = var.tags

  dimensions = {
    (each.value.dimension) = each.value.of == "WorkerFunction" ? aws_lambda_function.worker.function_name : aws_sqs_queue.this[each.value.of].name
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = templatefile("${path.module}/dashboard.json.tftpl", {
    Region       = local.region
    FunctionName = aws_lambda_function.worker.function_name
    LogGroupName = aws_cloudwatch_log_group.worker.name
    LatestRuns   = local.schedule.LatestRuns
    Alarms       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
  })
}
