locals {
  reserved_concurrency = coalesce(var.reserved_concurrency, -1)
}

module "function" {
  source = "../lambda_function"

  function_name    = var.function_name
  description      = "Validates the rows of one chunk a message and merges them into Oracle"
  account_id       = var.account_id
  region           = var.region
  environment_name = var.environment_name
  service_name     = "request_handler"

  handler                   = "request_handler.handler.handler"
  package                   = var.package
  runtime                   = var.runtime
  architecture              = var.architecture
  layer_arns                = var.layer_arns
  code_signing_profile_arns = var.code_signing_profile_arns

  memory_mb                 = var.memory_mb
  ephemeral_storage_mb      = var.ephemeral_storage_mb
  timeout_seconds           = var.timeout_seconds
  reserved_concurrency      = local.reserved_concurrency
  maximum_event_age_seconds = var.maximum_event_age_seconds

  role_arn           = var.role_arn
  kms_key_arn        = var.kms_key_arn
  subnet_ids         = var.subnet_ids
  security_group_ids = var.security_group_ids
  endpoint_urls      = var.endpoint_urls
  log_retention_days = var.log_retention_days
  log_level          = var.log_level
  metrics_namespace  = var.metrics_namespace

  bucket_name = var.bucket_name
  secret_arn  = var.secret_arn
  oracle      = var.oracle

  environment = {
    CSVBATCH_MAX_RECEIVE_COUNT = tostring(var.max_receive_count)
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  function_name    = module.function.function_arn
  event_source_arn = var.event_source.queue_arn

  batch_size                         = var.event_source.batch_size
  maximum_batching_window_in_seconds = var.event_source.maximum_batching_window_seconds

  # Without it Lambda ignores which messages failed, and deletes them all.
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.event_source.maximum_concurrency
  }

  lifecycle {
    precondition {
      condition     = var.visibility_timeout_seconds >= 6 * var.timeout_seconds + var.event_source.maximum_batching_window_seconds
      error_message = "visibility_timeout_seconds is ${var.visibility_timeout_seconds} and timeout_seconds ${var.timeout_seconds}: the queue must hide a message for at least 6 times the timeout plus the batching window (${6 * var.timeout_seconds + var.event_source.maximum_batching_window_seconds} seconds), or chunks that are still being processed are delivered again."
    }

    precondition {
      condition     = local.reserved_concurrency == -1 || local.reserved_concurrency >= var.event_source.maximum_concurrency
      error_message = "reserved_concurrency is ${local.reserved_concurrency} and event_source.maximum_concurrency ${var.event_source.maximum_concurrency}: reserve at least as many, or none (null): otherwise throttled messages end in the dead-letter queue."
    }
  }
}
