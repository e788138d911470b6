# One role per function, and one for readers of rejected rows.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "iam")
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

inputs = {
  name                          = local.common.prefix
  account_id                    = local.common.env.account_id
  region                        = local.common.env.region
  kms_key_arn                   = dependency.kms.outputs.key_arn
  data_bucket_arn               = dependency.s3.outputs.arn
  queue_arn                     = dependency.sqs.outputs.queue_arn
  secret_arn                    = dependency.secrets.outputs.secret_arn
  batch_processor_function_name = local.common.names.batch_processor
  request_handler_function_name = local.common.names.request_handler
  permissions_boundary_arn      = local.common.permissions_boundary_arn
}
