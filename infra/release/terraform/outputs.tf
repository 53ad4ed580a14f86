output "function_name" {
  description = "Invoke it with {\"dryRun\": true} to see what a run would do."
  value       = aws_lambda_function.worker.function_name
}

output "failed_runs_queue_url" {
  description = "Runs that were given up."
  value       = aws_sqs_queue.this["WorkerFailedRunsQueue"].url
}

output "missed_starts_queue_url" {
  description = "Starts that did not reach the function."
  value       = aws_sqs_queue.this["ScheduleMissedStartsQueue"].url
}

output "log_group_name" {
  description = "The log of the runs."
  value       = aws_cloudwatch_log_group.worker.name
}

output "dashboard_name" {
  description = "The dashboard in CloudWatch."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_arns" {
  description = "The alarms by name, for other actions than alarm_topic_arn."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}
