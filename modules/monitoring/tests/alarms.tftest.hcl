mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-2:123456789012:csvbatch-test-alarms" }
  }
}

variables {
  name           = "csvbatch-test"
  account_id     = "123456789012"
  region         = "eu-west-2"
  kms_key_arn    = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"
  notify         = {}
  require_target = false

  queue = {
    name             = "csvbatch-test-chunks"
    dead_letter_name = "csvbatch-test-chunks-dead-letters"
    max_age_seconds  = 3600
  }

  functions = {
    batch_processor = {
      name                   = "csvbatch-test-batch-processor"
      timeout_seconds        = 900
      dead_letter_queue_name = "csvbatch-test-batch-processor-dead-letters"
      alarm_on_throttles     = false
      metrics                = { namespace = "csvbatch-test", service = "batch_processor" }
    }
    request_handler = {
      name                   = "csvbatch-test-request-handler"
      timeout_seconds        = 300
      dead_letter_queue_name = "csvbatch-test-request-handler-dead-letters"
      metrics                = { namespace = "csvbatch-test", service = "request_handler" }
    }
  }

  schedules = {
    group_name             = "csvbatch-test"
    dead_letter_queue_name = "csvbatch-test-events-dead-letters"
    rule_name              = "csvbatch-test-object-created"
    every_minutes          = 5
  }
}

run "watches_everything_that_can_fail" {
  command = plan

  assert {
    condition = toset(output.alarm_names) == toset([for alarm in [
      "chunks-dead-letters", "schedules-dead-letters", "batch-processor-dead-letters", "request-handler-dead-letters",
      "queue-age",
      "batch-processor-errors", "batch-processor-dead-letter-errors", "batch-processor-duration",
      "request-handler-errors", "request-handler-dead-letter-errors", "request-handler-duration", "request-handler-throttles",
      "schedules-failed", "schedules-dropped", "schedules-lost", "rule-failed", "rule-lost",
      "chunks-failed", "batches-failed", "oldest-batch", "datasets-overdue", "schedule-silent",
    ] : "csvbatch-test-${alarm}"])
    error_message = "An alarm is missing or one too many; throttles are watched only where asked for."
  }

  assert {
    condition     = output.dashboard_name == "csvbatch-test"
    error_message = "The dashboard must have the name given."
  }
}

run "watches_no_rule_where_none_is_named" {
  command = plan

  variables {
    schedules = {
      group_name             = "csvbatch-test"
      dead_letter_queue_name = "csvbatch-test-events-dead-letters"
    }
  }

  assert {
    condition     = length([for name in output.alarm_names : name if strcontains(name, "-rule-")]) == 0 && contains(output.alarm_names, "csvbatch-test-schedules-failed")
    error_message = "Without a rule only the schedules can fail."
  }
}

run "alarms_on_the_first_dead_letter_until_the_queue_is_empty" {
  command = plan

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.dimensions["QueueName"] if endswith(key, "-dead-letters") } == {
      chunks-dead-letters          = "csvbatch-test-chunks-dead-letters"
      schedules-dead-letters       = "csvbatch-test-events-dead-letters"
      batch_processor-dead-letters = "csvbatch-test-batch-processor-dead-letters"
      request_handler-dead-letters = "csvbatch-test-request-handler-dead-letters"
    }
    error_message = "Each dead-letter queue must be watched."
  }

  assert {
    condition = alltrue([for key, alarm in aws_cloudwatch_metric_alarm.this : (
      alarm.namespace == "AWS/SQS" &&
      alarm.metric_name == "ApproximateNumberOfMessagesVisible" &&
      alarm.statistic == "Maximum" &&
      alarm.threshold == 0 &&
      alarm.treat_missing_data == "ignore"
    ) if endswith(key, "-dead-letters")])
    error_message = "One message must raise the alarm, and a queue that went quiet must not clear it."
  }
}

run "alarms_when_chunks_wait_too_long" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["queue-age"].metric_name == "ApproximateAgeOfOldestMessage" &&
      aws_cloudwatch_metric_alarm.this["queue-age"].dimensions["QueueName"] == "csvbatch-test-chunks" &&
      aws_cloudwatch_metric_alarm.this["queue-age"].threshold == 3600
    )
    error_message = "The age of the oldest chunk must be held against queue.max_age_seconds."
  }
}

run "alarms_before_a_function_runs_out_of_time" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["batch_processor-duration"].threshold == 720000 &&
      aws_cloudwatch_metric_alarm.this["request_handler-duration"].threshold == 240000 &&
      aws_cloudwatch_metric_alarm.this["request_handler-duration"].statistic == "Maximum" &&
      aws_cloudwatch_metric_alarm.this["request_handler-duration"].metric_name == "Duration" &&
      aws_cloudwatch_metric_alarm.this["request_handler-duration"].dimensions["FunctionName"] == "csvbatch-test-request-handler"
    )
    error_message = "The longest run must be held against 80% of the timeout, in milliseconds."
  }
}

