# Who may assume a function's role: Lambda, for that function only.
data "aws_iam_policy_document" "function_trust" {
  for_each = local.function_arns

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    # IfExists in both, because AWS does not document that Lambda always names the source when it assumes a role:
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLikeIfExists"
      variable = "aws:SourceArn"
      values = concat(
        [
          each.value,
          "${each.value}:*", # Versions and aliases of the function, whose names are not known beforehand.
        ],
        # A mapping polls the queue with the function's role; Lambda chooses the mapping's id.
        each.key == "request_handler" ? ["arn:${local.partition}:lambda:${var.region}:${var.account_id}:event-source-mapping:*"] : [],
      )
    }
  }
}
