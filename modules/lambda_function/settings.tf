locals {
  database_url = "oracle://${var.oracle.host}:${var.oracle.port}/${var.oracle.service_name}?protocol=${var.oracle.protocol}"

  settings = {
    CSVBATCH_ENVIRONMENT  = var.environment_name
    CSVBATCH_BUCKET       = var.bucket_name
    CSVBATCH_SECRET_ARN   = var.secret_arn
    CSVBATCH_DATABASE_URL = local.database_url

    POWERTOOLS_SERVICE_NAME      = var.service_name
    POWERTOOLS_METRICS_NAMESPACE = "csvbatch"
    POWERTOOLS_LOG_LEVEL         = var.log_level

    # What a function returns or raises can quote rows, which are personal data.
    POWERTOOLS_TRACER_CAPTURE_RESPONSE = "false"
    POWERTOOLS_TRACER_CAPTURE_ERROR    = "false"
  }
}
