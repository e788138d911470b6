provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
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

run "only_our_alarms_may_publish_and_over_tls_only" {
  command = plan

  assert {
    condition = jsondecode(aws_sns_topic.this.policy).Statement == [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = "arn:aws:sns:eu-west-2:123456789012:csvbatch-test-alarms"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AllowAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = "arn:aws:sns:eu-west-2:123456789012:csvbatch-test-alarms"
        Condition = {
          StringEquals = { "aws:SourceAccount" = "123456789012" }
          ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-2:123456789012:alarm:csvbatch-test-*" }
        }
      },
    ]
    error_message = "The topic's policy must allow this module's alarms only, and refuse requests without TLS."
  }
}
