mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-loader-dead-letters" }
  }

  mock_resource "aws_lambda_code_signing_config" {
    defaults = { arn = "arn:aws:lambda:eu-west-2:123456789012:code-signing-config:csc-0f6c334abcdea4d8b" }
  }
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

run "tells_the_function_what_it_works_with" {
  command = plan

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      CSVBATCH_ENVIRONMENT               = "test"
      CSVBATCH_BUCKET                    = "csvbatch-test-data"
      CSVBATCH_SECRET_ARN                = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-AbCdEf"
      CSVBATCH_DATABASE_URL              = "oracle://oracle.example.internal:2484/LOADER.EXAMPLE?protocol=tcps"
      CSVBATCH_CHUNK_BYTES               = "1048576"
      POWERTOOLS_SERVICE_NAME            = "loader"
      POWERTOOLS_METRICS_NAMESPACE       = "csvbatch"
      POWERTOOLS_LOG_LEVEL               = "INFO"
      POWERTOOLS_TRACER_CAPTURE_RESPONSE = "false"
      POWERTOOLS_TRACER_CAPTURE_ERROR    = "false"
    })
    error_message = "The environment differs from what the code reads."
  }
}

run "runs_the_package_given_inside_the_vpc" {
  command = plan

  assert {
    condition = (
      aws_lambda_function.this.s3_bucket == "csvbatch-test-artifacts" &&
      aws_lambda_function.this.s3_key == var.package.key &&
      aws_lambda_function.this.filename == null
    )
    error_message = "The code must come from the bucket and key given, and from nothing on the machine that plans."
  }

  assert {
    condition = (
      aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.memory_size == 1024 &&
      aws_lambda_function.this.timeout == 300 &&
      aws_lambda_function.this.kms_key_arn == var.kms_key_arn &&
      aws_lambda_function.this.tracing_config[0].mode == "Active"
    )
    error_message = "Architecture, memory, timeout, key and tracing must be set."
  }

  assert {
    condition = (
      aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-0a", "subnet-0b"]) &&
      aws_lambda_function.this.vpc_config[0].security_group_ids == toset(["sg-0a"])
    )
    error_message = "The function must run in the subnets and security groups given."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "A reserved_concurrency of null must reserve nothing."
  }

  assert {
    condition     = length(aws_lambda_code_signing_config.this) == 0
    error_message = "Without profiles there is nothing to check a signature against."
  }
}

run "logs_json_with_retention_and_key" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_log_group.this.name == "/aws/lambda/csvbatch-test-loader" &&
      aws_cloudwatch_log_group.this.retention_in_days == 365 &&
      aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    )
    error_message = "The log group must have the function's name, the retention and the key."
  }

  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].log_format == "JSON" &&
      aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/csvbatch-test-loader" &&
      aws_lambda_function.this.logging_config[0].application_log_level == "INFO"
    )
    error_message = "The function must log JSON into its own log group at the level given."
  }
}

run "keeps_events_whose_run_failed_and_never_runs_them_again" {
  assert {
    condition     = aws_lambda_function.this.dead_letter_config[0].target_arn == aws_sqs_queue.dead_letters.arn
    error_message = "Failed asynchronous events must go to the dead-letter queue."
  }

  assert {
    condition = (
      output.dead_letter_queue_name == "csvbatch-test-loader-dead-letters" &&
      aws_sqs_queue.dead_letters.message_retention_seconds == 1209600 &&
      aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn
    )
    error_message = "The dead-letter queue must be named after the function, encrypted, and keep messages for 14 days."
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 &&
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 21600
    )
    error_message = "Lambda must not run an event again by itself."
  }
}

run "reserves_the_concurrency_and_carries_the_layers_given" {
  command = plan

  variables {
    reserved_concurrency = 1
    layer_arns           = ["arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:3"]
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 1
    error_message = "The concurrency given must be reserved."
  }

  assert {
    condition     = aws_lambda_function.this.layers == tolist(["arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:3"])
    error_message = "The layer must be attached."
  }
}

run "refuses_unsigned_code_with_a_profile" {
  variables {
    code_signing_profile_arns = ["arn:aws:signer:eu-west-2:123456789012:/signing-profiles/csvbatch/A1b2C3d4E5"]

    # AWS Signer names what it signs by itself, so the digest stands in the folder.
    package = {
      bucket = "csvbatch-test-artifacts"
      key    = "lambda/loader/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/signed-1.zip"
    }
  }

  assert {
    condition     = aws_lambda_function.this.code_signing_config_arn == aws_lambda_code_signing_config.this[0].arn
    error_message = "The function must use the signing configuration."
  }

  assert {
    condition     = aws_lambda_code_signing_config.this[0].policies[0].untrusted_artifact_on_deployment == "Enforce"
    error_message = "Unsigned code must be refused, not only reported."
  }
}

run "tells_the_function_how_oracle_is_talked_to" {
  command = plan

  variables {
    layer_arns = ["arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:3"]
    oracle = {
      host         = "oracle.example.internal"
      port         = 1522
      service_name = "db_high.adb.example.com"
      protocol     = "tcps"
      schema       = "LOADER$1"
      wallet       = "/opt/oracle/wallet"
      tls_strict   = false
      thick        = true
    }
  }

  assert {
    condition     = output.environment["CSVBATCH_DATABASE_URL"] == "oracle://oracle.example.internal:1522/db_high.adb.example.com?protocol=tcps&schema=LOADER%241&wallet=%2Fopt%2Foracle%2Fwallet&tls_strict=false&thick=true"
    error_message = "CSVBATCH_DATABASE_URL is ${output.environment["CSVBATCH_DATABASE_URL"]}"
  }
}

run "a_packaged_authority_needs_no_layer" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", ca = "/var/task/certificates/ca.pem" }
  }

  assert {
    condition     = output.environment["CSVBATCH_DATABASE_URL"] == "oracle://oracle.example.internal:2484/LOADER?protocol=tcps&ca=%2Fvar%2Ftask%2Fcertificates%2Fca.pem"
    error_message = "CSVBATCH_DATABASE_URL is ${output.environment["CSVBATCH_DATABASE_URL"]}"
  }
}

run "finds_endpoints_that_no_name_leads_to" {
  command = plan

  variables {
    endpoint_urls = { sqs = "https://vpce-1-a.sqs.eu-west-2.vpce.amazonaws.com", secretsmanager = "https://vpce-2-b.secretsmanager.eu-west-2.vpce.amazonaws.com" }
  }

  assert {
    condition = (
      output.environment["AWS_ENDPOINT_URL_SQS"] == "https://vpce-1-a.sqs.eu-west-2.vpce.amazonaws.com" &&
      output.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == "https://vpce-2-b.secretsmanager.eu-west-2.vpce.amazonaws.com"
    )
    error_message = "the function would call addresses that it cannot reach"
  }
}
