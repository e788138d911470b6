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

run "plan_changes_nothing_but_locks" {
  command = plan

  assert {
    condition = {
      for statement in concat(jsondecode(aws_iam_role_policy.plan_state.policy).Statement, jsondecode(aws_iam_policy.this["read"].policy).Statement) :
      statement.Sid => {
        actions   = toset([for action in flatten([try(statement.Action, [])]) : action if !can(regex(":(Describe|Get|List)", action))])
        resources = toset(flatten([statement.Resource]))
      } if anytrue([for action in flatten([try(statement.Action, [])]) : !can(regex(":(Describe|Get|List)", action))])
      } == {
      LockByFile = {
        actions   = toset(["s3:DeleteObject", "s3:PutObject"])
        resources = toset(["arn:aws:s3:::csvbatch-tfstate/live/test/*/terraform.tfstate.tflock"])
      }
      LockByTable = {
        actions   = toset(["dynamodb:DeleteItem", "dynamodb:PutItem"])
        resources = toset(["arn:aws:dynamodb:eu-west-2:123456789012:table/csvbatch-locks"])
      }
      ReadSettingsOfFunctions = {
        actions   = toset(["kms:Decrypt"])
        resources = toset(["arn:aws:kms:eu-west-2:123456789012:key/*"])
      }
    }
    error_message = "a plan may change something: ${aws_iam_role_policy.plan_state.policy} ${aws_iam_policy.this["read"].policy}"
  }
}

run "plan_locks_states_of_its_environment_and_leaves_their_digests_alone" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.plan_state.policy).Statement : statement.Sid => toset(flatten(values(statement.Condition["ForAllValues:StringLike"])))
      if startswith(flatten([try(statement.Action, [])])[0], "dynamodb:")
      } == {
      ReadLocks   = toset(["csvbatch-tfstate/live/test/*/terraform.tfstate", "csvbatch-tfstate/live/test/*/terraform.tfstate-md5"])
      LockByTable = toset(["csvbatch-tfstate/live/test/*/terraform.tfstate"])
    }
    error_message = "a plan may touch more than its locks: ${aws_iam_role_policy.plan_state.policy}"
  }
}

run "objects_are_read_of_states_and_packages_alone" {
  command = plan

  assert {
    condition = toset(flatten([
      for document in concat([aws_iam_role_policy.plan_state.policy, aws_iam_role_policy.apply_state.policy], values(aws_iam_policy.this)[*].policy) : [
        for statement in jsondecode(document).Statement : flatten([statement.Resource])
        if statement.Effect == "Allow" && anytrue([for action in flatten([try(statement.Action, [])]) : startswith(action, "s3:GetObject")])
      ]
      ])) == toset([
      "arn:aws:s3:::csvbatch-tfstate/live/test/*/terraform.tfstate",
      "arn:aws:s3:::csvbatch-tfstate/live/test/*/terraform.tfstate.tflock",
      "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-artifacts/lambda/*",
    ])
    error_message = "a role may read other objects"
  }
}

run "data_is_not_decrypted" {
  command = plan

  assert {
    condition = {
      for statement in flatten([for document in values(aws_iam_policy.this)[*].policy : jsondecode(document).Statement]) :
      statement.Sid => jsonencode(statement.Condition)
      if statement.Effect == "Allow" && anytrue([for action in flatten([try(statement.Action, [])]) : contains(["kms:Decrypt", "kms:GenerateDataKey"], action)])
      } == {
      EncryptPackages = jsonencode({ StringEquals = {
        "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-artifacts"
        "kms:ViaService"                   = "s3.eu-west-2.amazonaws.com"
      } })
      ReadSettingsOfFunctions = jsonencode({
        ArnLike      = { "kms:EncryptionContext:aws:lambda:FunctionArn" = "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-*" }
        StringEquals = { "kms:ViaService" = "lambda.eu-west-2.amazonaws.com" }
      })
      UpdateSecretThatTheKeyEncrypts = jsonencode({
        ArnLike      = { "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-*" }
        StringEquals = { "kms:ViaService" = "secretsmanager.eu-west-2.amazonaws.com" }
      })
    }
    error_message = "a role may decrypt something else"
  }
}

run "no_role_reads_secrets_messages_or_logs_or_starts_functions_or_has_a_wildcard_for_actions" {
  command = plan

  assert {
    condition = length(setintersection(
      toset([
        for action in flatten([
          for document in concat([aws_iam_role_policy.plan_state.policy, aws_iam_role_policy.apply_state.policy], values(aws_iam_policy.this)[*].policy) :
          [for statement in jsondecode(document).Statement : statement.Action if statement.Effect == "Allow"]
        ]) : strcontains(action, "*") ? "*" : action
      ]),
      ["*", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "sqs:ReceiveMessage", "logs:GetLogEvents", "lambda:InvokeFunction", "iam:AttachRolePolicy", "iam:CreateUser"],
    )) == 0
    error_message = "a role may do what none should"
  }
}

