mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

override_resource {
  target = aws_secretsmanager_secret.this
  values = { arn = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-credentials-AbCdEf" }
}

variables {
  name                 = "csvbatch-test-oracle-credentials"
  account_id           = "123456789012"
  kms_key_arn          = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  recovery_window_days = 0
  deletion_protection  = false
}

run "policy_belongs_to_the_secret_and_public_ones_are_blocked" {
  assert {
    condition     = aws_secretsmanager_secret_policy.this.secret_arn == output.secret_arn && aws_secretsmanager_secret_policy.this.block_public_policy
    error_message = "the policy is not the secret's, or a public one could take its place"
  }

  assert {
    condition     = output.secret_name == "csvbatch-test-oracle-credentials"
    error_message = "the secret is called ${output.secret_name}"
  }
}

run "secret_is_encrypted_with_the_key_and_gone_after_the_window" {
  command = plan

  assert {
    condition     = aws_secretsmanager_secret.this.kms_key_id == var.kms_key_arn
    error_message = "the secret is not encrypted with the key"
  }

  assert {
    condition     = aws_secretsmanager_secret.this.recovery_window_in_days == 0
    error_message = "the recovery window is not the one asked for"
  }
}

run "nothing_rotates_unless_a_function_is_named" {
  command = plan

  assert {
    condition     = length(aws_secretsmanager_secret_rotation.this) == 0
    error_message = "the secret would be rotated by nobody"
  }
}

run "rotation_waits_for_its_schedule" {
  variables {
    rotation = {
      lambda_arn = "arn:aws:lambda:eu-west-2:123456789012:function:rotate-oracle"
      every_days = 30
    }
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this[0].rotation_lambda_arn == var.rotation.lambda_arn
    error_message = "the secret is rotated by another function"
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[0].rotation_rules).automatically_after_days == 30
    error_message = "the secret is not rotated every 30 days"
  }

  assert {
    condition     = !aws_secretsmanager_secret_rotation.this[0].rotate_immediately
    error_message = "an apply would change a password that is in use"
  }
}

run "unprotected_secret_has_no_guard_against_destruction" {
  command = plan

  assert {
    condition     = length(terraform_data.deletion_protection) == 0
    error_message = "an unprotected secret could not be destroyed"
  }
}

run "protected_secret_has_a_guard_that_belongs_to_its_name" {
  command = plan

  variables {
    deletion_protection  = true
    recovery_window_days = 30
  }

  assert {
    condition     = jsonencode(terraform_data.deletion_protection[0].triggers_replace) == jsonencode(["csvbatch-test-oracle-credentials"])
    error_message = "a rename would replace the secret although the guard should refuse it"
  }
}

run "refuses_protection_with_a_short_recovery_window" {
  command = plan

  variables {
    deletion_protection  = true
    recovery_window_days = 29
  }

  expect_failures = [aws_secretsmanager_secret.this]
}

run "refuses_a_name_with_blanks_and_an_account_id_that_is_not_12_digits_and_the_alias_of_a_key" {
  command = plan

  variables {
    name        = "csvbatch oracle"
    account_id  = "1111-1111-1111"
    kms_key_arn = "alias/csvbatch-test"
  }

  expect_failures = [var.name, var.account_id, var.kms_key_arn]
}

run "refuses_a_recovery_window_between_0_and_7_days_and_rotation_by_something_that_is_no_function" {
  command = plan

  variables {
    recovery_window_days = 6
    rotation = {
      lambda_arn = "rotate-oracle"
      every_days = 30
    }
  }

  expect_failures = [var.recovery_window_days, var.rotation]
}

run "refuses_a_recovery_window_over_30_days_and_rotation_more_often_than_daily" {
  command = plan

  variables {
    recovery_window_days = 31
    rotation = {
      lambda_arn = "arn:aws:lambda:eu-west-2:123456789012:function:rotate-oracle"
      every_days = 0
    }
  }

  expect_failures = [var.recovery_window_days, var.rotation]
}

run "refuses_rotation_less_often_than_every_90_days" {
  command = plan

  variables {
    rotation = {
      lambda_arn = "arn:aws:lambda:eu-west-2:123456789012:function:rotate-oracle"
      every_days = 91
    }
  }

  expect_failures = [var.rotation]
}
