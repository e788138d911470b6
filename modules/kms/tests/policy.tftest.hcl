provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                 = "csvbatch-test"
  account_id           = "123456789012"
  region               = "eu-west-2"
  deletion_window_days = 7
  deletion_protection  = false
}

run "only_the_account_and_services_acting_for_it_may_use_the_key" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      try(statement.Principal.AWS, "") == "arn:aws:iam::123456789012:root" || (
        can(statement.Principal.Service) && strcontains(jsonencode(try(statement.Condition, {})), "123456789012")
      )
    ])
    error_message = "a statement lets a principal use the key without binding it to the account"
  }
}

run "log_groups_of_the_account_and_region_may_be_encrypted" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : {
        actions   = toset(flatten([statement.Action]))
        condition = statement.Condition
      } if try(statement.Principal.Service, null) == "logs.eu-west-2.amazonaws.com"
      ]) == {
      actions   = toset(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"])
      condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-2:123456789012:log-group:*" } }
    }
    error_message = "the logs service is not bound to the account's log groups in the region, or can do more than encrypt them"
  }
}

run "alarms_and_topics_may_send_to_what_the_key_encrypts" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : {
        services  = toset(flatten([statement.Principal.Service]))
        actions   = toset(flatten([statement.Action]))
        condition = statement.Condition
      } if statement.Sid == "AlarmsAndTopicsOfTheAccount"
      ]) == {
      services  = toset(["cloudwatch.amazonaws.com", "sns.amazonaws.com"])
      actions   = toset(["kms:Decrypt", "kms:GenerateDataKey*"])
      condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
    error_message = "the services that send to encrypted topics and queues cannot, or can do more than that"
  }
}

run "rules_may_send_to_the_queues_of_the_environment_by_their_encryption_context" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_kms_key.this.policy).Statement : {
        actions   = toset(flatten([statement.Action]))
        condition = statement.Condition
      } if contains(flatten([try(statement.Principal.Service, [])]), "events.amazonaws.com")
      ] == [{
        actions   = toset(["kms:Decrypt", "kms:GenerateDataKey"])
        condition = { ArnLike = { "kms:EncryptionContext:aws:sqs:arn" = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-*" } }
    }]
    error_message = "EventBridge passes no account to KMS: its statement must be limited by the queue, and by no value that it does not send"
  }
}

run "no_role_is_named" {
  command = plan

  assert {
    condition     = !strcontains(aws_kms_key.this.policy, ":role/")
    error_message = "the key policy names a role, which is made after the key"
  }
}

run "a_producer_of_another_account_encrypts_its_files_through_s3_alone" {
  command = plan

  variables {
    producers = { principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], bucket_name = "csvbatch-test-data" }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_kms_key.this.policy).Statement : {
        who       = statement.Principal.AWS
        actions   = toset(flatten([statement.Action]))
        condition = statement.Condition
      } if statement.Sid == "ProducersEncryptTheirFiles"
      ] == [{
        who     = "arn:aws:iam::333333333333:role/erp-export"
        actions = toset(["kms:Decrypt", "kms:GenerateDataKey"])
        condition = {
          StringEquals = { "kms:ViaService" = "s3.eu-west-2.amazonaws.com" }
          ArnLike      = { "kms:EncryptionContext:aws:s3:arn" = ["arn:aws:s3:::csvbatch-test-data", "arn:aws:s3:::csvbatch-test-data/*"] }
        }
    }]
    error_message = "a producer may use the key for something other than its files, or cannot encrypt them"
  }
}
