# The environment's key, which encrypts data, queues, secrets, logs and topics.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "kms")
}

inputs = {
  name                = local.common.names.key
  account_id          = local.common.env.account_id
  region              = local.common.env.region
  deletion_protection = local.common.env.deletion_protection
  producers = length(local.common.producers) == 0 ? null : {
    principal_arns = distinct(flatten(local.common.producers[*].principal_arns))
    bucket_name    = local.common.names.data_bucket
  }
}
