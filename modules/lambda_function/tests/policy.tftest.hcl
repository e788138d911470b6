provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  function_name        = "csvbatch-test-loader"
  description          = "Loads chunks"
  account_id           = "123456789012"
  region               = "eu-west-2"
  handler              = "loader.handler.handler"
  architecture         = "arm64"
  memory_mb            = 1024
  timeout_seconds      = 300
  reserved_concurrency = null
  role_arn             = "arn:aws:iam::123456789012:role/csvbatch-test-loader"
  kms_key_arn          = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"
  subnet_ids           = ["subnet-0a", "subnet-0b"]
  security_group_ids   = ["sg-0a"]
  log_retention_days   = 365
  environment_name     = "test"
  service_name         = "loader"
  log_level            = "INFO"
  bucket_name          = "csvbatch-test-data"
  secret_arn           = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-AbCdEf"
  environment          = { CSVBATCH_CHUNK_BYTES = "1048576" }

  package = {
    bucket = "csvbatch-test-artifacts"
    key    = "lambda/loader/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.zip"
  }

  oracle = {
    host         = "oracle.example.internal"
    port         = 2484
    service_name = "LOADER.EXAMPLE"
    protocol     = "tcps"
  }
}

run "dead_letters_travel_over_tls_only" {
  command = plan

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters.policy).Statement == [{
      Sid       = "DenyInsecureTransport"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-loader-dead-letters"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The queue's policy must refuse every request without TLS and allow nobody anything."
  }
}
