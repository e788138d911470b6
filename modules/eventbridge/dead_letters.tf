data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  place      = "${var.region}:${var.account_id}"

  # Built from names: references would make the queue's inline policy depend on the queue, and on the rule that needs the queue.
  dead_letter_queue_name = "${var.name}-events-dead-letters"
  dead_letter_queue_arn  = "${local.arn_prefix}:sqs:${local.place}:${local.dead_letter_queue_name}"
  rule_arn               = "${local.arn_prefix}:events:${local.place}:rule/${local.rule_name}"
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = local.dead_letter_queue_name
  message_retention_seconds         = var.dead_letter_retention_seconds
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  policy                            = data.aws_iam_policy_document.dead_letters.json
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"] # Every action: the statement only denies.
    resources = [local.dead_letter_queue_arn]

    principals {
      type        = "*" # Everybody: the statement only denies.
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "AllowRule"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letter_queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.rule_arn]
    }
  }
}
