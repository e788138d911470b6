locals {
  # https://docs.github.com/en/actions/reference/security/oidc
  subjects = {
    plan = [
      "repo:${var.repository}:pull_request",
      "repo:${var.repository}:ref:refs/heads/${var.branch}",
    ]
    apply = ["repo:${var.repository}:environment:${var.deployment_environment}"]
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = [local.audience]
    }

    # Whole subjects and no pattern: a pattern would let another branch, environment or repository in.
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "plan" {
  name                 = local.plan_role_name
  description          = "Plans ${var.name} for pull requests of ${var.repository} and looks for drift; changes nothing"
  assume_role_policy   = data.aws_iam_policy_document.trust["plan"].json
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary_arn

  depends_on = [aws_iam_openid_connect_provider.this]
}

resource "aws_iam_role_policy" "plan_state" {
  name   = "state"
  role   = aws_iam_role.plan.name
  policy = data.aws_iam_policy_document.state["plan"].json
}

resource "aws_iam_role_policy_attachment" "plan_read" {
  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role" "apply" {
  name                 = local.apply_role_name
  description          = "Applies ${var.name} from ${var.repository} once its environment ${var.deployment_environment} lets a job in"
  assume_role_policy   = data.aws_iam_policy_document.trust["apply"].json
  max_session_duration = var.apply_session_seconds
  permissions_boundary = var.permissions_boundary_arn

  depends_on = [aws_iam_openid_connect_provider.this]
}

resource "aws_iam_role_policy" "apply" {
  for_each = {
    state    = data.aws_iam_policy_document.state["apply"].json
    network  = data.aws_iam_policy_document.network.json
    storage  = data.aws_iam_policy_document.storage.json
    services = data.aws_iam_policy_document.services.json
    roles    = data.aws_iam_policy_document.roles.json
  }

  name   = each.key
  role   = aws_iam_role.apply.name
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "apply_read" {
  role       = aws_iam_role.apply.name
  policy_arn = aws_iam_policy.read.arn
}
