mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                = "csvbatch-test-111111111111-eu-west-2-data"
  account_id          = "111111111111"
  kms_key_arn         = "arn:aws:kms:eu-west-2:111111111111:key/11111111-2222-3333-4444-555555555555"
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
    access_log = { bucket = "csvbatch-test-111111111111-eu-west-2-data", prefix = "access/" }
  }

  expect_failures = [aws_s3_bucket.this]
}

run "refuses_a_log_prefix_without_its_slash" {
  command = plan

  variables {
    access_log = { bucket = "csvbatch-test-111111111111-eu-west-2-logs", prefix = "access" }
  }

  expect_failures = [var.access_log]
}

run "refuses_a_name_with_capitals" {
  command = plan

  variables {
    name = "csvbatch-Test-data"
  }

  expect_failures = [var.name]
}

run "refuses_a_name_with_dots" {
  command = plan

  variables {
    name = "csvbatch.test.data"
  }

  expect_failures = [var.name]
}

run "refuses_a_name_of_2_characters" {
  command = plan

  variables {
    name = "cs"
  }

  expect_failures = [var.name]
}

run "refuses_a_name_of_64_characters" {
  command = plan

  variables {
    name = "csvbatch-test-111111111111-eu-west-2-data-data-data-data-data-da"
  }

  expect_failures = [var.name]
}

run "refuses_a_name_that_ends_with_a_hyphen" {
  command = plan

  variables {
    name = "csvbatch-test-"
  }

  expect_failures = [var.name]
}

run "refuses_a_beginning_that_s3_keeps_for_itself" {
  command = plan

  variables {
    name = "xn--csvbatch-test"
  }

  expect_failures = [var.name]
}

run "refuses_an_ending_that_s3_keeps_for_itself" {
  command = plan

  variables {
    name = "csvbatch-test-s3alias"
  }

  expect_failures = [var.name]
}

run "refuses_an_account_id_that_is_not_12_digits" {
  command = plan

  variables {
    account_id = "11111111111"
  }

  expect_failures = [var.account_id]
}

run "refuses_the_alias_of_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-2:111111111111:alias/csvbatch-test"
  }

  expect_failures = [var.kms_key_arn]
}

run "refuses_two_rules_of_one_name" {
  command = plan

  variables {
    lifecycle_rules = [
      { id = "reports", prefix = "reports/", expiration_days = 365 },
      { id = "reports", prefix = "work/", expiration_days = 3 },
    ]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_a_rule_named_like_one_of_the_module" {
  command = plan

  variables {
    lifecycle_rules = [{ id = "unfinished-uploads", expiration_days = 1 }]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_a_rule_that_expires_nothing" {
  command = plan

  variables {
    lifecycle_rules = [{ id = "reports", prefix = "reports/" }]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_a_rule_that_expires_at_once" {
  command = plan

  variables {
    lifecycle_rules = [{ id = "work", prefix = "work/", expiration_days = 0 }]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_a_rule_of_half_days" {
  command = plan

  variables {
    lifecycle_rules = [{ id = "work", prefix = "work/", noncurrent_expiration_days = 1.5 }]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_a_prefix_that_begins_with_a_slash" {
  command = plan

  variables {
    lifecycle_rules = [{ id = "work", prefix = "/work/", expiration_days = 3 }]
  }

  expect_failures = [var.lifecycle_rules]
}

run "refuses_unfinished_uploads_removed_at_once" {
  command = plan

  variables {
    abort_incomplete_multipart_days = 0
  }

  expect_failures = [var.abort_incomplete_multipart_days]
}

run "refuses_a_producer_that_is_a_whole_account" {
  command = plan

  variables {
    producers = [{ principal_arns = ["arn:aws:iam::333333333333:root"] }]
  }

  expect_failures = [var.producers]
}

run "refuses_a_producer_that_is_anybody" {
  command = plan

  variables {
    producers = [{ principal_arns = ["*"] }]
  }

  expect_failures = [var.producers]
}

run "refuses_a_producer_that_is_nobody" {
  command = plan

  variables {
    producers = [{ principal_arns = [] }]
  }

  expect_failures = [var.producers]
}

run "refuses_a_producer_of_the_whole_bucket" {
  command = plan

  variables {
    producers = [{ principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], prefix = "" }]
  }

  expect_failures = [var.producers]
}

run "refuses_a_prefix_with_a_wildcard" {
  command = plan

  variables {
    producers = [{ principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], prefix = "incoming/*/" }]
  }

  expect_failures = [var.producers]
}