run "apply_never_changes_what_integration_is_made_of" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_iam_policy.this["roles"].policy).Statement : {
        but       = toset(statement.NotAction)
        resources = toset(statement.Resource)
      } if statement.Effect == "Deny"
      ] == [{
        but = toset(["iam:Get*", "iam:List*"])
        resources = toset([
          "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
          "arn:aws:iam::123456789012:policy/csvbatch-test-ci-*",
          "arn:aws:iam::123456789012:role/csvbatch-test-ci-apply",
          "arn:aws:iam::123456789012:role/csvbatch-test-ci-plan",
        ])
    }]
    error_message = "an apply may change itself: ${aws_iam_policy.this["roles"].policy}"
  }
}

run "roles_are_given_to_functions_and_schedules_alone" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_iam_policy.this["roles"].policy).Statement : [
        statement.Resource, toset(statement.Condition.StringEquals["iam:PassedToService"])
      ] if statement.Effect == "Allow" && contains(flatten([try(statement.Action, [])]), "iam:PassRole")
    ] == [["arn:aws:iam::123456789012:role/csvbatch-test-*", toset(["lambda.amazonaws.com", "scheduler.amazonaws.com"])]]
    error_message = "a role may go elsewhere: ${aws_iam_policy.this["roles"].policy}"
  }
}

run "networks_and_keys_of_others_are_left_alone" {
  command = plan

  assert {
    condition = {
      for statement in concat(jsondecode(aws_iam_policy.this["network"].policy).Statement, jsondecode(aws_iam_policy.this["storage"].policy).Statement) :
      statement.Sid => toset(flatten([for operator, keys in statement.Condition : [for name, value in keys : "${operator} ${name} ${value}"]]))
      if can(regex("^(ec2|kms):", flatten([try(statement.Action, [])])[0])) && !contains(["EncryptPackages", "NameOwnKey", "TagWhatIsMade", "UpdateSecretThatTheKeyEncrypts"], statement.Sid)
      } == {
      MakeNetwork      = toset(["StringEquals aws:RequestTag/environment test", "StringEquals aws:RequestTag/project csvbatch"])
      ChangeOwnNetwork = toset(["StringEquals aws:ResourceTag/environment test", "StringEquals aws:ResourceTag/project csvbatch"])
      TakeOverUntaggedGroup = toset([
        "Null aws:ResourceTag/environment true", "Null aws:ResourceTag/project true",
        "StringEquals aws:RequestTag/environment test", "StringEquals aws:RequestTag/project csvbatch",
      ])
      MakeKey = toset([
        "Null aws:ResourceTag/environment true", "Null aws:ResourceTag/project true",
        "StringEquals aws:RequestTag/environment test", "StringEquals aws:RequestTag/project csvbatch",
      ])
      ChangeOwnKey = toset(["StringEquals aws:ResourceTag/environment test", "StringEquals aws:ResourceTag/project csvbatch"])
    }
    error_message = "an apply may change what belongs to others: ${aws_iam_policy.this["network"].policy} ${aws_iam_policy.this["storage"].policy}"
  }
}

run "what_is_tagged_is_what_is_made" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_policy.this["network"].policy).Statement : toset(keys(statement.Condition.StringEquals)) if statement.Sid == "TagWhatIsMade"
    ]) == toset(["ec2:CreateAction"])
    error_message = "an apply may tag what exists: ${aws_iam_policy.this["network"].policy}"
  }
}

run "protected_environment_loses_no_data" {
  command = plan

  variables {
    deletion_protection = true
  }

  assert {
    condition = length([
      for action in flatten([for statement in jsondecode(aws_iam_policy.this["storage"].policy).Statement : statement.Action]) : action
      if can(regex("^(s3:DeleteBucket|s3:DeleteObject|s3:DeleteObjectVersion|sqs:DeleteQueue|secretsmanager:DeleteSecret|kms:ScheduleKeyDeletion)$", action))
    ]) == 0
    error_message = "an apply may delete data: ${aws_iam_policy.this["storage"].policy}"
  }
}

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
run "policies_are_short_enough_for_iam" {
  command = plan

  variables {
    name = "a-prefix-of-54-characters-which-is-as-long-as-they-get"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : length(policy.policy) <= 6144]) && length(aws_iam_role_policy.apply_state.policy) <= 10240
    error_message = "IAM refuses a policy: ${jsonencode({ for name, policy in aws_iam_policy.this : name => length(policy.policy) })}"
  }
}
