# The secret with the Oracle credentials; put-oracle-secret sets its value, never Terraform.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "secrets")
}

dependency "kms" {
  config_path                             = "${get_terragrunt_dir()}/../kms"
  mock_outputs                            = local.common.mocks.kms
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  name                 = local.common.names.secret
  account_id           = local.common.env.account_id
  deletion_protection  = local.common.env.deletion_protection
  kms_key_arn          = dependency.kms.outputs.key_arn
  recovery_window_days = local.common.env.deletion_protection ? 30 : 0
}
