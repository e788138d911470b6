provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
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

run "scheduler_may_start_the_function_and_keep_dead_letters_only" {
  command = plan

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.scheduler.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      StartFunction      = ["lambda:InvokeFunction", "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-batch-processor"]
      KeepDeadLetters    = ["sqs:SendMessage", "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-events-dead-letters"]
      EncryptDeadLetters = [["kms:GenerateDataKey", "kms:Decrypt"], "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"]
      DecryptSchedules   = ["kms:Decrypt", "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"]
    }
    error_message = "The role may do these four things and no other."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.scheduler.policy).Statement : statement.Sid => statement.Condition if can(statement.Condition) } == {
      EncryptDeadLetters = { StringEquals = { "kms:EncryptionContext:aws:sqs:arn" = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-events-dead-letters" } }
      DecryptSchedules   = { ArnLike = { "kms:EncryptionContext:aws:scheduler:schedule:arn" = "arn:aws:scheduler:eu-west-2:123456789012:schedule/csvbatch-test/*" } }
    }
    error_message = "The key may be used for this queue and this group's schedules only."
  }

  assert {
    condition = jsondecode(aws_iam_role.scheduler.assume_role_policy).Statement == [{
      Sid       = "AllowScheduler"
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:scheduler:eu-west-2:123456789012:schedule-group/csvbatch-test" }
      }
    }]
    error_message = "Only Scheduler, for this account's group, may assume the role."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters.policy).Statement == [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-events-dead-letters"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AllowRule"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-events-dead-letters"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:eu-west-2:123456789012:rule/csvbatch-test-object-created" } }
      },
    ]
    error_message = "Dead letters must be sent over TLS, and come from this rule or this account's roles only."
  }
}
