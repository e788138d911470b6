data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: in a key policy the resource "*" is the one key that carries the policy
  #checkov:skip=CKV_AWS_111: in a key policy the resource "*" is the one key that carries the policy
  #checkov:skip=CKV_AWS_356: in a key policy the resource "*" is the one key that carries the policy

  # Without this statement nobody could change the policy again, and IAM policies could not grant use of the key.
  statement {
    sid       = "AccountDecidesWhoMayUseTheKey"
    actions   = ["kms:*"] # The account delegates to its IAM policies, so it needs every permission that they may grant.
    resources = ["*"]     # In a key policy this is the key that the policy is attached to.

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root"]
    }
  }

  statement {
    sid = "LogGroupsOfTheAccount"
    actions = [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*", # CloudWatch Logs uses data keys with and without plaintext.
      "kms:ReEncrypt*",       # ReEncryptFrom and ReEncryptTo are needed together.
    ]
    resources = ["*"] # This key, as above.

    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      # Every log group of the platform: the key is created before them.
      values = ["arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:*"]
    }
  }

  # Both services name the account they act for:
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  statement {
    sid = "AlarmsAndTopicsOfTheAccount"
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey*", # SQS and SNS use data keys with and without plaintext.
    ]
    resources = ["*"] # This key, as above.

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "sns.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }

  # EventBridge does not send aws:SourceAccount, so it could write no dead letter. SQS always sends the queue:
  # https://docs.aws.amazon.com/kms/latest/developerguide/services-sqs.html
  statement {
    sid       = "EventsToQueuesOfTheEnvironment"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"] # This key, as above.

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:sqs:arn"
      # Every queue whose name starts with the environment's prefix: the key is created before them.
      values = ["arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${var.name}-*"]
    }
  }

  # An upload in parts needs kms:Decrypt too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html
  # A producer cannot read objects with it, because no policy lets it get them.
  dynamic "statement" {
    for_each = var.producers[*]

    content {
      sid       = "ProducersEncryptTheirFiles"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"] # This key, as above.

      principals {
        type        = "AWS"
        identifiers = statement.value.principal_arns
      }

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${var.region}.${data.aws_partition.current.dns_suffix}"]
      }

      # With a bucket key the encryption context is the bucket, without it the object:
      # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
      condition {
        test     = "ArnLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values = [
          "arn:${data.aws_partition.current.partition}:s3:::${statement.value.bucket_name}",
          "arn:${data.aws_partition.current.partition}:s3:::${statement.value.bucket_name}/*", # Every object of the bucket.
        ]
      }
    }
  }
}
