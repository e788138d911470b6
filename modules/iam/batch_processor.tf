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

# Objects are found and read by version, so the actions for "whatever is there now" are missing on purpose. In S3 a prefix
# is all there is to name objects by that do not exist yet: that is what the wildcards after the prefixes are.
data "aws_iam_policy_document" "batch_processor" {
  source_policy_documents = [data.aws_iam_policy_document.function_runtime["batch_processor"].json]

  statement {
    sid       = "FindVersions"
    actions   = ["s3:ListBucketVersions"]
    resources = [var.data_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["incoming/*"] # Any part of the prefix, whole datasets and single keys alike.
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
      "${var.data_bucket_arn}/incoming/*", # Files are dropped under names nobody knows before.
      "${var.data_bucket_arn}/work/*",     # Unpacked files, one folder a batch.
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # S3 replaces all tags at once: what others put on the file has to be read first. AWS asks for the actions without
  # "Version" too: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
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

    # Files expire by this tag, so no other value may get there.
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
    resources = ["${var.data_bucket_arn}/work/*"] # One folder a batch.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # Rejected rows are the request handler's to write: of a refused file only the report speaks.
  statement {
    sid       = "WriteReports"
    actions   = ["s3:PutObject"]
    resources = ["${var.data_bucket_arn}/reports/*"] # One object a batch.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  # The queue's retention says after how long a message that was never done has to be sent again.
  statement {
    sid       = "SendChunks"
    actions   = ["sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [var.queue_arn]
  }
}
