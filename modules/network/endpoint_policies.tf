# An endpoint policy says which things may be reached and by whose principals; the roles say which function may do what.
locals {
  reachable = {
    sqs = {
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ]
      resources = [var.queue_arn]
    }

    secretsmanager = {
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = [var.secret_arn]
    }

    kms = {
      actions = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      # Any key of the account: the keys' own policies and the roles say which.
      resources = ["arn:${data.aws_partition.current.partition}:kms:${var.region}:${var.account_id}:key/*"]
    }

    logs = {
      actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      # Any log group of the account: the functions' groups are made after the network.
      resources = ["arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account_id}:log-group:*"]
    }

    monitoring = {
      actions   = ["cloudwatch:PutMetricData"]
      resources = ["*"] # CloudWatch metrics have no ARN.
    }

    xray = {
      actions = [
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
      ]
      resources = ["*"] # Traces have no ARN.
    }
  }
}

data "aws_iam_policy_document" "s3_endpoint" {
  # On route tables that others use as well, the platform's own policy would cut them off from their buckets.
  dynamic "statement" {
    for_each = local.s3_policy == "account" ? [true] : []

    content {
      sid       = "EveryBucketForTheAccount"
      actions   = ["s3:*"] # What each principal may do is up to its own policies and to the buckets'.
      resources = ["*"]    # Buckets of AWS and of partners too, as without an endpoint.

      # A gateway endpoint takes no other principal; the condition names the account.
      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalAccount"
        values   = [var.account_id]
      }
    }
  }

  statement {
    sid       = "ListTheDataBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"]
    resources = [var.data_bucket_arn]

    # A gateway endpoint takes no other principal; the condition names the account.
    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid = "ReadAndWriteItsObjects"
    actions = [
      "s3:AbortMultipartUpload",
      "s3:GetObject",
      "s3:GetObjectTagging",
      "s3:GetObjectVersion",
      "s3:GetObjectVersionTagging",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
      "s3:PutObjectTagging",
      "s3:PutObjectVersionTagging",
    ]
    resources = ["${var.data_bucket_arn}/*"] # Every object: the roles say which prefixes.

    # Every principal, as above; the condition names the account.
    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }
}

data "aws_iam_policy_document" "interface_endpoint" {
  for_each = local.interface_services

  statement {
    sid       = "OnlyThePlatform"
    actions   = each.value.actions
    resources = each.value.resources

    # The condition names the account; a role would be one that is made after the network.
    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }
}
