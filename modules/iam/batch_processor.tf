resource "aws_iam_role" "batch_processor" {
  name                 = "${var.name}-batch-processor"
  description          = "What ${var.batch_processor_function_name} may do"
  assume_role_policy   = data.aws_iam_policy_document.function_trust["batch_processor"].json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "batch_processor" {
  name   = "task"
  role   = aws_iam_role.batch_processor.name
  policy = data.aws_iam_policy_document.batch_processor.json
}

# Objects are listed and read by version, so the actions for the current version are missing on purpose. Objects that do
# not exist yet can only be named by prefix in S3: that is the reason for the wildcards after prefixes.
data "aws_iam_policy_document" "batch_processor" {
  source_policy_documents = [data.aws_iam_policy_document.function_runtime["batch_processor"].json]

  statement {
    sid       = "FindVersions"
    actions   = ["s3:ListBucketVersions"]
    resources = [var.data_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["incoming/*"] # Whole datasets and single keys.
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid     = "ReadVersions"
    actions = ["s3:GetObjectVersion"]
    resources = [
      "${var.data_bucket_arn}/incoming/*", # The names of files are not known beforehand.
      "${var.data_bucket_arn}/work/*",     # Unpacked files, one prefix per batch.
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # S3 replaces all tags at once, so existing tags have to be read first. AWS requires the actions without "Version" as
  # well: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
  statement {
    sid       = "ReadTagsOfFiles"
    actions   = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
    resources = ["${var.data_bucket_arn}/incoming/*"] # Any file, as above.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "MarkFiles"
    actions   = ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"]
    resources = ["${var.data_bucket_arn}/incoming/*"] # Any file, as above.

    # Files expire by this tag, so no other value may be set.
    condition {
      test     = "StringEquals"
      variable = "s3:RequestObjectTag/status"
      values   = ["processed", "processed-with-rejects", "refused"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "UnpackFiles"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = ["${var.data_bucket_arn}/work/*"] # One prefix per batch.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # Only the request handler writes rejected rows; a refused file has a report only.
  statement {
    sid       = "WriteReports"
    actions   = ["s3:PutObject"]
    resources = ["${var.data_bucket_arn}/reports/*"] # One object per batch.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # The queue's retention determines when a message that was never processed has to be sent again.
  statement {
    sid       = "SendChunks"
    actions   = ["sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [var.queue_arn]
  }
}
