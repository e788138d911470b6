provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                          = "csvbatch-test"
  account_id                    = "123456789012"
  region                        = "eu-west-2"
  data_bucket_arn               = "arn:aws:s3:::csvbatch-test-data"
  queue_arn                     = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn                    = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-credentials-AbCdEf"
  kms_key_arn                   = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  batch_processor_function_name = "csvbatch-test-batch-processor"
  request_handler_function_name = "csvbatch-test-request-handler"
}

run "reader_may_find_read_and_decrypt_rejects_and_nothing_else" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.rejects_reader.policy).Statement : statement.Sid => {
        action    = statement.Action
        resource  = statement.Resource
        condition = jsonencode(statement.Condition)
      }
      } == {
      FindRejects = {
        action   = "s3:ListBucket"
        resource = "arn:aws:s3:::csvbatch-test-data"
        condition = jsonencode({
          StringEquals = { "aws:ResourceAccount" = "123456789012" }
          StringLike   = { "s3:prefix" = "rejected/*" }
        })
      }
      ReadRejects = {
        action    = "s3:GetObject"
        resource  = "arn:aws:s3:::csvbatch-test-data/rejected/*"
        condition = jsonencode({ StringEquals = { "aws:ResourceAccount" = "123456789012" } })
      }
      DecryptRejects = {
        action    = "kms:Decrypt"
        resource  = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
        condition = jsonencode({ StringEquals = { "kms:ViaService" = "s3.eu-west-2.amazonaws.com" } })
      }
    }
    error_message = "the reader's permissions are more, or less, than reading rejects: ${aws_iam_role_policy.rejects_reader.policy}"
  }
}

run "account_decides_who_reads_where_nobody_is_named" {
  command = plan

  assert {
    condition     = one(jsondecode(aws_iam_role.rejects_reader.assume_role_policy).Statement).Principal == { AWS = "arn:aws:iam::123456789012:root" }
    error_message = "the role is open to somebody else: ${aws_iam_role.rejects_reader.assume_role_policy}"
  }
}

run "those_who_are_named_read_and_the_rest_of_the_account_does_not" {
  command = plan

  variables {
    rejects_reader_principal_arns = ["arn:aws:iam::123456789012:role/data-engineers"]
  }

  assert {
    condition     = one(jsondecode(aws_iam_role.rejects_reader.assume_role_policy).Statement).Principal == { AWS = "arn:aws:iam::123456789012:role/data-engineers" }
    error_message = "the role is open to somebody else: ${aws_iam_role.rejects_reader.assume_role_policy}"
  }
}
