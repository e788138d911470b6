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

run "schedules_the_function_in_its_time_zone" {
  command = plan

  assert {
    condition = (
      aws_scheduler_schedule.this["nightly"].schedule_expression == "cron(30 2 * * ? *)" &&
      aws_scheduler_schedule.this["nightly"].schedule_expression_timezone == "Europe/London" &&
      aws_scheduler_schedule.this["hourly"].schedule_expression_timezone == "UTC"
    )
    error_message = "Expression and time zone must be as given, UTC where none is."
  }

  assert {
    condition = (
      aws_scheduler_schedule.this["nightly"].flexible_time_window[0].mode == "FLEXIBLE" &&
      aws_scheduler_schedule.this["nightly"].flexible_time_window[0].maximum_window_in_minutes == 15 &&
      aws_scheduler_schedule.this["hourly"].flexible_time_window[0].mode == "OFF"
    )
    error_message = "A window of 0 minutes must mean on time."
  }

  assert {
    condition     = aws_scheduler_schedule.this["nightly"].state == "ENABLED" && aws_scheduler_schedule.this["hourly"].state == "DISABLED"
    error_message = "A schedule must run only where it is enabled."
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.this : schedule.kms_key_arn == var.kms_key_arn && schedule.group_name == "csvbatch-test"])
    error_message = "Every schedule must be encrypted with our key and belong to our group."
  }
}

run "retries_and_keeps_dead_letters" {
  assert {
    condition = alltrue([for schedule in aws_scheduler_schedule.this : (
      schedule.target[0].retry_policy[0].maximum_retry_attempts == 3 &&
      schedule.target[0].retry_policy[0].maximum_event_age_in_seconds == 3600 &&
      schedule.target[0].dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn &&
      schedule.target[0].role_arn == aws_iam_role.scheduler.arn
    )])
    error_message = "Every schedule must retry, keep dead letters and act in the scheduler's role."
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.object_created.retry_policy[0].maximum_retry_attempts == 3 &&
      aws_cloudwatch_event_target.object_created.retry_policy[0].maximum_event_age_in_seconds == 3600 &&
      aws_cloudwatch_event_target.object_created.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    )
    error_message = "The rule must retry and keep dead letters too."
  }

  assert {
    condition = (
      aws_sqs_queue.dead_letters.name == "csvbatch-test-events-dead-letters" &&
      aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn &&
      aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    )
    error_message = "Dead letters must be encrypted with our key and kept for 14 days."
  }

  assert {
    condition = (
      aws_lambda_permission.object_created.principal == "events.amazonaws.com" &&
      aws_lambda_permission.object_created.source_arn == aws_cloudwatch_event_rule.object_created.arn &&
      aws_lambda_permission.object_created.source_account == "123456789012"
    )
    error_message = "Only this rule of this account may start the function."
  }
}

run "starts_the_function_for_new_objects_below_the_prefix" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.object_created.event_pattern) == {
      source      = ["aws.s3"]
      detail-type = ["Object Created"]
      detail = {
        bucket = { name = ["csvbatch-test-data"] }
        object = { key = [{ prefix = "incoming/" }] }
      }
    }
    error_message = "The rule must match new objects below incoming/ of our bucket and nothing else."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.object_created.state == "ENABLED"
    error_message = "An enabled rule must be on."
  }
}

run "keeps_a_rule_that_is_switched_off" {
  command = plan

  variables {
    object_created = {
      enabled     = false
      bucket_name = "csvbatch-test-data"
    }
  }

  assert {
    condition     = aws_cloudwatch_event_rule.object_created.state == "DISABLED" && aws_cloudwatch_event_target.object_created.arn == var.target.function_arn
    error_message = "A rule that is not enabled must exist and be disabled."
  }
}

run "binds_the_role_to_its_boundary" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.scheduler.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The role must carry the boundary."
  }
}

