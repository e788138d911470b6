output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.this.name
}

output "dead_letter_queue_name" {
  description = "Name of the dead-letter queue for asynchronous events that failed."
  value       = aws_sqs_queue.dead_letters.name
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue for asynchronous events that failed."
  value       = aws_sqs_queue.dead_letters.arn
}

output "environment" {
  description = "Environment variables of the function; none is secret."
  value       = aws_lambda_function.this.environment[0].variables
}

output "handler" {
  description = "Entry point of the function."
  value       = aws_lambda_function.this.handler
}

output "reserved_concurrency" {
  description = "Reserved concurrency of the function; -1 for none."
  value       = aws_lambda_function.this.reserved_concurrent_executions
}

output "metrics" {
  description = "Namespace and `service` dimension of the metrics that the function reports itself."
  value = {
    namespace = local.settings.POWERTOOLS_METRICS_NAMESPACE
    service   = local.settings.POWERTOOLS_SERVICE_NAME
  }
}
