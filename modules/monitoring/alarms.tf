locals {
  dead_letter_queues = merge(
    { chunks = var.queue.dead_letter_name, schedules = var.schedules.dead_letter_queue_name },
    { for key, function in var.functions : key => function.dead_letter_queue_name },
  )

  # The last fifth of the time is the margin in which a run that grows is noticed before it is cut off.
  duration_percent = 80

  queue_alarms = merge(
    { for key, name in local.dead_letter_queues : "${key}-dead-letters" => {
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = name }
      statistic   = "Maximum"
      threshold   = 0
      description = "${name} holds messages that failed every attempt. Find the cause in the log, mend it, and send them again."
    } },
    { "queue-age" = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = var.queue.name }
      statistic   = "Maximum"
      threshold   = var.queue.max_age_seconds
      description = "A chunk in ${var.queue.name} has waited for more than ${var.queue.max_age_seconds} seconds. See whether the request handler runs, and whether its concurrency suffices."
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
    description = "${watched.subject} could not start the batch processor (${watched.metric}). Check what it may do, the function, and ${var.schedules.dead_letter_queue_name}."
  }) }

  alarms = { for key, alarm in merge(local.queue_alarms, local.function_alarms, local.start_alarms) :
    key => merge(alarm, { name = "${var.name}-${replace(key, "_", "-")}" })
  }

  actions = concat([aws_sns_topic.this.arn], var.notify.topic_arns)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = each.value.name
  alarm_description = each.value.description

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold

  # What does not run reports nothing, and that is no fault. A queue that nobody touches reports nothing after six hours,
  # messages or not, so dead letters stay an alarm until the queue is seen empty.
  treat_missing_data = endswith(each.key, "-dead-letters") ? "ignore" : "notBreaching"

  actions_enabled = true
  alarm_actions   = local.actions
  ok_actions      = local.actions
}
