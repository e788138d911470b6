mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-events-dead-letters" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/csvbatch-test-scheduler" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-2:123456789012:rule/csvbatch-test-object-created" }
  }
}

variables {
  name        = "csvbatch-test"
  account_id  = "123456789012"
  region      = "eu-west-2"
  kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"

  target = {
    function_name = "csvbatch-test-batch-processor"
    function_arn  = "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-batch-processor"
  }

  schedules = {
    nightly = { expression = "cron(30 2 * * ? *)", timezone = "Europe/London", flexible_window_minutes = 15, enabled = true }
    hourly  = { expression = "rate(1 hour)", enabled = false }
  }

  retry = {
    maximum_attempts    = 3
    maximum_age_seconds = 3600
  }

  object_created = {
    enabled     = true
    bucket_name = "csvbatch-test-data"
  }
}

run "accepts_every_form_of_expression" {
  command = plan

  variables {
    schedules = {
      every_quarter = { expression = "cron(0/15 * * * ? *)", enabled = true }
      star_step     = { expression = "cron(*/5 8-17 ? * MON-FRI *)", enabled = true }
      last_day      = { expression = "cron(0 10 L * ? *)", enabled = true }
      last_weekday  = { expression = "cron(0 10 LW * ? *)", enabled = true }
      near_15th     = { expression = "cron(0 10 15W * ? *)", enabled = true }
      third_monday  = { expression = "cron(0 10 ? * 2#3 *)", enabled = true }
      last_friday   = { expression = "cron(0 10 ? * 6L *)", enabled = true }
      listed        = { expression = "cron(0,30 9,21 1,15 JAN,JUL ? 2026-2030)", enabled = true }
      padded        = { expression = "cron(05 08 01 02 ? 2199)", enabled = true }
      one_minute    = { expression = "rate(1 minute)", enabled = true }
      ten_minutes   = { expression = "rate(10 minutes)", enabled = true }
      two_days      = { expression = "rate(2 days)", enabled = true }
      once          = { expression = "at(2028-02-29T23:59:59)", enabled = true }
    }
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) == 13
    error_message = "Each of these is a valid expression."
  }
}

run "refuses_wrong_expressions" {
  command = plan

  variables {
    schedules = {
      five_fields        = { expression = "cron(0 12 * * ?)", enabled = true }
      seven_fields       = { expression = "cron(0 0 12 * * ? *)", enabled = true }
      minute_60          = { expression = "cron(60 12 * * ? *)", enabled = true }
      hour_24            = { expression = "cron(0 24 * * ? *)", enabled = true }
      day_32             = { expression = "cron(0 12 32 * ? *)", enabled = true }
      month_13           = { expression = "cron(0 12 1 13 ? *)", enabled = true }
      weekday_8          = { expression = "cron(0 12 ? * 8 *)", enabled = true }
      year_2200          = { expression = "cron(0 12 1 1 ? 2200)", enabled = true }
      no_question_mark   = { expression = "cron(0 12 * * * *)", enabled = true }
      two_question_marks = { expression = "cron(0 12 ? * ? *)", enabled = true }
      step_of_0          = { expression = "cron(0/0 * * * ? *)", enabled = true }
      step_of_weekday    = { expression = "cron(0 12 ? * 2/2 *)", enabled = true }
      two_spaces         = { expression = "cron(0  12 * * ? *)", enabled = true }
      unix_cron          = { expression = "0 12 * * *", enabled = true }
      singular_of_2      = { expression = "rate(2 hour)", enabled = true }
      plural_of_1        = { expression = "rate(1 hours)", enabled = true }
      rate_of_0          = { expression = "rate(0 minutes)", enabled = true }
      half_a_day         = { expression = "rate(0.5 days)", enabled = true }
      seconds            = { expression = "rate(30 seconds)", enabled = true }
      no_unit            = { expression = "rate(5)", enabled = true }
      no_such_day        = { expression = "at(2027-02-29T00:00:00)", enabled = true }
      at_with_zone       = { expression = "at(2027-03-01T00:00:00Z)", enabled = true }
      unknown_kind       = { expression = "every(1 hour)", enabled = true }
    }
  }

  expect_failures = [
    aws_scheduler_schedule.this["five_fields"],
    aws_scheduler_schedule.this["seven_fields"],
    aws_scheduler_schedule.this["minute_60"],
    aws_scheduler_schedule.this["hour_24"],
    aws_scheduler_schedule.this["day_32"],
    aws_scheduler_schedule.this["month_13"],
    aws_scheduler_schedule.this["weekday_8"],
    aws_scheduler_schedule.this["year_2200"],
    aws_scheduler_schedule.this["no_question_mark"],
    aws_scheduler_schedule.this["two_question_marks"],
    aws_scheduler_schedule.this["step_of_0"],
    aws_scheduler_schedule.this["step_of_weekday"],
    aws_scheduler_schedule.this["two_spaces"],
    aws_scheduler_schedule.this["unix_cron"],
    aws_scheduler_schedule.this["singular_of_2"],
    aws_scheduler_schedule.this["plural_of_1"],
    aws_scheduler_schedule.this["rate_of_0"],
    aws_scheduler_schedule.this["half_a_day"],
    aws_scheduler_schedule.this["seconds"],
    aws_scheduler_schedule.this["no_unit"],
    aws_scheduler_schedule.this["no_such_day"],
    aws_scheduler_schedule.this["at_with_zone"],
    aws_scheduler_schedule.this["unknown_kind"],
  ]
}

