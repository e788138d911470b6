data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: in a key policy the resource "*" is the one key that carries the policy
  #checkov:skip=CKV_AWS_111: in a key policy the resource "*" is the one key that carries the policy
  #checkov:skip=CKV_AWS_356: in a key policy the resource "*" is the one key that carries the policy

  # Without this statement nobody could ever change the policy again, and IAM policies could not grant use of the key.
  statement {
    sid       = "AccountDecidesWhoMayUseTheKey"
    actions   = ["kms:*"] # The account delegates to its IAM policies, so it has to hold what they may grant.
    resources = ["*"]     # In a key policy this means the one key the policy is attached to.

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
      "kms:GenerateDataKey*", # CloudWatch Logs asks for data keys with and without their plaintext.
      "kms:ReEncrypt*",       # ReEncryptFrom and ReEncryptTo are only of use together.
    ]
    resources = ["*"] # The one key, as above.

    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      # Every log group of the platform, whichever function it belongs to: the key is made before they are.
      values = ["arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:*"]
    }
  }

  # Both services name the account they act for:
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  statement {
    sid = "AlarmsAndTopicsOfTheAccount"
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey*", # SQS and SNS ask for data keys with and without their plaintext.
    ]
    resources = ["*"] # The one key, as above.

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

  # EventBridge does not: with aws:SourceAccount it could write no dead letter. What SQS always states is the queue:
  # https://docs.aws.amazon.com/kms/latest/developerguide/services-sqs.html
  statement {
    sid       = "EventsToQueuesOfTheEnvironment"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"] # The one key, as above.

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:sqs:arn"
      # Every queue whose name starts with the environment's: the key is made before they are.
      values = ["arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${var.name}-*"]
    }
  }

  # An upload in parts needs kms:Decrypt too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html
  # A producer cannot read with it, for no policy lets it get an object.
  dynamic "statement" {
    for_each = var.producers[*]

    content {
      sid       = "ProducersEncryptTheirFiles"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"] # The one key, as above.

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
          "arn:${data.aws_partition.current.partition}:s3:::${statement.value.bucket_name}/*", # Any file of it.
        ]
      }
    }
  }
}
