mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                 = "csvbatch-test"
  account_id           = "123456789012"
  region               = "eu-west-2"
  deletion_window_days = 7
  deletion_protection  = false
}

run "key_rotates_every_year_and_waits_before_it_is_gone" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.rotation_period_in_days == 365
    error_message = "the key does not rotate every 365 days"
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 7
    error_message = "the deletion window is not the one asked for"
  }
}

run "alias_carries_the_name_and_points_to_the_key" {
  assert {
    condition     = output.alias_name == "alias/csvbatch-test"
    error_message = "the alias is ${output.alias_name}"
  }

  assert {
    condition     = aws_kms_alias.this.target_key_id == output.key_id
    error_message = "the alias points to another key"
  }
}

run "unprotected_key_has_no_guard_against_destruction" {
  command = plan

  assert {
    condition     = length(terraform_data.deletion_protection) == 0
    error_message = "an unprotected key could not be destroyed"
  }
}

run "protected_key_has_a_guard_that_belongs_to_its_name" {
  command = plan

  variables {
    deletion_protection  = true
    deletion_window_days = 30
  }

  assert {
    condition     = jsonencode(terraform_data.deletion_protection[0].triggers_replace) == jsonencode(["csvbatch-test"])
    error_message = "a rename would replace the key although the guard should refuse it"
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 30
    error_message = "a protected key can be deleted before its deletion can be cancelled"
  }
}

run "refuses_protection_with_a_short_deletion_window" {
  command = plan

  variables {
    deletion_protection  = true
    deletion_window_days = 29
  }

  expect_failures = [aws_kms_key.this]
}

run "refuses_a_name_that_is_no_alias_and_an_account_id_that_is_not_12_digits_and_an_availability_zone_as_region" {
  command = plan

  variables {
    name       = "csvbatch test"
    account_id = "11111111111"
    region     = "eu-west-2a"
  }

  expect_failures = [var.name, var.account_id, var.region]
}

run "refuses_a_deletion_window_under_7_days_and_rotation_more_often_than_every_90_days_and_a_producer_that_is_a_whole_account" {
  command = plan

  variables {
    deletion_window_days = 6
    rotation_period_days = 89
    producers            = { principal_arns = ["arn:aws:iam::333333333333:root"], bucket_name = "csvbatch-test-data" }
  }

  expect_failures = [var.deletion_window_days, var.rotation_period_days, var.producers]
}

run "refuses_a_deletion_window_over_30_days_and_rotation_less_often_than_every_2560_days_and_a_bucket_of_producers_given_by_its_arn" {
  command = plan

  variables {
    deletion_window_days = 31
    rotation_period_days = 2561
    producers            = { principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], bucket_name = "arn:aws:s3:::csvbatch-test-data" }
  }

  expect_failures = [var.deletion_window_days, var.rotation_period_days, var.producers]
}
