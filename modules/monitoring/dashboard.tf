locals {
  charts = concat(
    [
      {
        title   = "Chunks waiting and in work"
        stat    = "Maximum"
        metrics = [for metric in ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"] : ["AWS/SQS", metric, "QueueName", var.queue.name]]
      },
      {
        title   = "Age of the oldest chunk (seconds)"
        stat    = "Maximum"
        metrics = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.queue.name]]
      },
      {
        title   = "Dead letters"
        stat    = "Maximum"
        metrics = [for name in values(local.dead_letter_queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]]
      },
      {
        title   = "Schedules"
        stat    = "Sum"
        metrics = [for metric in ["InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"] : ["AWS/Scheduler", metric, "ScheduleGroup", var.schedules.group_name]]
      },
    ],
    [for function in [lookup(var.functions, local.loader, null)] : {
      title   = "Rows merged and rejected, chunks failed"
      stat    = "Sum"
      metrics = [for metric in ["RowsMerged", "RowsRejected", "ChunksFailed"] : [function.metrics.namespace, metric, "service", function.metrics.service]]
    } if try(function.metrics, null) != null],
    flatten([for function in [lookup(var.functions, local.splitter, null)] : [
      {
        title   = "Batches failed, datasets overdue"
        stat    = "Maximum"
        metrics = [for metric in ["BatchesFailed", "DatasetsOverdue"] : [function.metrics.namespace, metric, "service", function.metrics.service]]
      },
      {
        title   = "Age of the oldest open batch (seconds)"
        stat    = "Maximum"
        metrics = [[function.metrics.namespace, "OldestBatchAgeSeconds", "service", function.metrics.service]]
      },
    ] if try(function.metrics, null) != null]),
    flatten([for function in values(var.functions) : [
      {
        title   = "${function.name}: runs, errors, throttles"
        stat    = "Sum"
        metrics = [for metric in ["Invocations", "Errors", "Throttles"] : ["AWS/Lambda", metric, "FunctionName", function.name]]
      },
      {
        title   = "${function.name}: longest run (ms, timeout ${function.timeout_seconds * 1000}) and most at once"
        stat    = "Maximum"
        metrics = [for metric in ["Duration", "ConcurrentExecutions"] : ["AWS/Lambda", metric, "FunctionName", function.name]]
      },
    ]]),
  )

  charts_a_row = 2
  alarms_rows  = 4
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type   = "alarm"
        x      = 0
        y      = 0
        width  = 24
        height = local.alarms_rows
        properties = {
          title  = "Alarms"
          alarms = [for alarm in values(aws_cloudwatch_metric_alarm.this) : "${local.alarm_arn_prefix}${alarm.alarm_name}"]
        }
      }],
      [for index, chart in local.charts : {
        type   = "metric"
        x      = (index % local.charts_a_row) * 12
        y      = local.alarms_rows + floor(index / local.charts_a_row) * 6
        width  = 12
        height = 6
        properties = {
          title   = chart.title
          region  = var.region
          view    = "timeSeries"
          period  = 60
          stat    = chart.stat
          metrics = chart.metrics
        }
      }],
    )
  })
}
