output "schedule_group_name" {
  description = "Name of the schedule group."
  value       = aws_scheduler_schedule_group.this.name
}

output "schedule_arns" {
  description = "ARNs of the schedules by name."
  value       = { for name, schedule in aws_scheduler_schedule.this : name => schedule.arn }
}

output "rule_name" {
  description = "Name of the rule that watches for new objects."
  value       = aws_cloudwatch_event_rule.object_created.name
}

output "rule_arn" {
  description = "ARN of the rule that watches for new objects."
  value       = aws_cloudwatch_event_rule.object_created.arn
}

output "dead_letter_queue_name" {
  description = "Name of the dead-letter queue for invocations that never succeeded."
  value       = aws_sqs_queue.dead_letters.name
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue for invocations that never succeeded."
  value       = aws_sqs_queue.dead_letters.arn
}

output "expected_every_minutes" {
  description = "Longest time in minutes between two starts by schedule; 0 where no schedule is enabled, or where it cannot be determined."
  # Not null, which Terraform leaves out of the outputs that other units read.
  value = length(local.expected) == 0 ? 0 : min(local.expected...)
}
