# Names, tags and timings that several components share. Read by every component and by the root; `env` is the env.hcl of
# the unit's environment.

locals {
  env     = read_terragrunt_config("${get_original_terragrunt_dir()}/../env.hcl").locals
  project = "csvbatch"
  prefix  = "${local.project}-${local.env.environment}"

  tags = merge(try(local.env.tags, {}), {
    project     = local.project
    environment = local.env.environment
    managed_by  = "terragrunt"
  })

  # Optional settings of the account's owner.
  permissions_boundary_arn = try(local.env.permissions_boundary_arn, null)
  producers                = try(local.env.producers, [])

  # Where modules come from: this checkout, or with modules_ref in env.hcl its own history at that tag or commit. The two
  # slashes end what Terragrunt copies or clones.
  modules_ref = try(local.env.modules_ref, null)
  repository  = dirname(dirname(get_terragrunt_dir()))
  module_source = (
    local.modules_ref == null ? "${local.repository}/modules//%s" : "git::file://${local.repository}//modules/%s?ref=${local.modules_ref}"
  )

  bucket_prefix = "${local.prefix}-${local.env.account_id}-${local.env.region}"
  names = {
    state            = "${local.project}-${local.env.account_id}-${local.env.region}-tfstate"
    key              = local.prefix
    logs_bucket      = "${local.bucket_prefix}-logs"
    artifacts_bucket = "${local.bucket_prefix}-artifacts"
    data_bucket      = "${local.bucket_prefix}-data"
    queue            = "${local.prefix}-chunks"
    secret           = "${local.prefix}-oracle-credentials"
    batch_processor  = "${local.prefix}-batch-processor"
    request_handler  = "${local.prefix}-request-handler"
  }

  batch_processor_timeout_seconds = 900

  # A message is hidden for six times the handler's timeout, as AWS recommends, so that it is not delivered again while it
  # is being processed.
  request_handler_timeout_seconds = 120
  visibility_timeout_seconds      = 6 * local.request_handler_timeout_seconds

  # The queue moves a message to the dead-letter queue after this many deliveries; the handler has to recognise the last one.
  max_receive_count = 5

  # A message names an object version, so the version is kept longer than messages and dead letters together.
  queue_retention_days       = 4
  dead_letter_retention_days = 14
  version_retention_days     = local.queue_retention_days + local.dead_letter_retention_days + 3

  # How the functions connect to Oracle; what env.hcl leaves out has the module's default. The settings about the network
  # (cidrs, security_group_id, routes, resolver_rule_ids) are for the component `network` only.
  oracle     = { for name, value in local.env.oracle : name => value if !contains(["cidrs", "security_group_id", "routes", "resolver_rule_ids", "layer_arns"], name) }
  layer_arns = try(local.env.oracle.layer_arns, [])

  # Mocks replace outputs of units that were never applied, but only for commands that write no input anywhere: never for an
  # apply, nor for a saved plan, which could be applied later. The policy scan deletes its saved plans, and `units apply`
  # never applies one with mocks: both ask for mocks by an environment variable.
  mocks = {
    for file in fileset(get_terragrunt_dir(), "*.mocks.yaml") : trimsuffix(file, ".mocks.yaml") => yamldecode(templatefile(
      "${get_terragrunt_dir()}/${file}", { account_id = local.env.account_id, region = local.env.region }
    ))
  }
  # Creating the backend needs no outputs, and there is no state to read them from yet.
  # https://docs.terragrunt.com/reference/hcl/blocks#dependency
  skip_outputs = contains(["backend", "bootstrap"], get_terraform_command())

  saves_plan = anytrue([for arg in get_terraform_cli_args() : can(regex("^--?out(=|$)", arg))])
  mock_commands = concat(
    ["backend", "bootstrap", "destroy", "force-unlock", "graph", "init", "output", "providers", "render", "show", "state", "validate"],
    local.saves_plan && !contains(["review", "scan"], get_env("CSVBATCH_MOCKS_IN_SAVED_PLANS", "")) ? [] : ["plan"],
  )
}
