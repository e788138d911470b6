# Topic, alarms and dashboard.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "monitoring")
}

dependency "kms" {
  config_path                             = "${get_terragrunt_dir()}/../kms"
  mock_outputs                            = local.common.mocks.kms
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

dependency "lambda_batch_processor" {
  config_path                             = "${get_terragrunt_dir()}/../lambda_batch_processor"
  mock_outputs                            = local.common.mocks.lambda_batch_processor
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "lambda_request_handler" {
  config_path                             = "${get_terragrunt_dir()}/../lambda_request_handler"
  mock_outputs                            = local.common.mocks.lambda_request_handler
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

dependency "eventbridge" {
  config_path                             = "${get_terragrunt_dir()}/../eventbridge"
  mock_outputs                            = local.common.mocks.eventbridge
  mock_outputs_allowed_terraform_commands = local.common.mock_commands
  mock_outputs_merge_strategy_with_state  = "shallow"
  skip_outputs                            = local.common.skip_outputs
}

inputs = {
  name        = local.common.prefix
  account_id  = local.common.env.account_id
  region      = local.common.env.region
  kms_key_arn = dependency.kms.outputs.key_arn
  queue = {
    name             = dependency.sqs.outputs.queue_name
    dead_letter_name = dependency.sqs.outputs.dead_letter_queue_name
    max_age_seconds  = 3600

    # A failed chunk is delivered again when its message becomes visible again: the alarm lasts until then.
    failure_window_seconds = local.common.visibility_timeout_seconds + local.common.request_handler_timeout_seconds
  }
  batches = { max_age_seconds = 4 * 3600 }
  functions = {
    batch_processor = {
      name                   = dependency.lambda_batch_processor.outputs.function_name
      timeout_seconds        = local.common.batch_processor_timeout_seconds
      alarm_on_throttles     = local.common.env.reserved_concurrency.batch_processor == null # With a reservation, events wait by design.
      dead_letter_queue_name = dependency.lambda_batch_processor.outputs.dead_letter_queue_name
      metrics                = dependency.lambda_batch_processor.outputs.metrics
    }
    request_handler = {
      name                   = dependency.lambda_request_handler.outputs.function_name
      timeout_seconds        = local.common.request_handler_timeout_seconds
      dead_letter_queue_name = dependency.lambda_request_handler.outputs.dead_letter_queue_name
      metrics                = dependency.lambda_request_handler.outputs.metrics
    }
  }
  schedules = {
    group_name             = dependency.eventbridge.outputs.schedule_group_name
    dead_letter_queue_name = dependency.eventbridge.outputs.dead_letter_queue_name
    rule_name              = dependency.eventbridge.outputs.rule_name
    every_minutes          = dependency.eventbridge.outputs.expected_every_minutes > 0 ? dependency.eventbridge.outputs.expected_every_minutes : null
  }
}
