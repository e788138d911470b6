# The roles with which continuous integration plans and applies. An administrator applies this unit; a job cannot change it.

locals {
  common = read_terragrunt_config(find_in_parent_folders("_components/common.hcl")).locals
}

terraform {
  source = format(local.common.module_source, "ci_roles")
}

inputs = {
  name                     = local.common.prefix
  account_id               = local.common.env.account_id
  region                   = local.common.env.region
  repository               = local.common.env.ci.repository
  deployment_environment   = local.common.env.ci.deployment_environment
  oidc_provider_arn        = local.common.env.ci.oidc_provider_arn
  state                    = { bucket = local.common.names.state, table = local.common.names.state, prefix = "live/${local.common.env.environment}" }
  artifacts_bucket         = local.common.names.artifacts_bucket
  owner_tags               = { project = local.common.project, environment = local.common.env.environment }
  deletion_protection      = local.common.env.deletion_protection
  permissions_boundary_arn = local.common.permissions_boundary_arn
}
