output "topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = aws_sns_topic.this.arn
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Names of all alarms."
  value       = values(aws_cloudwatch_metric_alarm.this)[*].alarm_name
}
