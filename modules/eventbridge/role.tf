resource "aws_iam_role" "scheduler" {
  name                 = "${var.name}-scheduler"
  description          = "What the schedules of ${var.name} may do"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "start-function"
  role   = aws_iam_role.scheduler.name
  policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "AllowScheduler"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    # The group, because Scheduler names no single schedule when it assumes a role. It always sends both keys:
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["${local.arn_prefix}:scheduler:${local.place}:schedule-group/${var.name}"]
    }
  }
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "StartFunction"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.target.function_arn]
  }

  statement {
    sid       = "KeepDeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letter_queue_arn]
  }

  statement {
    sid       = "EncryptDeadLetters"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:sqs:arn"
      values   = [local.dead_letter_queue_arn]
    }
  }

  # A schedule is decrypted with its own role:
  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
  statement {
    sid       = "DecryptSchedules"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:scheduler:schedule:arn"
      values   = ["${local.arn_prefix}:scheduler:${local.place}:schedule/${var.name}/*"] # Every schedule of this group.
    }
  }
}
