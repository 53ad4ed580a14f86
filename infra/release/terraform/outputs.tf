output "function_name" {
  description = "Name of the function. To see what a run would do, invoke it with {\"dryRun\": true}."
  value       = aws_lambda_function.worker.function_name
}

output "failed_runs_queue_url" {
  description = "URL of the queue of runs that failed three times."
  value       = aws_sqs_queue.this["WorkerFailedRunsQueue"].url
}

output "missed_starts_queue_url" {
  description = "URL of the queue of scheduled starts that didn't reach the function."
  value       = aws_sqs_queue.this["ScheduleMissedStartsQueue"].url
}

output "log_group_name" {
  description = "Name of the log group of the runs."
  value       = aws_cloudwatch_log_group.worker.name
}

output "dashboard_name" {
  description = "Name of the dashboard in CloudWatch."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_arns" {
  description = "ARNs of the alarms by name, for actions other than alarm_topic_arn."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}
