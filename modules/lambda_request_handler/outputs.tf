output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = module.function.function_arn
}

output "log_group_name" {
  description = "Log group of the function."
  value       = module.function.log_group_name
}

output "dead_letter_queue_name" {
  description = "Name of the dead-letter queue for asynchronous events that failed."
  value       = module.function.dead_letter_queue_name
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue for asynchronous events that failed."
  value       = module.function.dead_letter_queue_arn
}

output "event_source_mapping_uuid" {
  description = "ID of the event source mapping."
  value       = aws_lambda_event_source_mapping.this.uuid
}

output "metrics" {
  description = "Namespace and `service` dimension of the metrics that the function reports itself."
  value       = module.function.metrics
}
