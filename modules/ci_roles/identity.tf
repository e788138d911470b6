# What Terraform does with the roles of the platform. Whoever writes a role's policy can give it anything: only the
# approval of an apply, and a permissions boundary, limit that.

data "aws_iam_policy_document" "roles" {
  statement {
    sid = "MakeRoles"
    actions = [
      "iam:CreateRole",
      "iam:DeleteRolePolicy",
      "iam:PutRolePolicy",
    ]
    resources = [local.arns.roles]

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    dynamic "condition" {
      for_each = var.permissions_boundary_arn[*]

      content {
        test     = "StringEquals"
        variable = "iam:PermissionsBoundary"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid = "ChangeRoles"
    actions = [
      "iam:DeleteRole",
      "iam:ListInstanceProfilesForRole",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRoleDescription",
    ]
    resources = [local.arns.roles]
  }

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
  statement {
    sid       = "GiveRolesToTheirServices"
    actions   = ["iam:PassRole"]
    resources = [local.arns.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    }
  }

  # The roles of integration match the prefix too. An administrator changes them, never a job.
  statement {
    sid         = "NeverItself"
    effect      = "Deny"
    not_actions = ["iam:Get*", "iam:List*"]
    resources   = concat([local.provider_arn, local.own_policies], local.own_roles)
  }
}
