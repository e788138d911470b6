# What Terraform reads of every resource before it plans. No value of a secret, no object, no message and no log line.

data "aws_iam_policy_document" "read" {
  statement {
    sid = "ListWhatHasNoNameOfOurs"
    actions = [
      "ec2:DescribeFlowLogs",
      "ec2:DescribeNetworkAcls",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribePrefixLists",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcEndpoints",
      "ec2:DescribeVpcs",
      "kms:ListAliases",
      "logs:DescribeLogGroups",
      "sns:GetSubscriptionAttributes",
    ]
    resources = ["*"] # These actions know no resource.

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid = "ReadBuckets"
    actions = [
      "s3:GetAccelerateConfiguration",
      "s3:GetBucketAcl",
      "s3:GetBucketCORS",
      "s3:GetBucketLogging",
      "s3:GetBucketNotification",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketOwnershipControls",
      "s3:GetBucketPolicy",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketRequestPayment",
      "s3:GetBucketTagging",
      "s3:GetBucketVersioning",
      "s3:GetBucketWebsite",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListBucket",
    ]
    resources = [local.arns.buckets]
  }

  statement {
    sid       = "ReadKey"
    actions   = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
    resources = [local.arns.key] # The ID of the key is not known before it exists.

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # Otherwise Lambda hides a function's settings, and each plan would set them again. They name things and hold no secret.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
  statement {
    sid       = "ReadSettingsOfFunctions"
    actions   = ["kms:Decrypt"]
    resources = [local.arns.key] # As above.

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["lambda.${var.region}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:lambda:FunctionArn"
      values   = [local.arns.functions]
    }
  }

  statement {
    sid = "ReadFunctions"
    actions = [
      "lambda:GetFunction",
      "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetFunctionEventInvokeConfig",
      "lambda:GetPolicy",
      "lambda:ListVersionsByFunction",
    ]
    resources = [local.arns.functions]
  }

  statement {
    sid       = "ReadEventSources"
    actions   = ["lambda:GetEventSourceMapping", "lambda:ListTags"]
    resources = [local.arns.source_mappings] # AWS makes up their IDs.
  }

  statement {
    sid       = "ReadQueues"
    actions   = ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]
    resources = [local.arns.queues]
  }

  statement {
    sid       = "ReadSecretButNotItsValue"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
    resources = [local.arns.secrets]
  }

  statement {
    sid       = "ReadRoles"
    actions   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
    resources = [local.arns.roles]
  }

  statement {
    sid       = "ReadWhatIntegrationIsMadeOf"
    actions   = ["iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion"]
    resources = [local.provider_arn, local.own_policies]
  }

  statement {
    sid       = "ReadLogGroups"
    actions   = ["logs:ListTagsForResource"]
    resources = [local.arns.logs]
  }

  statement {
    sid       = "ReadSchedules"
    actions   = ["scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"]
    resources = [local.arns.schedule_group, local.arns.schedules] # Every schedule of the group.
  }

  statement {
    sid       = "ReadRules"
    actions   = ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"]
    resources = [local.arns.rules]
  }

  statement {
    sid       = "ReadAlarms"
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"]
    resources = [local.arns.alarms, local.arns.dashboard]
  }

  statement {
    sid       = "ReadTopic"
    actions   = ["sns:GetTopicAttributes", "sns:ListTagsForResource"]
    resources = [local.arns.topic]
  }
}
