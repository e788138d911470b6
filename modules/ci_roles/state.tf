locals {
  state_bucket_arn = "arn:${local.partition}:s3:::${var.state.bucket}"
  state_table_arn  = "arn:${local.partition}:dynamodb:${local.place}:table/${var.state.table}"
  states           = "${var.state.bucket}/${var.state.prefix}/*/terraform.tfstate" # One per unit.
}

# What the S3 backend needs, with both of its locks: https://developer.hashicorp.com/terraform/language/backend/s3
data "aws_iam_policy_document" "state" {
  for_each = toset(["plan", "apply"])

  statement {
    sid       = "FindStates"
    actions   = ["s3:ListBucket"]
    resources = [local.state_bucket_arn]
  }

  statement {
    sid       = "ReadStates"
    actions   = ["s3:GetObject"]
    resources = ["arn:${local.partition}:s3:::${local.states}"]
  }

  statement {
    sid       = "LockByFile"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${local.states}.tflock"]
  }

  # Locks and digests of states.
  statement {
    sid       = "ReadLocks"
    actions   = ["dynamodb:GetItem"]
    resources = [local.state_table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = [local.states, "${local.states}-md5"]
    }
  }

  statement {
    sid       = "LockByTable"
    actions   = ["dynamodb:DeleteItem", "dynamodb:PutItem"]
    resources = [local.state_table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = [local.states]
    }
  }

  dynamic "statement" {
    for_each = each.key == "apply" ? [true] : []

    content {
      sid       = "WriteStates"
      actions   = ["s3:PutObject"]
      resources = ["arn:${local.partition}:s3:::${local.states}"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "apply" ? [true] : []

    content {
      sid       = "WriteDigestsOfStates"
      actions   = ["dynamodb:PutItem"]
      resources = [local.state_table_arn]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "dynamodb:LeadingKeys"
        values   = ["${local.states}-md5"]
      }
    }
  }
}
