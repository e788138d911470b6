locals {
  # Settings that are null are left out, so that the code's defaults apply.
  oracle_options = {
    protocol   = var.oracle.protocol
    schema     = var.oracle.schema
    wallet     = var.oracle.wallet
    ca         = var.oracle.ca
    tls_strict = var.oracle.tls_strict ? null : "false"
    thick      = var.oracle.thick ? "true" : null
  }
  oracle_query = join("&", [
    for name in ["protocol", "schema", "wallet", "ca", "tls_strict", "thick"] : "${name}=${urlencode(local.oracle_options[name])}"
    if local.oracle_options[name] != null
  ])
  database_url = "oracle://${var.oracle.host}:${var.oracle.port}/${var.oracle.service_name}?${local.oracle_query}"

  # As the SDK looks for them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
  endpoint_variables = { sqs = "AWS_ENDPOINT_URL_SQS", secretsmanager = "AWS_ENDPOINT_URL_SECRETS_MANAGER" }
  endpoint_settings  = { for service, url in var.endpoint_urls : local.endpoint_variables[service] => url }

  settings = {
    CSVBATCH_ENVIRONMENT  = var.environment_name
    CSVBATCH_BUCKET       = var.bucket_name
    CSVBATCH_SECRET_ARN   = var.secret_arn
    CSVBATCH_DATABASE_URL = local.database_url

    POWERTOOLS_SERVICE_NAME      = var.service_name
    POWERTOOLS_METRICS_NAMESPACE = var.metrics_namespace
    POWERTOOLS_LOG_LEVEL         = var.log_level

    # Results and exceptions of a function can contain rows, which are personal data.
    POWERTOOLS_TRACER_CAPTURE_RESPONSE = "false"
    POWERTOOLS_TRACER_CAPTURE_ERROR    = "false"
  }
}
