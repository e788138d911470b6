# A role is usable only with its permissions, so whatever reads an ARN from here waits for them.

output "batch_processor_role_arn" {
  description = "ARN of the batch processor's role."
  value       = aws_iam_role.batch_processor.arn
  depends_on  = [aws_iam_role_policy.batch_processor]
}

output "batch_processor_role_name" {
  description = "Name of the batch processor's role."
  value       = aws_iam_role.batch_processor.name
}

output "request_handler_role_arn" {
  description = "ARN of the request handler's role."
  value       = aws_iam_role.request_handler.arn
  depends_on  = [aws_iam_role_policy.request_handler]
}

output "request_handler_role_name" {
  description = "Name of the request handler's role."
  value       = aws_iam_role.request_handler.name
}

output "rejects_reader_role_arn" {
  description = "ARN of the role for readers of rejected rows."
  value       = aws_iam_role.rejects_reader.arn
  depends_on  = [aws_iam_role_policy.rejects_reader]
}