run "tells_how_often_the_function_is_started_by_schedule" {
  command = plan

  assert {
    condition     = output.expected_every_minutes == 2895
    error_message = "two days, because the time may not exist when clocks go forward, and the flexible window; the hourly schedule is off: ${output.expected_every_minutes}"
  }
}

run "knows_the_time_between_starts_of_a_rate" {
  command = plan

  variables {
    schedules = { often = { expression = "rate(15 minutes)", enabled = true }, seldom = { expression = "rate(2 days)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 15
    error_message = "the most frequent schedule counts: ${output.expected_every_minutes}"
  }
}

run "knows_the_time_between_starts_of_every_five_minutes" {
  command = plan

  variables {
    schedules = { it = { expression = "cron(0/5 * * * ? *)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 5
    error_message = "cron(0/5 * * * ? *): ${output.expected_every_minutes}"
  }
}

run "knows_that_the_hour_that_comes_twice_is_not_repeated" {
  command = plan

  variables {
    schedules = {
      often = { expression = "cron(0/5 * * * ? *)", timezone = "Europe/London", enabled = true }
    }
  }

  assert {
    condition     = output.expected_every_minutes == 65
    error_message = "cron(0/5 * * * ? *) in London: ${output.expected_every_minutes}"
  }
}

run "knows_that_a_day_has_25_hours_once_a_year" {
  command = plan

  variables {
    schedules = {
      daily = { expression = "cron(30 9 * * ? *)", timezone = "Europe/London", enabled = true }
    }
  }

  assert {
    condition     = output.expected_every_minutes == 1500
    error_message = "cron(30 9 * * ? *) in London: ${output.expected_every_minutes}"
  }
}

run "knows_that_a_rate_does_not_care_about_clocks" {
  command = plan

  variables {
    schedules = {
      often = { expression = "rate(5 minutes)", timezone = "Europe/London", enabled = true }
    }
  }

  assert {
    condition     = output.expected_every_minutes == 5
    error_message = "rate(5 minutes) in London: ${output.expected_every_minutes}"
  }
}

run "knows_the_time_between_starts_of_steps_that_start_late_in_the_hour" {
  command = plan

  variables {
    schedules = { it = { expression = "cron(50/5 * ? * * *)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 55
    error_message = "cron(50/5 * ? * * *): ${output.expected_every_minutes}"
  }
}

run "knows_the_time_between_starts_of_steps_that_do_not_divide_the_hour" {
  command = plan

  variables {
    schedules = { it = { expression = "cron(*/7 * * * ? *)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 7
    error_message = "cron(*/7 * * * ? *): ${output.expected_every_minutes}"
  }
}

run "knows_the_time_between_starts_of_once_an_hour" {
  command = plan

  variables {
    schedules = { it = { expression = "cron(7 * * * ? *)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 60
    error_message = "cron(7 * * * ? *): ${output.expected_every_minutes}"
  }
}

run "takes_the_time_between_starts_that_is_stated" {
  command = plan

  variables {
    schedules = { workdays = { expression = "cron(0 6 ? * MON-FRI *)", enabled = true, every_minutes = 4320 } }
  }

  assert {
    condition     = output.expected_every_minutes == 4320
    error_message = "stated: ${output.expected_every_minutes}"
  }
}

run "claims_nothing_of_a_cron_it_cannot_tell" {
  command = plan

  variables {
    schedules = { workdays = { expression = "cron(0 6 ? * MON-FRI *)", enabled = true } }
  }

  assert {
    condition     = output.expected_every_minutes == 0
    error_message = "unknown: ${output.expected_every_minutes}"
  }
}

run "expects_no_start_where_no_schedule_is_enabled" {
  command = plan

  variables {
    schedules = { off = { expression = "rate(5 minutes)", enabled = false } }
  }

  assert {
    condition     = output.expected_every_minutes == 0
    error_message = "off: ${output.expected_every_minutes}"
  }
}