run "refuses_names_out_of_form_and_a_city_for_a_time_zone_and_more_retries_than_aws_takes" {
  command = plan

  variables {
    name       = "csvbatch test"
    account_id = "1111"
    region     = "eu-west-2a"
    schedules  = { hourly = { expression = "rate(1 hour)", enabled = true, timezone = "London" } }
    retry      = { maximum_attempts = 186, maximum_age_seconds = 3600 }
  }

  expect_failures = [var.name, var.account_id, var.region, var.schedules, var.retry]
}

run "refuses_an_offset_for_a_time_zone_and_to_retry_for_longer_than_a_day" {
  command = plan

  variables {
    schedules = { hourly = { expression = "rate(1 hour)", enabled = true, timezone = "UTC+1" } }
    retry     = { maximum_attempts = 3, maximum_age_seconds = 86401 }
  }

  expect_failures = [var.schedules, var.retry]
}

run "refuses_a_time_zone_of_another_planet" {
  command = plan

  variables {
    schedules = { hourly = { expression = "rate(1 hour)", enabled = true, timezone = "Mars/Olympus" } }
  }

  expect_failures = [var.schedules]
}

run "refuses_a_window_longer_than_a_day" {
  command = plan

  variables {
    schedules = { hourly = { expression = "rate(1 hour)", enabled = true, flexible_window_minutes = 1441 } }
  }

  expect_failures = [var.schedules]
}

run "refuses_a_schedule_name_with_a_slash" {
  command = plan

  variables {
    schedules = { "batch/hourly" = { expression = "rate(1 hour)", enabled = true } }
  }

  expect_failures = [var.schedules]
}

run "refuses_a_prefix_that_the_function_itself_writes_below" {
  command = plan

  variables {
    object_created = { enabled = true, bucket_name = "csvbatch-test-data", prefix = "" }
  }

  expect_failures = [var.object_created]
}

run "refuses_identifiers_of_other_things" {
  command = plan

  variables {
    kms_key_arn                   = "arn:aws:kms:eu-west-2:123456789012:alias/csvbatch-test"
    permissions_boundary_arn      = "arn:aws:iam::123456789012:role/boundary"
    target                        = { function_name = "csvbatch-test-batch-processor", function_arn = "arn:aws:lambda:eu-west-2:123456789012:function:another" }
    object_created                = { enabled = true, bucket_name = "arn:aws:s3:::csvbatch-test-data" }
    dead_letter_retention_seconds = 1209601
  }

  expect_failures = [
    var.kms_key_arn,
    var.permissions_boundary_arn,
    var.target,
    var.object_created,
    var.dead_letter_retention_seconds,
  ]
}

run "refuses_a_fraction_of_a_minute_between_starts" {
  command = plan

  variables {
    schedules = { often = { expression = "rate(5 minutes)", enabled = true, every_minutes = 0.5 } }
  }

  expect_failures = [var.schedules]
}
