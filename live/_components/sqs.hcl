# The queue of chunks and its dead-letter queue.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "sqs")
}

dependency "kms" {
  config_path                             = "${get_terragrunt_dir()}/../kms"
  mock_outputs                            = local.common.mocks.kms
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  name                          = local.common.names.queue
  account_id                    = local.common.env.account_id
  region                        = local.common.env.region
  deletion_protection           = local.common.env.deletion_protection
  kms_key_arn                   = dependency.kms.outputs.key_arn
  visibility_timeout_seconds    = local.common.visibility_timeout_seconds
  consumer_timeout_seconds      = local.common.request_handler_timeout_seconds
  message_retention_seconds     = local.common.queue_retention_days * 86400
  dead_letter_retention_seconds = local.common.dead_letter_retention_days * 86400
  max_receive_count             = local.common.max_receive_count
}