run "alarms_on_failed_runs_and_failed_starts" {
  command = plan

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => "${alarm.namespace} ${alarm.metric_name} ${alarm.statistic} ${alarm.comparison_operator} ${alarm.threshold}"
      if startswith(alarm.namespace, "AWS/") && !endswith(key, "-dead-letters") && !endswith(key, "-duration") && !contains(["queue-age", "schedule-silent"], key) } == {
      batch_processor-errors             = "AWS/Lambda Errors Sum GreaterThanThreshold 0"
      batch_processor-dead-letter-errors = "AWS/Lambda DeadLetterErrors Sum GreaterThanThreshold 0"
      request_handler-errors             = "AWS/Lambda Errors Sum GreaterThanThreshold 0"
      request_handler-dead-letter-errors = "AWS/Lambda DeadLetterErrors Sum GreaterThanThreshold 0"
      request_handler-throttles          = "AWS/Lambda Throttles Sum GreaterThanThreshold 0"
      schedules-failed                   = "AWS/Scheduler TargetErrorCount Sum GreaterThanThreshold 0"
      schedules-dropped                  = "AWS/Scheduler InvocationDroppedCount Sum GreaterThanThreshold 0"
      schedules-lost                     = "AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount Sum GreaterThanThreshold 0"
      rule-failed                        = "AWS/Events FailedInvocations Sum GreaterThanThreshold 0"
      rule-lost                          = "AWS/Events InvocationsFailedToBeSentToDlq Sum GreaterThanThreshold 0"
    }
    error_message = "One failure must be enough to raise the alarm."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["batch_processor-errors"].dimensions == tomap({ FunctionName = "csvbatch-test-batch-processor" }) &&
      aws_cloudwatch_metric_alarm.this["schedules-failed"].dimensions == tomap({ ScheduleGroup = "csvbatch-test" }) &&
      aws_cloudwatch_metric_alarm.this["rule-failed"].dimensions == tomap({ RuleName = "csvbatch-test-object-created" })
    )
    error_message = "Each alarm must watch the function, group or rule it is named after."
  }
}

run "alarms_on_failed_chunks_until_they_would_have_been_delivered_again" {
  command = plan

  variables {
    queue = {
      name                   = "csvbatch-test-chunks"
      dead_letter_name       = "csvbatch-test-chunks-dead-letters"
      max_age_seconds        = 3600
      failure_window_seconds = 845
    }
  }

  # A failed chunk is a partial response: Lambda counts no error.
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["chunks-failed"].namespace == "csvbatch-test" &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].metric_name == "ChunksFailed" &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].dimensions == tomap({ service = "request_handler" }) &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].statistic == "Sum" &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].comparison_operator == "GreaterThanThreshold" &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].threshold == 0 &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].treat_missing_data == "notBreaching"
    )
    error_message = "One failed chunk must raise the alarm, with the namespace and the dimension that the functions report."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["chunks-failed"].period == 60 &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].evaluation_periods == 17 &&
      aws_cloudwatch_metric_alarm.this["chunks-failed"].datapoints_to_alarm == 1
    )
    error_message = "The window must not end before the chunk comes again."
  }
}

run "rings_once_for_a_fault_that_lasts" {
  command = plan

  assert {
    condition = { for key in ["batch_processor-errors", "batch_processor-duration", "request_handler-errors", "schedules-failed", "rule-failed", "queue-age", "batches-failed"] : key => join(" ", [
      aws_cloudwatch_metric_alarm.this[key].period,
      aws_cloudwatch_metric_alarm.this[key].datapoints_to_alarm,
      aws_cloudwatch_metric_alarm.this[key].evaluation_periods,
      ]) } == {
      batch_processor-errors   = "60 1 17"
      batch_processor-duration = "60 1 17"
      request_handler-errors   = "60 1 17"
      schedules-failed         = "60 1 7"
      rule-failed              = "60 1 7"
      queue-age                = "60 1 1"
      batches-failed           = "60 1 1"
    }
    error_message = "A window must include the next attempt, and a run that was killed at its timeout, which is dated to its start."
  }
}

run "looks_back_a_day_at_most_by_the_minute" {
  command = plan

  variables {
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters", every_minutes = 2880 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["schedules-failed"].evaluation_periods == 1440 && aws_cloudwatch_metric_alarm.this["batch_processor-errors"].evaluation_periods == 1440
    error_message = "CloudWatch refuses a longer window with periods of a minute."
  }
}

