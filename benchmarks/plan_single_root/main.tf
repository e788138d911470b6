# The modules of an environment in one root module and one state: what `run --all plan` is measured against, and nothing else.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "s3" {
    key          = "single-root/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

variable "environment" {
  description = "Name of the environment that is compared with."
  type        = string
}

variable "name" {
  description = "What all names begin with."
  type        = string
}

variable "account_id" {
  description = "Account the local AWS stands for."
  type        = string
}

variable "region" {
  description = "Region of everything."
  type        = string
}

variable "object_keys" {
  description = "Key of each function's package, by function."
  type        = map(string)
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

locals {
  name    = var.name
  bucket  = "${local.name}-${var.account_id}-${var.region}"
  queue   = "${local.name}-chunks"
  names   = { batch_processor = "${local.name}-batch-processor", request_handler = "${local.name}-request-handler" }
  oracle  = { host = "oracle.example.internal", port = 2484, protocol = "tcps", service_name = "CSV" }
  kept    = 21
  timeout = 120
}

module "kms" {
  source               = "../../modules/kms"
  name                 = local.name
  account_id           = var.account_id
  region               = var.region
  deletion_window_days = 7
  deletion_protection  = false
}

module "s3_logs" {
  source              = "../../modules/s3"
  name                = "${local.bucket}-logs"
  account_id          = var.account_id
  kms_key_arn         = null
  access_log          = null
  accept_logs         = true
  force_destroy       = true
  deletion_protection = false
  lifecycle_rules     = [{ id = "expire-logs", expiration_days = 365, noncurrent_expiration_days = 1 }]
}

module "s3_artifacts" {
  source              = "../../modules/s3"
  name                = "${local.bucket}-artifacts"
  account_id          = var.account_id
  kms_key_arn         = module.kms.key_arn
  access_log          = { bucket = module.s3_logs.name, prefix = "s3/artifacts/" }
  force_destroy       = true
  deletion_protection = false
  lifecycle_rules     = []
}

module "s3" {
  source              = "../../modules/s3"
  name                = "${local.bucket}-data"
  account_id          = var.account_id
  kms_key_arn         = module.kms.key_arn
  access_log          = { bucket = module.s3_logs.name, prefix = "s3/data/" }
  force_destroy       = true
  deletion_protection = false
  eventbridge         = true
  lifecycle_rules = concat(
    [for status in ["processed", "processed-with-rejects", "refused"] : {
      id = "expire-incoming-${status}", prefix = "incoming/", tags = { status = status }, expiration_days = local.kept
    }],
    [
      { id = "expire-incoming-versions", prefix = "incoming/", noncurrent_expiration_days = local.kept },
      { id = "expire-work", prefix = "work/", expiration_days = local.kept, noncurrent_expiration_days = 1 },
      { id = "expire-rejected", prefix = "rejected/", expiration_days = 30, noncurrent_expiration_days = 1 },
      { id = "expire-reports", prefix = "reports/", expiration_days = 400, noncurrent_expiration_days = 30 },
    ],
  )
}

module "sqs" {
  source                        = "../../modules/sqs"
  name                          = local.queue
  account_id                    = var.account_id
  region                        = var.region
  kms_key_arn                   = module.kms.key_arn
  visibility_timeout_seconds    = 6 * local.timeout
  consumer_timeout_seconds      = local.timeout
  message_retention_seconds     = 4 * 86400
  dead_letter_retention_seconds = 14 * 86400
  max_receive_count             = 5
  deletion_protection           = false
}

module "secrets" {
  source               = "../../modules/secrets"
  name                 = "${local.name}-oracle-credentials"
  account_id           = var.account_id
  kms_key_arn          = module.kms.key_arn
  recovery_window_days = 0
  deletion_protection  = false
}

module "network" {
  source              = "../../modules/network"
  name                = local.name
  account_id          = var.account_id
  region              = var.region
  vpc                 = { cidr = "10.0.0.0/22", availability_zones = formatlist("${var.region}%s", ["a", "b"]) }
  oracle              = { cidrs = ["10.0.3.0/28"], port = local.oracle.port }
  data_bucket_arn     = module.s3.arn
  queue_arn           = module.sqs.queue_arn
  secret_arn          = module.secrets.secret_arn
  flow_log_bucket_arn = module.s3_logs.arn
}

module "iam" {
  source                        = "../../modules/iam"
  name                          = local.name
  account_id                    = var.account_id
  region                        = var.region
  kms_key_arn                   = module.kms.key_arn
  data_bucket_arn               = module.s3.arn
  queue_arn                     = module.sqs.queue_arn
  secret_arn                    = module.secrets.secret_arn
  batch_processor_function_name = local.names.batch_processor
  request_handler_function_name = local.names.request_handler
}

module "lambda_batch_processor" {
  source             = "../../modules/lambda_batch_processor"
  function_name      = local.names.batch_processor
  account_id         = var.account_id
  region             = var.region
  role_arn           = module.iam.batch_processor_role_arn
  package            = { bucket = module.s3_artifacts.name, key = var.object_keys["batch_processor"] }
  architecture       = "x86_64"
  subnet_ids         = module.network.subnet_ids
  security_group_ids = [module.network.lambda_security_group_id]
  kms_key_arn        = module.kms.key_arn
  log_retention_days = 365
  log_level          = "DEBUG"
  environment_name   = var.environment
  bucket_name        = module.s3.name
  secret_arn         = module.secrets.secret_arn
  oracle             = local.oracle
  queue_url          = module.sqs.queue_url
  timeout_seconds    = 900
  memory_mb          = 1024
  chunk_bytes        = 8 * 1024 * 1024
}

module "lambda_request_handler" {
  source                     = "../../modules/lambda_request_handler"
  function_name              = local.names.request_handler
  account_id                 = var.account_id
  region                     = var.region
  role_arn                   = module.iam.request_handler_role_arn
  package                    = { bucket = module.s3_artifacts.name, key = var.object_keys["request_handler"] }
  architecture               = "x86_64"
  subnet_ids                 = module.network.subnet_ids
  security_group_ids         = [module.network.lambda_security_group_id]
  kms_key_arn                = module.kms.key_arn
  log_retention_days         = 365
  log_level                  = "DEBUG"
  environment_name           = var.environment
  bucket_name                = module.s3.name
  secret_arn                 = module.secrets.secret_arn
  oracle                     = local.oracle
  timeout_seconds            = local.timeout
  visibility_timeout_seconds = 6 * local.timeout
  memory_mb                  = 1024
  max_receive_count          = 5
  event_source               = { queue_arn = module.sqs.queue_arn, maximum_concurrency = 4 }
}

module "eventbridge" {
  source         = "../../modules/eventbridge"
  name           = local.name
  account_id     = var.account_id
  region         = var.region
  kms_key_arn    = module.kms.key_arn
  target         = { function_name = local.names.batch_processor, function_arn = module.lambda_batch_processor.function_arn }
  schedules      = { every-quarter-hour = { expression = "rate(15 minutes)", enabled = false } }
  object_created = { enabled = false, bucket_name = module.s3.name }
  retry          = { maximum_attempts = 3, maximum_age_seconds = 3600 }
}

module "monitoring" {
  source         = "../../modules/monitoring"
  name           = local.name
  account_id     = var.account_id
  region         = var.region
  kms_key_arn    = module.kms.key_arn
  require_target = false
  notify         = {}
  queue = {
    name             = module.sqs.queue_name
    dead_letter_name = module.sqs.dead_letter_queue_name
    max_age_seconds  = 3600
  }
  functions = {
    batch_processor = {
      name                   = module.lambda_batch_processor.function_name
      timeout_seconds        = 900
      dead_letter_queue_name = module.lambda_batch_processor.dead_letter_queue_name
      alarm_on_throttles     = false
    }
    request_handler = {
      name                   = module.lambda_request_handler.function_name
      timeout_seconds        = local.timeout
      dead_letter_queue_name = module.lambda_request_handler.dead_letter_queue_name
    }
  }
  schedules = {
    group_name             = module.eventbridge.schedule_group_name
    dead_letter_queue_name = module.eventbridge.dead_letter_queue_name
    rule_name              = module.eventbridge.rule_name
  }
}
