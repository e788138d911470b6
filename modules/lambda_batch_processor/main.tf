module "function" {
  source = "../lambda_function"

  function_name    = var.function_name
  description      = "Finds new CSV files, splits them into chunks and sends one message a chunk"
  account_id       = var.account_id
  region           = var.region
  environment_name = var.environment_name
  service_name     = "batch_processor"

  handler                   = "batch_processor.handler.handler"
  package                   = var.package
  runtime                   = var.runtime
  architecture              = var.architecture
  layer_arns                = var.layer_arns
  code_signing_profile_arns = var.code_signing_profile_arns

  memory_mb                 = var.memory_mb
  ephemeral_storage_mb      = var.ephemeral_storage_mb
  timeout_seconds           = var.timeout_seconds
  reserved_concurrency      = var.reserved_concurrency
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
    CSVBATCH_QUEUE_URL   = var.queue_url
    CSVBATCH_CHUNK_BYTES = tostring(var.chunk_bytes)
  }
}
