provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                = "csvbatch-test-123456789012-eu-west-2-data"
  account_id          = "123456789012"
  kms_key_arn         = "arn:aws:kms:eu-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
  access_log          = null
  force_destroy       = false
  deletion_protection = false
  lifecycle_rules     = []
}

run "nothing_passes_without_tls" {
  command = plan

  assert {
    condition = jsonencode(one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyInsecureTransport"
      ])) == jsonencode({
      Sid       = "DenyInsecureTransport"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource = [
        "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-data/*",
        "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-data",
      ]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    })
    error_message = "requests without TLS are not denied for bucket and objects"
  }
}

run "uploads_may_not_name_another_encryption_or_key" {
  command = plan

  assert {
    condition = jsonencode({
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => statement.Condition
      if statement.Effect == "Deny" && statement.Action == "s3:PutObject" && statement.Principal == "*"
      }) == jsonencode({
      DenyCustomerKey = {
        Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" }
      }
      DenyOtherEncryption = {
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
      DenyOtherKey = {
        Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn }
      }
      DenyUnnamedKey = {
        Null         = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "true" }
        StringEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
    })
    error_message = "an upload could choose its own encryption, or plain uploads are denied"
  }
}

run "bucket_grants_nothing_unless_it_takes_logs" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "the policy of a data bucket allows something"
  }
}

run "log_bucket_takes_logs_of_its_own_account_only" {
  command = plan

  variables {
    kms_key_arn = null
    accept_logs = true
  }

  assert {
    condition = jsonencode({
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Sid => [statement.Principal.Service, statement.Action, statement.Condition.StringEquals["aws:SourceAccount"]]
      if statement.Effect == "Allow"
      }) == jsonencode({
      AWSLogDeliveryAclCheck   = ["delivery.logs.amazonaws.com", ["s3:ListBucket", "s3:GetBucketAcl"], "123456789012"]
      AWSLogDeliveryWrite      = ["delivery.logs.amazonaws.com", "s3:PutObject", "123456789012"]
      S3ServerAccessLogsPolicy = ["logging.s3.amazonaws.com", "s3:PutObject", "123456789012"]
    })
    error_message = "the log bucket allows something else than the account's log delivery"
  }

  assert {
    condition     = !strcontains(aws_s3_bucket_policy.this.policy, "s3:x-amz-server-side-encryption")
    error_message = "a bucket without a key asks for one"
  }
}

run "nobody_of_another_account_is_let_in_by_default" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "the bucket's policy allows something although there is no producer"
  }
}

run "a_producer_of_another_account_puts_files_below_its_prefix_and_does_nothing_else" {
  command = plan

  variables {
    producers = [
      { principal_arns = ["arn:aws:iam::333333333333:role/erp-export"], prefix = "incoming/orders/" },
      { principal_arns = ["arn:aws:iam::444444444444:user/sftp"] },
    ]
  }

  assert {
    condition = [
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : {
        who       = statement.Principal.AWS
        actions   = toset(flatten([statement.Action]))
        resources = statement.Resource
      } if statement.Effect == "Allow"
      ] == [
      {
        who       = "arn:aws:iam::333333333333:role/erp-export"
        actions   = toset(["s3:AbortMultipartUpload", "s3:PutObject"])
        resources = "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-data/incoming/orders/*"
      },
      {
        who       = "arn:aws:iam::444444444444:user/sftp"
        actions   = toset(["s3:AbortMultipartUpload", "s3:PutObject"])
        resources = "arn:aws:s3:::csvbatch-test-123456789012-eu-west-2-data/incoming/*"
      },
    ]
    error_message = "a producer may do more or less than put files below its prefix"
  }
}
