provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                          = "csvbatch-test-chunks"
  account_id                    = "123456789012"
  region                        = "eu-west-2"
  kms_key_arn                   = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  visibility_timeout_seconds    = 720
  consumer_timeout_seconds      = 120
  message_retention_seconds     = 345600
  dead_letter_retention_seconds = 1209600
  max_receive_count             = 5
  deletion_protection           = false
}

run "each_queue_refuses_everything_that_comes_without_tls_and_allows_nobody_anything" {
  command = plan

  assert {
    condition = {
      for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letters] : queue.name => jsondecode(queue.policy).Statement
      } == {
      for name in ["csvbatch-test-chunks", "csvbatch-test-chunks-dead-letters"] : name => [{
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-west-2:123456789012:${name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    }
    error_message = "a queue's policy is not the TLS-only statement for that very queue, and nothing else"
  }
}
