resource "aws_iam_role" "rejects_reader" {
  #checkov:skip=CKV_AWS_61: the account's root stands for whomever its own policies name, and only until somebody is named here

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
      # The root of the account stands for whomever the account's own policies let assume this role, and for nobody else.
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
      values   = ["rejected/*"] # Any dataset and batch.
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
    resources = ["${var.data_bucket_arn}/rejected/*"] # One folder a batch.

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

    # S3 asks on the role's behalf, for what the role may read there.
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.${data.aws_partition.current.dns_suffix}"]
    }
  }
}