run "names_a_runbook_in_each_description" {
  command = plan

  variables {
    runbooks = "https://runbooks.example.com/csvbatch"
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : (
      can(regex(" Runbook: https://runbooks\\.example\\.com/csvbatch/[a-z-]+\\.md$", alarm.alarm_description)) && length(alarm.alarm_description) <= 1024
    )])
    error_message = "Whoever is woken must find the page, and CloudWatch must accept the description."
  }
}

run "refuses_runbooks_that_no_address_can_be" {
  command = plan

  variables {
    runbooks = "docs/runbooks/"
  }

  expect_failures = [var.runbooks]
}

run "alarms_on_what_a_run_reports_until_a_run_reports_better" {
  command = plan

  variables {
    batches = { max_age_seconds = 7200 }
  }

  assert {
    condition = { for key in ["batches-failed", "datasets-overdue", "oldest-batch"] : key => join(" ", [
      aws_cloudwatch_metric_alarm.this[key].metric_name,
      aws_cloudwatch_metric_alarm.this[key].statistic,
      aws_cloudwatch_metric_alarm.this[key].comparison_operator,
      aws_cloudwatch_metric_alarm.this[key].threshold,
      aws_cloudwatch_metric_alarm.this[key].treat_missing_data,
      ]) } == {
      batches-failed   = "BatchesFailed Sum GreaterThanThreshold 0 ignore"
      datasets-overdue = "DatasetsOverdue Maximum GreaterThanThreshold 0 ignore"
      oldest-batch     = "OldestBatchAgeSeconds Maximum GreaterThanThreshold 7200 ignore"
    }
    error_message = "What one run found must raise the alarm, and the time without a run must not end it."
  }

  assert {
    condition = alltrue([for key in ["batches-failed", "datasets-overdue", "oldest-batch"] : (
      aws_cloudwatch_metric_alarm.this[key].namespace == "csvbatch-test" && aws_cloudwatch_metric_alarm.this[key].dimensions == tomap({ service = "batch_processor" })
    )])
    error_message = "The namespace and the dimension must be those that the batch processor reports."
  }
}

run "alarms_when_the_schedule_does_not_fire" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["schedule-silent"].namespace == "AWS/Lambda" &&
      aws_cloudwatch_metric_alarm.this["schedule-silent"].metric_name == "Invocations" &&
      aws_cloudwatch_metric_alarm.this["schedule-silent"].dimensions == tomap({ FunctionName = "csvbatch-test-batch-processor" }) &&
      aws_cloudwatch_metric_alarm.this["schedule-silent"].comparison_operator == "LessThanThreshold" &&
      aws_cloudwatch_metric_alarm.this["schedule-silent"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.this["schedule-silent"].treat_missing_data == "breaching"
    )
    error_message = "A function that is not started reports nothing, so missing data must be the fault."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["schedule-silent"].period == 300 && aws_cloudwatch_metric_alarm.this["schedule-silent"].evaluation_periods == 3
    error_message = "The alarm must go off after three intervals of the schedule."
  }
}

run "a_schedule_of_once_a_day_and_more_is_watched_in_days" {
  command = plan

  variables {
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters", every_minutes = 2880 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["schedule-silent"].period == 86400 && aws_cloudwatch_metric_alarm.this["schedule-silent"].evaluation_periods == 6
    error_message = "No period of an alarm is longer than a day."
  }
}

run "nobody_misses_a_schedule_that_is_off" {
  command = plan

  variables {
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters" }
  }

  assert {
    condition     = !contains(output.alarm_names, "csvbatch-test-schedule-silent")
    error_message = "The alarm would never clear."
  }
}

run "warns_of_a_schedule_that_is_too_rare_to_be_watched" {
  command = plan

  variables {
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters", every_minutes = 10080 }
  }

  expect_failures = [check.schedule_can_be_watched]
}

run "watches_no_metric_of_a_function_that_reports_none" {
  command = plan

  variables {
    functions = {
      request_handler = {
        name                   = "csvbatch-test-request-handler"
        timeout_seconds        = 300
        dead_letter_queue_name = "csvbatch-test-request-handler-dead-letters"
      }
    }
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : startswith(alarm.namespace, "AWS/")])
    error_message = "A metric that nobody reports is watched."
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "ChunksFailed")
    error_message = "A metric that nobody reports is shown."
  }
}

run "an_alarm_never_looks_back_further_than_cloudwatch_does" {
  command = plan

  variables {
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters", every_minutes = 3360 }
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : (
      alarm.period % 60 == 0 && alarm.period <= 86400 && alarm.period * alarm.evaluation_periods <= (alarm.period < 3600 ? 86400 : 604800)
    )])
    error_message = "CloudWatch refuses such an alarm."
  }
}

