resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "this" {
  for_each = var.schedules

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "Starts ${var.target.function_name}"
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode                      = each.value.flexible_window_minutes > 0 ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = each.value.flexible_window_minutes > 0 ? each.value.flexible_window_minutes : null
  }

  target {
    arn      = var.target.function_arn
    role_arn = aws_iam_role.scheduler.arn

    retry_policy {
      maximum_retry_attempts       = var.retry.maximum_attempts
      maximum_event_age_in_seconds = var.retry.maximum_age_seconds
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }

  # A schedule that fires before its role has permissions would start with a dead letter.
  depends_on = [aws_iam_role_policy.scheduler]

  lifecycle {
    precondition {
      condition     = local.problems[each.key] == ""
      error_message = "schedules[\"${each.key}\"].expression is \"${each.value.expression}\": ${local.problems[each.key]}."
    }
  }
}
