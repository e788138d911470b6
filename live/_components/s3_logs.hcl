# The bucket for the access logs of the other buckets and the flow logs of the network.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "s3")
}

inputs = {
  name                = local.common.names.logs_bucket
  account_id          = local.common.env.account_id
  deletion_protection = local.common.env.deletion_protection
  force_destroy       = !local.common.env.deletion_protection
  #checkov:skip=CKV_AWS_145: log delivery writes with SSE-S3 only
  kms_key_arn = null
  #checkov:skip=CKV_AWS_18: a log bucket that logs to itself grows without end
  access_log  = null
  accept_logs = true
  eventbridge = true # Deletions of logs send events.
  lifecycle_rules = [
    { id = "expire-logs", expiration_days = local.common.env.log_retention_days, noncurrent_expiration_days = 1 },
  ]
}
