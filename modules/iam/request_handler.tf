resource "aws_iam_role" "request_handler" {
  name                 = "${var.name}-request-handler"
  description          = "What ${var.request_handler_function_name} may do"
  assume_role_policy   = data.aws_iam_policy_document.function_trust["request_handler"].json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "request_handler" {
  name   = "task"
  role   = aws_iam_role.request_handler.name
  policy = data.aws_iam_policy_document.request_handler.json
}

# Every message names a version, so nothing is listed, and nothing is read without its version.
data "aws_iam_policy_document" "request_handler" {
  source_policy_documents = [data.aws_iam_policy_document.function_runtime["request_handler"].json]

  # What Lambda needs for polling: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  statement {
    sid       = "TakeChunks"
    actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = [var.queue_arn]
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

  # Both pairs of actions are needed for the same reasons as in the batch processor's role.
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

    # Only the batch processor refuses files, before it sends any chunk.
    condition {
      test     = "StringEquals"
      variable = "s3:RequestObjectTag/status"
      values   = ["processed", "processed-with-rejects"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid     = "WriteReportsAndRejects"
    actions = ["s3:PutObject"]
    resources = [
      "${var.data_bucket_arn}/rejected/*", # Rejected rows, one prefix per batch.
      "${var.data_bucket_arn}/reports/*",  # One object per batch.
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }
}
