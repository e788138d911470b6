# The bucket of the CSV files: incoming/, work/, rejected/ and reports/.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = "${get_parent_terragrunt_dir()}/../../modules//s3"
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
  name                = local.common.names.data_bucket
  account_id          = local.common.env.account_id
  deletion_protection = local.common.env.deletion_protection
  force_destroy       = !local.common.env.deletion_protection
  kms_key_arn         = dependency.kms.outputs.key_arn
  access_log          = { bucket = dependency.s3_logs.outputs.name, prefix = "s3/data/" }
  eventbridge         = true
  producers           = local.common.producers
  lifecycle_rules = concat(
    # Only a processed file has a status, so a file that is not yet loaded never expires. To expire costs nothing, unlike a
    # move to another prefix or storage class: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.md
    [for status in ["processed", "processed-with-rejects", "refused"] : {
      id              = "expire-incoming-${status}"
      prefix          = "incoming/"
      tags            = { status = status }
      expiration_days = local.common.env.processed_file_days
    }],
    [
      { id = "expire-incoming-versions", prefix = "incoming/", noncurrent_expiration_days = local.common.version_retention_days },
      { id = "expire-work", prefix = "work/", expiration_days = local.common.version_retention_days, noncurrent_expiration_days = 1 },
      { id = "expire-rejected", prefix = "rejected/", expiration_days = 30, noncurrent_expiration_days = 1 },
      { id = "expire-reports", prefix = "reports/", expiration_days = 400, noncurrent_expiration_days = 30 },
    ],
  )
}
