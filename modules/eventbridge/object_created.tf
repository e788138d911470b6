locals {
  rule_name = "${var.name}-object-created"
}

resource "aws_cloudwatch_event_rule" "object_created" {
  name        = local.rule_name
  description = "Starts ${var.target.function_name} when an object arrives below ${var.object_created.prefix}"
  state       = var.object_created.enabled ? "ENABLED" : "DISABLED"

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [var.object_created.bucket_name] }
      object = { key = [{ prefix = var.object_created.prefix }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "object_created" {
  rule      = aws_cloudwatch_event_rule.object_created.name
  target_id = "function"
  arn       = var.target.function_arn

  retry_policy {
    maximum_retry_attempts       = var.retry.maximum_attempts
    maximum_event_age_in_seconds = var.retry.maximum_age_seconds
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_permission" "object_created" {
  statement_id   = local.rule_name
  action         = "lambda:InvokeFunction"
  function_name  = var.target.function_name
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.object_created.arn
  source_account = var.account_id
}
