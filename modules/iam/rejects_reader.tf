resource "aws_iam_role" "rejects_reader" {
  #checkov:skip=CKV_AWS_61: the account's root means the principals that its own policies allow, and only while no reader is named here

  name                 = "${var.name}-rejects-reader"
  description          = "For people who look into the rejected rows of ${var.name}, which are personal data"
  assume_role_policy   = data.aws_iam_policy_document.rejects_reader_trust.json
  permissions_boundary = var.permissions_boundary_arn

  lifecycle {
    precondition {
      condition = alltrue([
        for arn in var.rejects_reader_principal_arns : strcontains(arn, ":iam::${var.account_id}:")
      ])
      error_message = "rejects_reader_principal_arns is ${jsonencode(var.rejects_reader_principal_arns)} but account_id is ${var.account_id}: rejected rows are for roles and users of the account alone. Let people of other accounts take a role of this one first."
    }
  }
}

resource "aws_iam_role_policy" "rejects_reader" {
  name   = "task"
  role   = aws_iam_role.rejects_reader.name
  policy = data.aws_iam_policy_document.rejects_reader.json
}

data "aws_iam_policy_document" "rejects_reader_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type = "AWS"
      # The account's root means the principals that the account's own policies let assume this role.
      identifiers = length(var.rejects_reader_principal_arns) > 0 ? var.rejects_reader_principal_arns : ["arn:${local.partition}:iam::${var.account_id}:root"]
    }
  }
}

data "aws_iam_policy_document" "rejects_reader" {
  statement {
    sid       = "FindRejects"
    actions   = ["s3:ListBucket"]
    resources = [var.data_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["rejected/*"] # Every dataset and batch.
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "ReadRejects"
    actions   = ["s3:GetObject"]
    resources = ["${var.data_bucket_arn}/rejected/*"] # One prefix per batch.

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "DecryptRejects"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]

    # Only through S3, for what the role may read there.
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.${data.aws_partition.current.dns_suffix}"]
    }
  }
}
