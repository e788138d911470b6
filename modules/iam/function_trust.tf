# Who may take a function's role: Lambda, for that function alone.
data "aws_iam_policy_document" "function_trust" {
  for_each = local.function_arns

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    # IfExists in both, because AWS does not document that every path by which Lambda takes a role names its source:
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
          "${each.value}:*", # Versions and aliases of the function, whose names are made at each deployment.
        ],
        # A mapping polls the queue with the function's role; Lambda makes up the mapping's id.
        each.key == "request_handler" ? ["arn:${local.partition}:lambda:${var.region}:${var.account_id}:event-source-mapping:*"] : [],
      )
    }
  }
}
