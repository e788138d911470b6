# The private network of the functions, which allows connections to Oracle and the VPC endpoints only.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "network")
}

dependency "s3_logs" {
  config_path                             = "${get_terragrunt_dir()}/../s3_logs"
  mock_outputs                            = local.common.mocks.s3_logs
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

# Lambda deletes a function's network interfaces with the function's role, some time after the function was deleted:
# https://repost.aws/knowledge-center/lambda-eni-find-delete
# The roles therefore have to be destroyed after the network. No output of theirs is read, so only the order is stated.
dependencies {
  paths = ["${get_terragrunt_dir()}/../iam"]
}

inputs = {
  name       = local.common.prefix
  account_id = local.common.env.account_id
  region     = local.common.env.region
  oracle = {
    cidrs             = try(local.common.env.oracle.cidrs, [])
    security_group_id = try(local.common.env.oracle.security_group_id, null)
    port              = local.common.env.oracle.port
  }
  oracle_routes       = try(local.common.env.oracle.routes, null)
  data_bucket_arn     = dependency.s3.outputs.arn
  queue_arn           = dependency.sqs.outputs.queue_arn
  secret_arn          = dependency.secrets.outputs.secret_arn
  flow_log_bucket_arn = dependency.s3_logs.outputs.arn

  resolver_rule_ids = try(local.common.env.oracle.resolver_rule_ids, [])

  # The IDs of an adopted VPC do not exist on a local AWS.
  look_up_existing_vpc = get_env("CSVBATCH_AWS", "") != "local"
}
