# An endpoint policy limits resources and accounts; the roles limit what each function may do.
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
      # Every key of the account: key policies and roles limit access.
      resources = ["arn:${data.aws_partition.current.partition}:kms:${var.region}:${var.account_id}:key/*"]
    }

    logs = {
      actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      # Every log group of the account: the functions' groups are created after the network.
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
  # Others who use the same route tables would lose access to their buckets with the platform's policy.
  dynamic "statement" {
    for_each = local.s3_policy == "account" ? [true] : []

    content {
      sid       = "EveryBucketForTheAccount"
      actions   = ["s3:*"] # The policies of principals and buckets limit access.
      resources = ["*"]    # Including buckets of AWS and of partners, as without an endpoint.

      # A gateway endpoint supports no other principal; the condition names the account.
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

    # A gateway endpoint supports no other principal; the condition names the account.
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
    resources = ["${var.data_bucket_arn}/*"] # Every object: the roles limit the prefixes.

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

    # The condition names the account; the roles are created after the network.
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
