data "aws_partition" "current" {}

locals {
  dead_letter_queue_name = "${var.function_name}-dead-letters"
  # Built from names: a reference would make the queue's inline policy depend on the queue.
  dead_letter_queue_arn = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${local.dead_letter_queue_name}"
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = local.dead_letter_queue_name
  message_retention_seconds         = 1209600
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
}
