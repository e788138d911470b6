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
  #checkov:skip=CKV_AWS_358: the check knows neither a list of subjects nor the IDs in them; tests/trust.tftest.hcl compares whole subjects

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
  #checkov:skip=CKV_AWS_393: the check does not know the IDs that subjects have since July 2026; tests/trust.tftest.hcl compares whole subjects

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

resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.plan.name
  policy_arn = aws_iam_policy.this["read"].arn
}

resource "aws_iam_role" "apply" {
  #checkov:skip=CKV_AWS_393: the check does not know the IDs that subjects have since July 2026; tests/trust.tftest.hcl compares whole subjects

  name                 = local.apply_role_name
  description          = "Applies ${var.name} from ${var.repository} once its environment ${var.deployment_environment} lets a job in"
  assume_role_policy   = data.aws_iam_policy_document.trust["apply"].json
  max_session_duration = var.apply_session_seconds
  permissions_boundary = var.permissions_boundary_arn

  depends_on = [aws_iam_openid_connect_provider.this]
}

resource "aws_iam_role_policy" "apply_state" {
  name   = "state"
  role   = aws_iam_role.apply.name
  policy = data.aws_iam_policy_document.state["apply"].json
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = aws_iam_policy.this

  role       = aws_iam_role.apply.name
  policy_arn = each.value.arn
}

# Managed policies, because all policies in a role together may have 10,240 characters:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
resource "aws_iam_policy" "this" {
  for_each = {
    read     = data.aws_iam_policy_document.read.json
    network  = data.aws_iam_policy_document.network.json
    storage  = data.aws_iam_policy_document.storage.json
    services = data.aws_iam_policy_document.services.json
    roles    = data.aws_iam_policy_document.roles.json
  }

  name        = "${var.name}-ci-${each.key}"
  description = "For continuous integration of ${var.name}: ${each.key}"
  policy      = each.value
}
