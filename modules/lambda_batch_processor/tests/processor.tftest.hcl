mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-batch-processor-dead-letters" }
  }
}

variables {
  function_name      = "csvbatch-test-batch-processor"
  account_id         = "123456789012"
  region             = "eu-west-2"
  environment_name   = "test"
  architecture       = "arm64"
  memory_mb          = 1024
  timeout_seconds    = 900
  role_arn           = "arn:aws:iam::123456789012:role/csvbatch-test-batch-processor"
  kms_key_arn        = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"
  subnet_ids         = ["subnet-0a", "subnet-0b"]
  security_group_ids = ["sg-0a"]
  log_retention_days = 365
  log_level          = "INFO"
  bucket_name        = "csvbatch-test-data"
  secret_arn         = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-AbCdEf"

  package = {
    bucket = "csvbatch-test-artifacts"
    key    = "lambda/batch_processor/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.zip"
  }

  oracle = {
    host         = "oracle.example.internal"
    port         = 2484
    service_name = "LOADER.EXAMPLE"
    protocol     = "tcps"
  }

  queue_url   = "https://sqs.eu-west-2.amazonaws.com/123456789012/csvbatch-test-chunks"
  chunk_bytes = 8388608
}

run "tells_the_processor_where_chunks_go_and_how_large_they_are" {
  command = plan

  assert {
    condition = (
      module.function.environment["CSVBATCH_QUEUE_URL"] == "https://sqs.eu-west-2.amazonaws.com/123456789012/csvbatch-test-chunks" &&
      module.function.environment["CSVBATCH_CHUNK_BYTES"] == "8388608" &&
      module.function.environment["POWERTOOLS_SERVICE_NAME"] == "batch_processor" &&
      module.function.handler == "batch_processor.handler.handler"
    )
    error_message = "The processor must know its queue, the size of a chunk, its own name and where its code starts."
  }
}

run "passes_on_what_every_function_is_told" {
  command = plan

  assert {
    condition = (
      module.function.environment["CSVBATCH_ENVIRONMENT"] == "test" &&
      module.function.environment["CSVBATCH_BUCKET"] == "csvbatch-test-data" &&
      module.function.environment["CSVBATCH_SECRET_ARN"] == var.secret_arn &&
      module.function.environment["CSVBATCH_DATABASE_URL"] == "oracle://oracle.example.internal:2484/LOADER.EXAMPLE?protocol=tcps"
    )
    error_message = "Environment, bucket, secret and database must reach the function."
  }

  assert {
    condition     = output.log_group_name == "/aws/lambda/csvbatch-test-batch-processor" && output.dead_letter_queue_name == "csvbatch-test-batch-processor-dead-letters"
    error_message = "Log group and dead-letter queue must be named after the function."
  }
}

run "reserves_nothing_unless_told_to" {
  command = plan

  assert {
    condition     = module.function.reserved_concurrency == -1
    error_message = "A new account refuses any reservation, so without a value none may be made."
  }
}

run "reserves_what_it_is_told_to" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  assert {
    condition     = module.function.reserved_concurrency == 1
    error_message = "The reservation given must be made."
  }
}

run "refuses_a_queue_given_by_arn_and_a_chunk_of_less_than_1_kib" {
  command = plan

  variables {
    queue_url   = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
    chunk_bytes = 1023
  }

  expect_failures = [var.queue_url, var.chunk_bytes]
}

run "refuses_a_chunk_of_more_than_1_gib" {
  command = plan

  variables {
    chunk_bytes = 1073741825
  }

  expect_failures = [var.chunk_bytes]
}
