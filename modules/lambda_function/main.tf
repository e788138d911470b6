resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_272: signing needs a Signer profile, which belongs to the account's owner; code_signing_profile_arns enforces it.
  function_name = var.function_name
  description   = var.description
  role          = var.role_arn

  # The key contains the content digest, so a change of code is a change of key, and a plan needs no local package.
  s3_bucket               = var.package.bucket
  s3_key                  = var.package.key
  handler                 = var.handler
  runtime                 = var.runtime
  architectures           = [var.architecture]
  layers                  = var.layer_arns
  code_signing_config_arn = one(aws_lambda_code_signing_config.this[*].arn)

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)
  kms_key_arn                    = var.kms_key_arn

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  environment {
    variables = merge(local.settings, local.endpoint_settings, var.environment)
  }

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = var.security_group_ids
  }

  logging_config {
    log_group             = aws_cloudwatch_log_group.this.name
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
  }

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  lifecycle {
    precondition {
      condition     = length(var.layer_arns) > 0 || !(var.oracle.thick || anytrue([for path in compact([var.oracle.wallet, var.oracle.ca]) : startswith(path, "/opt/")]))
      error_message = "layer_arns is empty but oracle needs one: thick is ${var.oracle.thick}, wallet ${jsonencode(var.oracle.wallet)} and ca ${jsonencode(var.oracle.ca)}. Oracle's client and files below /opt come from layers; give their ARNs."
    }
  }
}

# The pipeline retries from its ledger: a retry by Lambda would run at the same time.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = var.maximum_event_age_seconds
}

resource "aws_lambda_code_signing_config" "this" {
  count = length(var.code_signing_profile_arns) > 0 ? 1 : 0

  description = "Signatures accepted for ${var.function_name}"

  allowed_publishers {
    signing_profile_version_arns = var.code_signing_profile_arns
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}
