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

  statement {
    sid = "ServicesThatSendToEncryptedTopicsAndQueues"
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey*", # SQS and SNS ask for data keys with and without their plaintext.
    ]
    resources = ["*"] # The one key, as above.

    principals {
      type = "Service"
      identifiers = [
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
        "sns.amazonaws.com",
      ]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}
