# The function that receives a message per chunk, validates its rows and merges them into Oracle.

locals {
  common  = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
  package = read_terragrunt_config(find_in_parent_folders("_components/lambda_package.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "lambda_request_handler")

  # The object must exist before the function uses it. A plan needs only the manifest, and builds nothing.
  before_hook "upload_package" {
    commands = ["apply"]
    execute  = ["lambda-packages", "upload", local.package.name, "--architecture", local.common.env.architecture, "--bucket", dependency.s3_artifacts.outputs.name, "--output", local.package.folder]
  }
}

dependency "kms" {
  config_path                             = "${get_terragrunt_dir()}/../kms"
  mock_outputs                            = local.common.mocks.kms
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "s3" {
  config_path                             = "${get_terragrunt_dir()}/../s3"
  mock_outputs                            = local.common.mocks.s3
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "s3_artifacts" {
  config_path                             = "${get_terragrunt_dir()}/../s3_artifacts"
  mock_outputs                            = local.common.mocks.s3_artifacts
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "sqs" {
  config_path                             = "${get_terragrunt_dir()}/../sqs"
  mock_outputs                            = local.common.mocks.sqs
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "secrets" {
  config_path                             = "${get_terragrunt_dir()}/../secrets"
  mock_outputs                            = local.common.mocks.secrets
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "network" {
  config_path                             = "${get_terragrunt_dir()}/../network"
  mock_outputs                            = local.common.mocks.network
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "iam" {
  config_path                             = "${get_terragrunt_dir()}/../iam"
  mock_outputs                            = local.common.mocks.iam
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  reserved_concurrency = local.common.env.reserved_concurrency.request_handler

  function_name      = local.common.names.request_handler
  account_id         = local.common.env.account_id
  region             = local.common.env.region
  role_arn           = dependency.iam.outputs.request_handler_role_arn
  package            = { bucket = dependency.s3_artifacts.outputs.name, key = local.package.object_key }
  architecture       = local.common.env.architecture
  subnet_ids         = dependency.network.outputs.subnet_ids
  security_group_ids = [dependency.network.outputs.lambda_security_group_id]
  kms_key_arn        = dependency.kms.outputs.key_arn
  log_retention_days = local.common.env.log_retention_days
  log_level          = local.common.env.log_level
  environment_name   = local.common.env.environment
  bucket_name        = dependency.s3.outputs.name
  secret_arn         = dependency.secrets.outputs.secret_arn
  metrics_namespace  = local.common.prefix
  endpoint_urls      = dependency.network.outputs.endpoint_urls
  layer_arns         = local.common.layer_arns
  oracle             = local.common.oracle

  timeout_seconds            = local.common.request_handler_timeout_seconds
  visibility_timeout_seconds = local.common.visibility_timeout_seconds
  memory_mb                  = 1024
  max_receive_count          = local.common.max_receive_count
  event_source = {
    queue_arn           = dependency.sqs.outputs.queue_arn
    maximum_concurrency = local.common.env.request_handler_concurrency
  }
}
