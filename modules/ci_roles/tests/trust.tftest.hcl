provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                   = "csvbatch-test"
  account_id             = "123456789012"
  region                 = "eu-west-2"
  repository             = "example-org@12345/csvbatch@67890"
  deployment_environment = "test"
  state                  = { bucket = "csvbatch-tfstate", table = "csvbatch-locks", prefix = "live/test" }
  artifacts_bucket       = "csvbatch-test-123456789012-eu-west-2-artifacts"
  owner_tags             = { project = "csvbatch", environment = "test" }
  deletion_protection    = false
}

run "jobs_in_the_protected_environment_alone_may_apply" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.apply.assume_role_policy).Statement == [{
      Action    = "sts:AssumeRoleWithWebIdentity"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = "repo:example-org@12345/csvbatch@67890:environment:test"
      } }
    }]
    error_message = "others may apply: ${aws_iam_role.apply.assume_role_policy}"
  }
}

run "pull_requests_and_the_main_branch_alone_may_plan" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_iam_role.plan.assume_role_policy).Statement : {
      action    = statement.Action
      principal = statement.Principal
      audience  = statement.Condition.StringEquals["token.actions.githubusercontent.com:aud"]
      subjects  = toset(statement.Condition.StringEquals["token.actions.githubusercontent.com:sub"])
      }] == [{
      action    = "sts:AssumeRoleWithWebIdentity"
      principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      audience  = "sts.amazonaws.com"
      subjects = toset([
        "repo:example-org@12345/csvbatch@67890:pull_request",
        "repo:example-org@12345/csvbatch@67890:ref:refs/heads/main",
      ])
    }]
    error_message = "others may plan: ${aws_iam_role.plan.assume_role_policy}"
  }
}

run "the_provider_is_github_s_for_the_audience_of_aws" {
  command = plan

  assert {
    condition = [for provider in aws_iam_openid_connect_provider.this : [provider.url, tolist(provider.client_id_list)]] == [
      ["https://token.actions.githubusercontent.com", tolist(["sts.amazonaws.com"])]
    ]
    error_message = "the provider is another, or for another audience"
  }
}

run "a_provider_that_the_account_has_is_used" {
  command = plan

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.this) == 0
    error_message = "a second provider would be made, which an account cannot have"
  }
}

run "sessions_are_short" {
  command = plan

  assert {
    condition     = aws_iam_role.plan.max_session_duration == 3600 && aws_iam_role.apply.max_session_duration == 7200
    error_message = "sessions last ${aws_iam_role.plan.max_session_duration} and ${aws_iam_role.apply.max_session_duration} seconds"
  }
}

run "boundary_holds_for_both_roles_and_for_every_role_that_is_made" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = alltrue([for role in [aws_iam_role.plan, aws_iam_role.apply] : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "a role is out of the boundary"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_policy.this["roles"].policy).Statement : statement.Condition if statement.Sid == "MakeRoles"
    ]) == { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/boundary" } }
    error_message = "an apply may make roles without the boundary"
  }
}

run "refuses_what_would_let_others_in" {
  command = plan

  variables {
    repository             = "example-org/*"
    branch                 = "*"
    deployment_environment = "*"
    oidc_provider_arn      = "arn:aws:iam::123456789012:oidc-provider/example.com"
  }

  expect_failures = [var.repository, var.branch, var.deployment_environment, var.oidc_provider_arn]
}

run "refuses_a_repository_with_one_id" {
  command = plan

  variables {
    repository = "example-org@12345/csvbatch"
  }

  expect_failures = [var.repository]
}

run "refuses_what_is_no_name_of_one_thing" {
  command = plan

  variables {
    name                     = "a-prefix-of-55-characters-is-too-long-for-the-apply-role"
    account_id               = "1111-1111-1111"
    region                   = "eu-west-2a"
    state                    = { bucket = "*", table = "csvbatch-locks", prefix = "live/test/" }
    artifacts_bucket         = "*"
    owner_tags               = {}
    apply_session_seconds    = 60
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/*"
  }

  expect_failures = [
    var.name,
    var.account_id,
    var.region,
    var.state,
    var.artifacts_bucket,
    var.owner_tags,
    var.apply_session_seconds,
    var.permissions_boundary_arn,
  ]
}
