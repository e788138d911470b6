# What Terraform does with buckets, queues, the secret and the key, and the packages that it uploads.

locals {
  artifacts_arn = "arn:${local.partition}:s3:::${var.artifacts_bucket}"

  deletions = var.deletion_protection ? {} : {
    DeleteBuckets = {
      actions   = ["s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:ListBucketVersions"]
      resources = [local.arns.buckets, "${local.arns.buckets}/*"] # A bucket has to be empty before.
    }
    DeleteQueues = { actions = ["sqs:DeleteQueue"], resources = [local.arns.queues] }
    DeleteSecret = { actions = ["secretsmanager:DeleteSecret"], resources = [local.arns.secrets] }
  }
}

data "aws_iam_policy_document" "storage" {
  dynamic "statement" {
    for_each = local.deletions

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  statement {
    sid = "ChangeBuckets"
    actions = [
      "s3:CreateBucket",
      "s3:DeleteBucketPolicy",
      "s3:PutBucketLogging",
      "s3:PutBucketNotification",
      "s3:PutBucketOwnershipControls",
      "s3:PutBucketPolicy",
      "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketTagging",
      "s3:PutBucketVersioning",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
    ]
    resources = [local.arns.buckets]
  }

  statement {
    sid       = "UploadPackages"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${local.artifacts_arn}/lambda/*"] # One object per content of a package.
  }

  statement {
    sid       = "EncryptPackages"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [local.arns.key] # The ID of the key is not known before it exists.

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:s3:arn"
      values   = [local.artifacts_arn]
    }
  }

  statement {
    sid       = "ChangeQueues"
    actions   = ["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"]
    resources = [local.arns.queues]
  }

  statement {
    sid = "ChangeSecretButNotItsValue"
    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteResourcePolicy",
      "secretsmanager:PutResourcePolicy",
      "secretsmanager:TagResource",
      "secretsmanager:UntagResource",
      "secretsmanager:UpdateSecret",
    ]
    resources = [local.arns.secrets]
  }

  # An update of the secret asks for its key; nothing lets the role read what that decrypts.
  statement {
    sid       = "UpdateSecretThatTheKeyEncrypts"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [local.arns.key] # As above.

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:SecretARN"
      values   = [local.arns.secrets]
    }
  }

  # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
  statement {
    sid       = "MakeKey"
    actions   = ["kms:CreateKey", "kms:TagResource"]
    resources = ["*"] # A key that does not exist has no ARN.

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }

    # Not a key that has an owner: other tags would make it ours.
    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "Null"
        variable = "aws:ResourceTag/${condition.key}"
        values   = ["true"]
      }
    }
  }

  statement {
    sid = "ChangeOwnKey"
    actions = concat(var.deletion_protection ? [] : ["kms:ScheduleKeyDeletion"], [
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:EnableKeyRotation",
      "kms:PutKeyPolicy",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateKeyDescription",
    ])
    resources = [local.arns.key] # As above.

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid       = "NameOwnKey"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias"]
    resources = [local.arns.key_alias]
  }
}
