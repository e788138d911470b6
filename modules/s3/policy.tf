resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.bucket.json

  # S3 answers "conflicting operation" when both are set at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "bucket" {
  source_policy_documents = concat(
    [data.aws_iam_policy_document.tls_only.json],
    data.aws_iam_policy_document.key_only[*].json,
    data.aws_iam_policy_document.log_delivery[*].json,
    data.aws_iam_policy_document.producers[*].json,
  )
}

data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["s3:*"] # Every action: the statement only denies.
    resources = [local.arn, "${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# The bucket encrypts with its key unless the request has headers about encryption, so each statement applies to requests
# with such a header. Parts of a multipart upload never have one, and have to be allowed.
data "aws_iam_policy_document" "key_only" {
  count = local.encrypted_with_key ? 1 : 0

  lifecycle {
    precondition {
      condition     = var.kms_key_arn != null
      error_message = "kms_key_arn is null and accept_logs is false for ${var.name}: only a log bucket may have no key; give the ARN of a key, or set accept_logs = true."
    }
  }

  statement {
    sid       = "DenyOtherEncryption"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["false"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["aws:kms"]
    }
  }

  statement {
    sid       = "DenyOtherKey"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-aws-kms-key-id"
      values   = ["false"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "s3:x-amz-server-side-encryption-aws-kms-key-id"
      values   = [var.kms_key_arn]
    }
  }

  # "aws:kms" without a key means AWS's own key for the account, not the bucket's key.
  statement {
    sid       = "DenyUnnamedKey"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["aws:kms"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-aws-kms-key-id"
      values   = ["true"]
    }
  }

  statement {
    sid       = "DenyCustomerKey"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-customer-algorithm"
      values   = ["false"]
    }
  }
}

# The statements for flow logs have the identifiers of AWS, which looks for them before it writes a policy itself.
data "aws_iam_policy_document" "log_delivery" {
  count = var.accept_logs ? 1 : 0

  statement {
    sid       = "S3ServerAccessLogsPolicy"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"] # Logs of several buckets, each under the prefix that its unit chooses.

    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "AWSLogDeliveryWrite"
    actions   = ["s3:PutObject"]
    resources = ["${local.arn}/*"] # Flow logs, under keys that AWS composes of account, region and date.

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }

  statement {
    sid       = "AWSLogDeliveryAclCheck"
    actions   = ["s3:GetBucketAcl", "s3:ListBucket"]
    resources = [local.arn]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}

# A multipart upload needs s3:PutObject, and s3:AbortMultipartUpload to cancel it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
data "aws_iam_policy_document" "producers" {
  count = length(var.producers) > 0 ? 1 : 0

  lifecycle {
    precondition {
      condition     = !var.accept_logs
      error_message = "producers is ${jsonencode(var.producers)} and accept_logs is true for ${var.name}: only log delivery may write into a log bucket; set producers = []."
    }
  }

  dynamic "statement" {
    for_each = var.producers

    content {
      sid       = "ProducerPutsFiles${statement.key}"
      actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
      resources = ["${local.arn}/${statement.value.prefix}*"] # The names of files are not known beforehand.

      principals {
        type        = "AWS"
        identifiers = statement.value.principal_arns
      }
    }
  }
}