run "tells_everybody_who_is_named" {
  variables {
    require_target = true
    notify = {
      email_addresses = ["oncall@example.com"]
      https_endpoints = ["https://events.example.com/alarms"]
      topic_arns      = ["arn:aws:sns:eu-west-2:123456789012:team-alarms"]
    }
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : (
      alarm.actions_enabled &&
      alarm.alarm_actions == toset([aws_sns_topic.this.arn, "arn:aws:sns:eu-west-2:123456789012:team-alarms"]) &&
      alarm.ok_actions == alarm.alarm_actions
    )])
    error_message = "Each alarm must reach our topic and the team's, when it goes off and when it is over."
  }

  assert {
    condition     = { for endpoint, subscription in aws_sns_topic_subscription.this : endpoint => subscription.protocol } == { "oncall@example.com" = "email", "https://events.example.com/alarms" = "https" }
    error_message = "Address and endpoint must be subscribed."
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn && output.topic_arn == aws_sns_topic.this.arn
    error_message = "The topic must be encrypted with our key."
  }
}

run "shows_alarms_queues_schedules_and_functions" {
  command = plan

  assert {
    condition = toset([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.title]) == toset([
      "Alarms",
      "Chunks waiting and in work",
      "Age of the oldest chunk (seconds)",
      "Dead letters",
      "Schedules",
      "Rows merged and rejected, chunks failed",
      "Batches failed, datasets overdue",
      "Age of the oldest open batch (seconds)",
      "csvbatch-test-batch-processor: runs, errors, throttles",
      "csvbatch-test-batch-processor: longest run (ms, timeout 900000) and most at once",
      "csvbatch-test-request-handler: runs, errors, throttles",
      "csvbatch-test-request-handler: longest run (ms, timeout 300000) and most at once",
    ])
    error_message = "The dashboard lacks a chart or shows one too many."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.alarms) == length(output.alarm_names)
    error_message = "The dashboard must show every alarm."
  }

  assert {
    condition = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x},${widget.y}"])) == length(
    jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "No chart may overlap another."
  }
}

run "refuses_a_plan_in_which_nobody_hears_of_alarms" {
  command = plan

  variables {
    require_target = true
  }

  expect_failures = [aws_sns_topic.this]
}

run "takes_a_name_that_fills_the_display_name_of_the_topic" {
  command = plan

  variables {
    name = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  }

  assert {
    condition     = length(aws_sns_topic.this.display_name) == 100
    error_message = "SNS accepts display names of at most 100 characters."
  }
}

run "refuses_a_name_too_long_for_the_display_name_of_the_topic" {
  command = plan

  variables {
    name = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  }

  expect_failures = [var.name]
}

run "refuses_names_out_of_form" {
  command = plan

  variables {
    name        = "csvbatch test"
    account_id  = "1111"
    region      = "eu-west-2a"
    kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:alias/csvbatch-test"
    notify      = { email_addresses = ["oncall"] }
  }

  expect_failures = [
    var.name,
    var.account_id,
    var.region,
    var.kms_key_arn,
    var.notify,
  ]
}

run "refuses_limits_out_of_range_and_plain_http" {
  command = plan

  variables {
    notify = { https_endpoints = ["http://events.example.com/alarms"] }
    queue = {
      name             = "csvbatch-test-chunks"
      dead_letter_name = "csvbatch-test-chunks-dead-letters"
      max_age_seconds  = 59
    }
    functions = {
      request_handler = {
        name                   = "csvbatch-test-request-handler"
        timeout_seconds        = 901
        dead_letter_queue_name = "csvbatch-test-request-handler-dead-letters"
      }
    }
  }

  expect_failures = [var.notify, var.queue, var.functions]
}

run "refuses_ages_windows_and_intervals_out_of_range_and_a_topic_given_by_name_and_no_functions" {
  command = plan

  variables {
    batches   = { max_age_seconds = 30 }
    queue     = { name = "csvbatch-test-chunks", dead_letter_name = "csvbatch-test-chunks-dead-letters", max_age_seconds = 3600, failure_window_seconds = 86401 }
    schedules = { group_name = "csvbatch-test", dead_letter_queue_name = "csvbatch-test-events-dead-letters", every_minutes = 0.5 }
    notify    = { topic_arns = ["team-alarms"] }
    functions = {}
  }

  expect_failures = [var.batches, var.queue, var.schedules, var.notify, var.functions]
}

run "refuses_more_topics_than_an_alarm_takes_and_a_key_that_is_taken" {
  command = plan

  variables {
    notify = { topic_arns = [for n in [0, 1, 2, 3, 4] : "arn:aws:sns:eu-west-2:123456789012:team-${n}"] }
    functions = {
      chunks = {
        name                   = "csvbatch-test-request-handler"
        timeout_seconds        = 300
        dead_letter_queue_name = "csvbatch-test-request-handler-dead-letters"
      }
    }
  }

  expect_failures = [var.notify, var.functions]
}
