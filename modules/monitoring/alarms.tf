locals {
  dead_letter_queues = merge(
    { chunks = var.queue.dead_letter_name, schedules = var.schedules.dead_letter_queue_name },
    { for key, function in var.functions : key => function.dead_letter_queue_name },
  )

  # The functions with metrics of their own, by their keys in var.functions.
  splitter = "batch_processor"
  loader   = "request_handler"

  # The alarm leaves a fifth of the timeout to notice growing runs before they time out.
  duration_percent = 80

  # An alarm on single events rings as long as one of them is in its window, and counts by the minute: with one longer
  # period, an old event would ring again once the metric stops. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  # The window is long enough to include the next attempt, so that a fault that lasts is one alarm, and a run that was
  # killed at its timeout: Lambda gives an error the time at which the function was started.
  # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  # A minute for the precision of schedules, one for the data to arrive.
  delay_minutes      = 2
  minutes_of_a_day   = 1440
  minutes_of_a_start = coalesce(var.schedules.every_minutes, 15) + local.delay_minutes
  minutes_of_a_chunk = ceil(var.queue.failure_window_seconds / 60) + local.delay_minutes
  minutes_of_a_run = { for key, function in var.functions : key => min(local.minutes_of_a_day, max(
    ceil(function.timeout_seconds / 60) + local.delay_minutes,
    key == local.loader ? local.minutes_of_a_chunk : local.minutes_of_a_start,
  )) }

  queue_alarms = merge(
    { for key, name in local.dead_letter_queues : "${key}-dead-letters" => {
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = name }
      statistic   = "Maximum"
      threshold   = 0
      description = "${name} holds messages that failed every attempt. Find the cause in the log, fix it, and send them again."
      runbook     = "dead-letters"
    } },
    { "queue-age" = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = var.queue.name }
      statistic   = "Maximum"
      threshold   = var.queue.max_age_seconds
      description = "A chunk in ${var.queue.name} has waited for more than ${var.queue.max_age_seconds} seconds. Check whether the request handler runs, and whether its concurrency is sufficient."
      runbook     = "queue-age"
    } },
  )

  function_metrics = {
    errors             = { metric = "Errors", statistic = "Sum", meaning = "failed. Its log says why" }
    throttles          = { metric = "Throttles", statistic = "Sum", meaning = "was refused concurrency. Compare its reserved concurrency with what starts it" }
    dead-letter-errors = { metric = "DeadLetterErrors", statistic = "Sum", meaning = "lost an event: it could not be written to the dead-letter queue. Check the role, the queue's policy and the key" }
    duration           = { metric = "Duration", statistic = "Maximum", meaning = "ran for more than ${local.duration_percent}% of its timeout. Raise the timeout or the memory, or make chunks smaller" }
  }

  function_alarms = merge([for key, function in var.functions : {
    for suffix, watched in local.function_metrics : "${key}-${suffix}" => {
      namespace   = "AWS/Lambda"
      metric      = watched.metric
      dimensions  = { FunctionName = function.name }
      statistic   = watched.statistic
      threshold   = suffix == "duration" ? local.duration_percent * function.timeout_seconds * 10 : 0 # percent of milliseconds
      description = "${function.name} ${watched.meaning}."
      runbook     = suffix
      window      = local.minutes_of_a_run[key]
    } if suffix != "throttles" || function.alarm_on_throttles
  }]...)

  start_metrics = merge(
    { for suffix, metric in {
      failed  = "TargetErrorCount"
      dropped = "InvocationDroppedCount"
      lost    = "InvocationsFailedToBeSentToDeadLetterCount"
      } : "schedules-${suffix}" => {
      namespace  = "AWS/Scheduler"
      metric     = metric
      dimensions = { ScheduleGroup = var.schedules.group_name }
      subject    = "A schedule of group ${var.schedules.group_name}"
    } },
    { for suffix, metric in {
      failed = "FailedInvocations"
      lost   = "InvocationsFailedToBeSentToDlq"
      } : "rule-${suffix}" => {
      namespace  = "AWS/Events"
      metric     = metric
      dimensions = { RuleName = var.schedules.rule_name }
      subject    = "Rule ${var.schedules.rule_name}"
    } if var.schedules.rule_name != null },
  )

  start_alarms = { for key, watched in local.start_metrics : key => merge(watched, {
    statistic   = "Sum"
    threshold   = 0
    runbook     = "starts"
    window      = min(local.minutes_of_a_day, local.minutes_of_a_start)
    description = "${watched.subject} could not start the batch processor (${watched.metric}). Check its permissions, the function, and ${var.schedules.dead_letter_queue_name}."
  }) }

  # Metrics that the functions report themselves. A chunk that fails is part of a partial response, which Lambda does not
  # count as an error: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
  failure_alarms = merge([for key, function in var.functions : {
    chunks-failed = {
      namespace   = function.metrics.namespace
      metric      = "ChunksFailed"
      dimensions  = { service = function.metrics.service }
      statistic   = "Sum"
      threshold   = 0
      description = "${function.name} could not load a chunk; the queue will deliver it again. If this continues, Oracle is down or rejects the connection: see the log."
      runbook     = "chunks-failed"
      window      = min(local.minutes_of_a_day, local.minutes_of_a_chunk)
    }
  } if key == local.loader && function.metrics != null]...)

  # Each run of the batch processor reports all of these, and the values hold until the next run.
  run_metrics = {
    batches-failed   = { metric = "BatchesFailed", statistic = "Sum", threshold = 0, runbook = "batches", meaning = "could not split, send or close a batch. `csvbatch status` names it, with the reason" }
    oldest-batch     = { metric = "OldestBatchAgeSeconds", statistic = "Maximum", threshold = var.batches.max_age_seconds, runbook = "batches", meaning = "found a batch that has been open for more than ${var.batches.max_age_seconds} seconds. See which of its chunks are not done (`csvbatch status`)" }
    datasets-overdue = { metric = "DatasetsOverdue", statistic = "Maximum", threshold = 0, runbook = "datasets-overdue", meaning = "expected a file that has not come: a contract says how often. Ask the sender" }
  }
  run_alarms = merge([for key, function in var.functions : {
    for name, watched in local.run_metrics : name => {
      namespace    = function.metrics.namespace
      metric       = watched.metric
      dimensions   = { service = function.metrics.service }
      statistic    = watched.statistic
      threshold    = watched.threshold
      description  = "${function.name} ${watched.meaning}."
      runbook      = watched.runbook
      missing_data = "ignore"
    }
  } if key == local.splitter && function.metrics != null]...)

  # Three intervals without a run. An alarm looks back over 7 days at most, in periods of a day at most:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  # Lambda reports invocations only if there are any, so the alarm treats missing data as breaching:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  silent_intervals    = 3
  longest_interval    = floor(7 * local.minutes_of_a_day / local.silent_intervals)
  every_minutes       = var.schedules.every_minutes == null ? local.longest_interval + 1 : var.schedules.every_minutes
  silence_is_watched  = local.every_minutes <= local.longest_interval
  minutes_of_a_period = min(local.every_minutes, local.minutes_of_a_day)
  silence_alarms = merge([for key, function in var.functions : {
    schedule-silent = {
      namespace    = "AWS/Lambda"
      metric       = "Invocations"
      dimensions   = { FunctionName = function.name }
      statistic    = "Sum"
      comparison   = "LessThanThreshold"
      threshold    = 1
      runbook      = "schedule-silent"
      description  = "${function.name} has not run for at least ${local.silent_intervals} times the ${local.every_minutes} minutes of its schedule. Check whether the schedule is enabled and permitted to start it."
      period       = 60 * local.minutes_of_a_period
      periods      = ceil(local.silent_intervals * local.every_minutes / local.minutes_of_a_period)
      missing_data = "breaching"
    }
  } if key == local.splitter && local.silence_is_watched]...)

  # A function that does not run reports nothing, which is not a fault. A queue that is not used reports nothing after six
  # hours, so the alarm for dead letters stays until the queue is reported empty.
  alarms = { for key, alarm in merge(local.queue_alarms, local.function_alarms, local.start_alarms, local.failure_alarms, local.run_alarms, local.silence_alarms) :
    key => merge(
      { comparison = "GreaterThanThreshold", period = 60, periods = try(alarm.window, 1), missing_data = endswith(key, "-dead-letters") ? "ignore" : "notBreaching" },
      alarm,
      { name = "${var.name}-${replace(key, "_", "-")}" },
    )
  }

  actions = concat([aws_sns_topic.this.arn], var.notify.topic_arns)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = each.value.name
  alarm_description = "${each.value.description} Runbook: ${var.runbooks}/${each.value.runbook}.md"

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = can(each.value.window) ? 1 : each.value.periods
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing_data

  actions_enabled = true
  alarm_actions   = local.actions
  ok_actions      = local.actions
}

# A schedule that is rarer than an alarm can look back is a warning, not an error.
check "schedule_can_be_watched" {
  assert {
    condition     = var.schedules.every_minutes == null || local.silence_is_watched
    error_message = "schedules.every_minutes is ${jsonencode(var.schedules.every_minutes)}: a CloudWatch alarm looks back at most 7 days, so no alarm detects that a schedule rarer than every ${local.longest_interval} minutes did not fire."
  }
}
