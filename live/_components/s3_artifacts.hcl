# The bucket of the Lambda packages, each under its content digest.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "s3")
}

dependency "kms" {
  config_path                             = "${get_terragrunt_dir()}/../kms"
  mock_outputs                            = local.common.mocks.kms
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "s3_logs" {
  config_path                             = "${get_terragrunt_dir()}/../s3_logs"
  mock_outputs                            = local.common.mocks.s3_logs
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  name                = local.common.names.artifacts_bucket
  account_id          = local.common.env.account_id
  deletion_protection = local.common.env.deletion_protection
  force_destroy       = !local.common.env.deletion_protection
  kms_key_arn         = dependency.kms.outputs.key_arn
  access_log          = { bucket = dependency.s3_logs.outputs.name, prefix = "s3/artifacts/" }
  eventbridge         = true # Changes of packages send events.
  lifecycle_rules     = []   # Packages are kept, so that a rollback is possible.
}
