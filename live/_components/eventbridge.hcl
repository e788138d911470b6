# When the batch processor runs: its schedule, and the optional rule that starts it when a file arrives.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "eventbridge")
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

dependency "lambda_batch_processor" {
  config_path                             = "${get_terragrunt_dir()}/../lambda_batch_processor"
  mock_outputs                            = local.common.mocks.lambda_batch_processor
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  name        = local.common.prefix
  account_id  = local.common.env.account_id
  region      = local.common.env.region
  kms_key_arn = dependency.kms.outputs.key_arn
  target = {
    function_name = dependency.lambda_batch_processor.outputs.function_name
    function_arn  = dependency.lambda_batch_processor.outputs.function_arn
  }
  object_created = { bucket_name = dependency.s3.outputs.name, prefix = "incoming/" }
  retry          = { maximum_attempts = 3, maximum_age_seconds = 3600 }

  permissions_boundary_arn = local.common.permissions_boundary_arn
}
