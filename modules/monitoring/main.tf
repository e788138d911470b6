data "aws_partition" "current" {}

locals {
  arn_prefix = "arn:${data.aws_partition.current.partition}"
  topic_name = "${var.name}-alarms"
  # Built from names: references would make the topic's inline policy depend on the topic and on what publishes to it.
  topic_arn        = "${local.arn_prefix}:sns:${var.region}:${var.account_id}:${local.topic_name}"
  alarm_arn_prefix = "${local.arn_prefix}:cloudwatch:${var.region}:${var.account_id}:alarm:"

  subscriptions = merge(
    { for address in var.notify.email_addresses : address => "email" },
    { for endpoint in var.notify.https_endpoints : endpoint => "https" },
  )
}

resource "aws_sns_topic" "this" {
  name              = local.topic_name
  display_name      = "Alarms of ${var.name}"
  kms_master_key_id = var.kms_key_arn
  policy            = data.aws_iam_policy_document.topic.json

  lifecycle {
    precondition {
      condition     = !var.require_target || length(local.subscriptions) + length(var.notify.topic_arns) > 0
      error_message = "require_target is true but notify is empty: give at least one of notify.email_addresses, notify.https_endpoints and notify.topic_arns."
    }
  }
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this.arn
  protocol  = each.value
  endpoint  = each.key
}

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

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
    sid       = "AllowAlarms"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.alarm_arn_prefix}${var.name}-*"] # Every alarm of this module.
    }
  }
}
