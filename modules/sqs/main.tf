data "aws_partition" "current" {}

locals {
  dead_letter_queue_name = "${var.name}-dead-letters"

  # Built from names, because each queue names the other and references would be a cycle.
  queue_arns = {
    queue        = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${var.name}"
    dead_letters = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${local.dead_letter_queue_name}"
  }
}

resource "aws_sqs_queue" "this" {
  name                              = var.name
  visibility_timeout_seconds        = var.visibility_timeout_seconds
  message_retention_seconds         = var.message_retention_seconds
  receive_wait_time_seconds         = 20
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = var.kms_data_key_reuse
  policy                            = data.aws_iam_policy_document.this["queue"].json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })

  lifecycle {
    precondition {
      condition     = var.visibility_timeout_seconds >= 6 * var.consumer_timeout_seconds
      error_message = "visibility_timeout_seconds is ${var.visibility_timeout_seconds} but consumer_timeout_seconds is ${var.consumer_timeout_seconds}: a message has to stay hidden for at least 6 times the consumer's timeout, here ${6 * var.consumer_timeout_seconds} seconds. Raise visibility_timeout_seconds or lower consumer_timeout_seconds."
    }

    precondition {
      condition     = var.message_retention_seconds > var.max_receive_count * var.visibility_timeout_seconds
      error_message = "message_retention_seconds is ${var.message_retention_seconds} but ${var.max_receive_count} receives of ${var.visibility_timeout_seconds} seconds each take ${var.max_receive_count * var.visibility_timeout_seconds}: a message that keeps failing would expire without a trace before it reaches the dead letters. Raise message_retention_seconds, or lower max_receive_count or visibility_timeout_seconds."
    }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = local.dead_letter_queue_name
  message_retention_seconds         = var.dead_letter_retention_seconds
  receive_wait_time_seconds         = 20
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = var.kms_data_key_reuse
  policy                            = data.aws_iam_policy_document.this["dead_letters"].json

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arns.queue]
  })

  lifecycle {
    precondition {
      # SQS counts the age of a dead letter from when it was first sent, so an equal retention could leave no time.
      condition     = var.dead_letter_retention_seconds > var.message_retention_seconds
      error_message = "dead_letter_retention_seconds is ${var.dead_letter_retention_seconds} but message_retention_seconds is ${var.message_retention_seconds}: dead letters keep the age they had in the queue, so they have to be kept longer than its messages. Raise dead_letter_retention_seconds or lower message_retention_seconds."
    }
  }
}

resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [var.name]

  lifecycle {
    prevent_destroy = true
  }
}

# No statement allows anything: within the account, the policies of the roles decide who may send and receive.
data "aws_iam_policy_document" "this" {
  for_each = local.queue_arns

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"] # Every action: the statement only denies.
    resources = [each.value]

    principals {
      type        = "*"
      identifiers = ["*"] # Everybody: the statement only denies.
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
