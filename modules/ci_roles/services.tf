# What Terraform does with functions, their logs, schedules, rules, alarms and the topic.

data "aws_iam_policy_document" "services" {
  statement {
    sid = "ChangeFunctions"
    actions = [
      "lambda:AddPermission",
      "lambda:CreateFunction",
      "lambda:DeleteFunction",
      "lambda:DeleteFunctionConcurrency",
      "lambda:DeleteFunctionEventInvokeConfig",
      "lambda:PutFunctionConcurrency",
      "lambda:PutFunctionEventInvokeConfig",
      "lambda:RemovePermission",
      "lambda:TagResource",
      "lambda:UntagResource",
      "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration",
    ]
    resources = [local.arns.functions]
  }

  statement {
    sid = "ChangeEventSources"
    actions = [
      "lambda:CreateEventSourceMapping",
      "lambda:DeleteEventSourceMapping",
      "lambda:UpdateEventSourceMapping",
    ]
    resources = ["*"] # The creation knows no resource; the condition names the functions.

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = [local.arns.functions]
    }
  }

  statement {
    sid       = "TagEventSources"
    actions   = ["lambda:TagResource", "lambda:UntagResource"]
    resources = [local.arns.source_mappings] # AWS makes up their IDs.
  }

  statement {
    sid = "ChangeLogGroupsButNotLogs"
    actions = [
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:PutRetentionPolicy",
      "logs:TagResource",
      "logs:UntagResource",
    ]
    resources = [local.arns.logs]
  }

  statement {
    sid = "ChangeSchedules"
    actions = [
      "scheduler:CreateSchedule",
      "scheduler:CreateScheduleGroup",
      "scheduler:DeleteSchedule",
      "scheduler:DeleteScheduleGroup",
      "scheduler:TagResource",
      "scheduler:UntagResource",
      "scheduler:UpdateSchedule",
    ]
    resources = [local.arns.schedule_group, local.arns.schedules] # Every schedule of the group.
  }

  statement {
    sid = "ChangeRules"
    actions = [
      "events:DeleteRule",
      "events:PutRule",
      "events:PutTargets",
      "events:RemoveTargets",
      "events:TagResource",
      "events:UntagResource",
    ]
    resources = [local.arns.rules]
  }

  statement {
    sid = "ChangeAlarms"
    actions = [
      "cloudwatch:DeleteAlarms",
      "cloudwatch:DeleteDashboards",
      "cloudwatch:PutDashboard",
      "cloudwatch:PutMetricAlarm",
      "cloudwatch:TagResource",
      "cloudwatch:UntagResource",
    ]
    resources = [local.arns.alarms, local.arns.dashboard]
  }

  statement {
    sid = "ChangeTopic"
    actions = [
      "sns:CreateTopic",
      "sns:DeleteTopic",
      "sns:SetTopicAttributes",
      "sns:Subscribe",
      "sns:TagResource",
      "sns:UntagResource",
    ]
    resources = [local.arns.topic]
  }

  statement {
    sid       = "Unsubscribe"
    actions   = ["sns:Unsubscribe"]
    resources = ["*"] # This action knows no resource.
  }
}
