mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-request-handler-dead-letters" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-request-handler" }
  }
}

variables {
  function_name      = "csvbatch-test-request-handler"
  account_id         = "123456789012"
  region             = "eu-west-2"
  environment_name   = "test"
  architecture       = "arm64"
  memory_mb          = 1024
  timeout_seconds    = 300
  role_arn           = "arn:aws:iam::123456789012:role/csvbatch-test-request-handler"
  kms_key_arn        = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"
  subnet_ids         = ["subnet-0a", "subnet-0b"]
  security_group_ids = ["sg-0a"]
  log_retention_days = 365
  log_level          = "INFO"
  bucket_name        = "csvbatch-test-data"
  secret_arn         = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-AbCdEf"

  package = {
    bucket = "csvbatch-test-artifacts"
    key    = "lambda/request_handler/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.zip"
  }

  oracle = {
    host         = "oracle.example.internal"
    port         = 2484
    service_name = "LOADER.EXAMPLE"
    protocol     = "tcps"
  }

  max_receive_count = 5

  event_source = {
    queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
    maximum_concurrency = 10
  }

  visibility_timeout_seconds = 1800
}

run "fails_messages_one_by_one_and_limits_how_many_run" {
  command = plan

  assert {
    condition     = aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Without partial batch responses one failed chunk would lose or repeat others."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 10
    error_message = "The mapping must limit concurrency itself."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 1 && aws_lambda_event_source_mapping.this.maximum_batching_window_in_seconds == 0
    error_message = "The default is one message per invocation, without a batching window."
  }
}

run "feeds_the_function_from_the_queue" {
  assert {
    condition = (
      aws_lambda_event_source_mapping.this.function_name == module.function.function_arn &&
      aws_lambda_event_source_mapping.this.event_source_arn == "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks" &&
      output.event_source_mapping_uuid == aws_lambda_event_source_mapping.this.uuid
    )
    error_message = "The mapping must join this queue and this function."
  }
}

run "passes_on_what_every_function_is_told" {
  command = plan

  assert {
    condition = (
      module.function.environment["CSVBATCH_ENVIRONMENT"] == "test" &&
      module.function.environment["CSVBATCH_BUCKET"] == "csvbatch-test-data" &&
      module.function.environment["CSVBATCH_SECRET_ARN"] == var.secret_arn &&
      module.function.environment["CSVBATCH_DATABASE_URL"] == "oracle://oracle.example.internal:2484/LOADER.EXAMPLE?protocol=tcps" &&
      module.function.environment["POWERTOOLS_SERVICE_NAME"] == "request_handler" &&
      module.function.handler == "request_handler.handler.handler"
    )
    error_message = "Environment, bucket, secret, database, name and entry point must reach the function."
  }

  assert {
    condition     = output.log_group_name == "/aws/lambda/csvbatch-test-request-handler" && output.dead_letter_queue_name == "csvbatch-test-request-handler-dead-letters"
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

run "reserves_what_the_queue_may_start" {
  command = plan

  variables {
    reserved_concurrency = 10
  }

  assert {
    condition     = module.function.reserved_concurrency == 10
    error_message = "The reservation given must be made."
  }
}

run "reserves_nothing_where_that_is_asked_for" {
  command = plan

  variables {
    reserved_concurrency = -1
  }

  assert {
    condition     = module.function.reserved_concurrency == -1
    error_message = "-1 must reserve nothing."
  }
}

run "refuses_a_visibility_timeout_below_6_times_the_timeout" {
  command = plan

  variables {
    visibility_timeout_seconds = 1799
  }

  expect_failures = [aws_lambda_event_source_mapping.this]
}

run "refuses_a_visibility_timeout_that_forgets_the_batching_window" {
  command = plan

  variables {
    event_source = {
      queue_arn                       = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency             = 10
      maximum_batching_window_seconds = 1
    }
  }

  expect_failures = [aws_lambda_event_source_mapping.this]
}

run "refuses_to_reserve_fewer_than_the_queue_may_start" {
  command = plan

  variables {
    reserved_concurrency = 9
  }

  expect_failures = [aws_lambda_event_source_mapping.this]
}

run "refuses_a_maximum_concurrency_below_2" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency = 1
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_a_maximum_concurrency_above_1000" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency = 1001
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_a_batch_of_no_messages" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency = 10
      batch_size          = 0
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_more_than_10_messages_without_a_window" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency = 10
      batch_size          = 11
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_a_window_over_300_seconds" {
  command = plan

  variables {
    event_source = {
      queue_arn                       = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
      maximum_concurrency             = 10
      maximum_batching_window_seconds = 301
    }
    visibility_timeout_seconds = 43200
  }

  expect_failures = [var.event_source]
}

run "refuses_a_queue_given_by_url" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "https://sqs.eu-west-2.amazonaws.com/123456789012/csvbatch-test-chunks"
      maximum_concurrency = 10
    }
  }

  expect_failures = [var.event_source]
}
