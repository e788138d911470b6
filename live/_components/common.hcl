# Names, tags and timings that several components must agree on, each written once.
# Read by every component and by the root; `env` is the env.hcl of the environment the unit stands in.

locals {
  env     = read_terragrunt_config("${get_original_terragrunt_dir()}/../env.hcl").locals
  project = "csvbatch"
  prefix  = "${local.project}-${local.env.environment}"

  tags = merge(try(local.env.tags, {}), {
    project     = local.project
    environment = local.env.environment
    managed_by  = "terragrunt"
  })

  # What an account's owner may ask for, or grant; an env.hcl that does not mention it wants none of it.
  permissions_boundary_arn = try(local.env.permissions_boundary_arn, null)
  producers                = try(local.env.producers, [])

  bucket_prefix = "${local.prefix}-${local.env.account_id}-${local.env.region}"
  names = {
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

  # A message is worked on for one handler timeout at most, and hidden for six: five further tries fit before it shows again.
  request_handler_timeout_seconds = 120
  visibility_timeout_seconds      = 6 * local.request_handler_timeout_seconds

  # The queue gives a message up after so many deliveries, and the handler has to know which one is the last.
  max_receive_count = 5

  # A chunk's message names an object version. The version must outlive the queue and then the dead letters.
  queue_retention_days       = 4
  dead_letter_retention_days = 14
  version_retention_days     = local.queue_retention_days + local.dead_letter_retention_days + 3

  # How the functions talk to Oracle; what an env.hcl does not mention keeps the module's default. Where the database is in
  # the network (cidrs, security_group_id, routes, resolver_rule_ids) is the network's alone.
  oracle     = { for name, value in local.env.oracle : name => value if !contains(["cidrs", "security_group_id", "routes", "resolver_rule_ids", "layer_arns"], name) }
  layer_arns = try(local.env.oracle.layer_arns, [])

  # Mocks stand in for outputs of units that were never applied, and only where no value of an input is written anywhere:
  # never for an apply, nor for a plan that is saved and could be applied later. The policy scan, which reads plans and
  # throws them away, asks for them by name.
  mocks = {
    for file in fileset(get_terragrunt_dir(), "*.mocks.yaml") : trimsuffix(file, ".mocks.yaml") => yamldecode(templatefile(
      "${get_terragrunt_dir()}/${file}", { account_id = local.env.account_id, region = local.env.region }
    ))
  }
  # Creating the backend needs no output of anything, and there is no state yet to read one from.
  # https://docs.terragrunt.com/reference/hcl/blocks#dependency
  skip_outputs = contains(["backend", "bootstrap"], get_terraform_command())

  saves_plan = anytrue([for arg in get_terraform_cli_args() : can(regex("^--?out(=|$)", arg))])
  mock_commands = concat(
    ["backend", "bootstrap", "destroy", "force-unlock", "graph", "init", "output", "providers", "render", "show", "state", "validate"],
    local.saves_plan && get_env("CSVBATCH_MOCKS_IN_SAVED_PLANS", "") != "scan" ? [] : ["plan"],
  )
}
