mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                = "csvbatch-test-123456789012-eu-west-2-data"
  account_id          = "123456789012"
  kms_key_arn         = "arn:aws:kms:eu-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
  access_log          = null
  force_destroy       = false
  deletion_protection = false
  lifecycle_rules     = []
}

run "refuses_a_bucket_that_is_both_emptied_and_protected" {
  command = plan

  variables {
    force_destroy       = true
    deletion_protection = true
  }

  expect_failures = [aws_s3_bucket.this]
}

run "refuses_a_bucket_without_a_key_that_takes_no_logs" {
  command = plan

  variables {
    kms_key_arn = null
  }

  expect_failures = [data.aws_iam_policy_document.key_only]
}

run "refuses_a_key_for_a_bucket_that_takes_logs" {
  command = plan

  variables {
    accept_logs = true
  }

  expect_failures = [aws_s3_bucket.this]
}

run "refuses_a_bucket_that_logs_into_itself" {
  command = plan

  variables {
    access_log = { bucket = "csvbatch-test-123456789012-eu-west-2-data", prefix = "access/" }
  }

  expect_failures = [aws_s3_bucket.this]
}

run "refuses_a_log_prefix_without_its_slash_and_a_name_with_capitals_and_an_account_id_that_is_not_12_digits" {
  command = plan

  variables {
    access_log = { bucket = "csvbatch-test-123456789012-eu-west-2-logs", prefix = "access" }
    name       = "csvbatch-Test-data"
    account_id = "11111111111"
  }

  expect_failures = [var.access_log, var.name, var.account_id]
}

run "refuses_a_name_with_dots_and_the_alias_of_a_key_and_two_rules_of_one_name" {
  command = plan

  variables {
    name        = "csvbatch.test.data"
    kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:alias/csvbatch-test"
    lifecycle_rules = [
      { id = "reports", prefix = "reports/", expiration_days = 365 },
      { id = "reports", prefix = "work/", expiration_days = 3 },
    ]
  }

  expect_failures = [var.name, var.kms_key_arn, var.lifecycle_rules]
}

run "refuses_a_name_of_2_characters_and_a_rule_named_like_one_of_the_module_and_unfinished_uploads_removed_at_once" {
  command = plan

  variables {
    name                            = "cs"
    lifecycle_rules                 = [{ id = "unfinished-uploads", expiration_days = 1 }]
    abort_incomplete_multipart_days = 0
  }

  expect_failures = [var.name, var.lifecycle_rules, var.abort_incomplete_multipart_days]
}

run "refuses_a_name_of_64_characters_and_a_rule_that_expires_nothing_and_a_producer_that_is_a_whole_account" {
  command = plan

  variables {
    name            = "csvbatch-test-123456789012-eu-west-2-data-data-data-data-data-da"
    lifecycle_rules = [{ id = "reports", prefix = "reports/" }]
    producers       = [{ principal_arns = ["arn:aws:iam::333333333333:root"] }]
  }

  expect_failures = [var.name, var.lifecycle_rules, var.producers]
}

run "refuses_a_name_that_ends_with_a_hyphen_and_a_rule_that_expires_at_once_and_a_producer_that_is_anybody" {
  command = plan

  variables {
    name            = "csvbatch-test-"
    lifecycle_rules = [{ id = "work", prefix = "work/", expiration_days = 0 }]
    producers       = [{ principal_arns = ["*"] }]
  }

  expect_failures = [var.name, var.lifecycle_rules, var.producers]
}

run "refuses_a_beginning_that_s3_keeps_for_itself_and_a_rule_of_half_days_and_a_producer_that_is_nobody" {
  command = plan

  variables {
    name            = "xn--csvbatch-test"
    lifecycle_rules = [{ id = "work", prefix = "work/", noncurrent_expiration_days = 1.5 }]
    producers       = [{ principal_arns = [] }]
  }

  expect_failures = [var.name, var.lifecycle_rules, var.producers]
}

run "refuses_an_ending_that_s3_keeps_for_itself_and_a_prefix_that_begins_with_a_slash_and_a_producer_of_the_whole_bucket" {
  command = plan

  variables {
    name            = "csvbatch-test-s3alias"
    lifecycle_rules = [{ id = "work", prefix = "/work/", expiration_days = 3 }]
    producers       = [{ principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], prefix = "" }]
  }

  expect_failures = [var.name, var.lifecycle_rules, var.producers]
}

run "refuses_a_prefix_with_a_wildcard" {
  command = plan

  variables {
    producers = [{ principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], prefix = "incoming/*/" }]
  }

  expect_failures = [var.producers]
}
