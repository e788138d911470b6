# What every unit shares: where its state lives, which account it may touch, and which runs are refused.
# Units include this file by path; what differs between environments is in live/<environment>/env.hcl.

locals {
  aws_provider_version = "5.100.0"

  # Where a state is locked: "both" (DynamoDB and a lock file in the bucket), "dynamodb" or "lockfile". Two runs with
  # different values may not see each other's locks: docs/state.md says in which steps to change it.
  state_lock = "both"

  unit_dir = get_original_terragrunt_dir()
  folder   = basename(dirname(local.unit_dir))
  command  = get_terraform_command()
  args     = get_terraform_cli_args()

  # A conditional evaluates both branches, so what must run only when needed is in a for expression.
  is_unit = fileexists("${local.unit_dir}/../env.hcl")
  common = one([
    for path in local.is_unit ? ["${local.unit_dir}/../../_components/common.hcl"] : [] :
    read_terragrunt_config(path).locals
  ])
  env = try(local.common.env, { account_id = "", region = "", environment = "", deletion_protection = false })

  endpoint  = get_env("AWS_ENDPOINT_URL", "")
  is_detour = get_env("CSVBATCH_AWS", "") == "local" && !can(regex("^https://(127\\.0\\.0\\.1|localhost)(:|/|$)", local.endpoint))

  # Commands that only read the configuration, and need no account.
  offline_commands = ["", "validate", "render", "graph", "find", "list", "fmt"]
  caller_account_id = one([
    for needed in local.is_unit && !local.is_detour && !contains(local.offline_commands, local.command) ? [true] : [] :
    get_aws_account_id()
  ])

  destroys = local.command == "destroy" || anytrue([for arg in local.args : can(regex("^--?destroy(=true)?$", arg))])

  # An account has one identity provider of GitHub. The files are searched and not read, so that a change of one environment
  # does not count as a change of another.
  makes_provider = [
    for file in local.is_unit && basename(local.unit_dir) == "ci_roles" && !local.destroys && !contains(local.offline_commands, local.command) ? fileset("${local.unit_dir}/../..", "*/env.hcl") : [] :
    dirname(file) if(
      can(regex("account_id\\s*=\\s*\"${local.env.account_id}\"", file("${local.unit_dir}/../../${file}"))) &&
      can(regex("oidc_provider_arn\\s*=\\s*null", file("${local.unit_dir}/../../${file}")))
    )
  ]

  refusals = concat(
    contains(["both", "dynamodb", "lockfile"], local.state_lock) ? [] : [
      "state_lock is '${local.state_lock}' in terragrunt.hcl: choose both, dynamodb or lockfile (docs/state.md). Nothing was read or changed."
    ],
    local.is_unit ? [] : [
      "This directory is not a unit. Run terragrunt in live/<environment> (every unit) or in live/<environment>/<component> (one unit)."
    ],
    !local.is_unit || local.env.environment == local.folder ? [] : [
      "live/${local.folder}/env.hcl says environment = \"${local.env.environment}\", so its resources would have the names of another environment. Set environment = \"${local.folder}\"."
    ],
    local.is_detour ? [
      "CSVBATCH_AWS asks for the local AWS, but AWS_ENDPOINT_URL is '${local.endpoint}'. Point this shell at the local AWS: eval \"$(local-aws env ${local.env.environment})\"."
    ] : [],
    local.caller_account_id == null || local.caller_account_id == local.env.account_id ? [] : [
      "Wrong account: these credentials belong to account ${coalesce(local.caller_account_id, "unknown")}, and ${local.env.environment} is account ${local.env.account_id} (live/${local.env.environment}/env.hcl). Nothing was read or changed."
    ],
    length(local.makes_provider) < 2 ? [] : [
      "${join(" and ", local.makes_provider)} are in account ${local.env.account_id}, and each would make GitHub's identity provider, of which an account has one. In all env.hcl but one, set ci.oidc_provider_arn to the ARN that 'aws iam list-open-id-connect-providers' prints once the other has made it."
    ],
    local.env.deletion_protection && local.destroys ? [
      "${local.env.environment} is protected: it cannot be destroyed, and nothing was changed. docs/how-to/destroy-a-protected-environment.md says how to lift the protection."
    ] : [],
  )
  refuse = [
    for message in local.refusals :
    run_cmd("--terragrunt-quiet", "${get_parent_terragrunt_dir()}/scripts/refuse", message)
  ]

  state_name = local.is_unit ? local.common.names.state : ""
}

terragrunt_version_constraint = ">= 1.1"
terraform_version_constraint  = ">= 1.10"

remote_state {
  backend = "s3"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    bucket              = local.state_name
    key                 = "${path_relative_to_include()}/terraform.tfstate"
    region              = local.env.region
    allowed_account_ids = [local.env.account_id]
    encrypt             = true
    dynamodb_table      = local.state_lock == "lockfile" ? null : local.state_name
    use_lockfile        = local.state_lock != "dynamodb"

    # Read by Terragrunt when it creates the backend, not by Terraform.
    bucket_sse_algorithm           = "AES256"
    enable_lock_table_ssencryption = true
    skip_bucket_root_access        = true
    s3_bucket_tags                 = try(local.common.tags, {})
    dynamodb_table_tags            = try(local.common.tags, {})
  }
}

generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOT
    provider "aws" {
      region              = "${local.env.region}"
      allowed_account_ids = ["${local.env.account_id}"]

      default_tags {
        tags = ${jsonencode(merge(try(local.common.tags, {}), { component = basename(local.unit_dir) }))}
      }
    }
  EOT
}

# Pins one of the versions that the modules accept, in an override file because versions.tf belongs to the module.
generate "provider_version" {
  path      = "versions_override.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOT
    terraform {
      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "${local.aws_provider_version}"
        }
      }
    }
  EOT
}

terraform {
  # Terraform waits this long for a lock before it reports the owner.
  extra_arguments "lock_timeout" {
    commands  = get_terraform_commands_that_need_locking()
    arguments = ["-lock-timeout=20s"]
  }

  # Terragrunt suggests a flag that creates the backend as a side effect; this message names the command for it.
  error_hook "no_state_backend" {
    commands = ["init", "plan", "apply", "destroy", "import", "output", "refresh", "show", "state", "force-unlock"]
    execute = [
      "${get_parent_terragrunt_dir()}/scripts/refuse",
      "The state backend of ${local.env.environment} does not exist yet: there is no bucket ${local.state_name} in account ${local.env.account_id}. Create it, once for all units of ${local.env.environment}, in live/${local.env.environment}: terragrunt backend bootstrap --all",
    ]
    on_errors = ["(?s).*S3 bucket \"?${local.state_name}\"? does not exist.*"]
  }
}

errors {
  # Temporary errors of AWS: throttling, and identities and policies that are not yet consistent everywhere.
  retry "aws_transient" {
    max_attempts       = 3
    sleep_interval_sec = 10
    retryable_errors = [
      "(?s).*(ThrottlingException|Throttling: |TooManyRequestsException|RequestLimitExceeded|SlowDown).*",
      "(?s).*(RequestError: send request failed|connection reset by peer|TLS handshake timeout|i/o timeout).*",
      "(?s).*(InternalFailure|InternalServerError|ServiceUnavailable|StatusCode: 50[23]).*",
      "(?s).*The role defined for the function cannot be assumed by Lambda.*",
      "(?s).*(Invalid principal in policy|contains one or more invalid principals).*",
      # Only a conflict with a change in progress; "already exists" is a conflict too, and permanent.
      "(?s).*(OperationAborted|ConcurrentModification|ResourceConflictException: [^\\n]*in progress).*",
    ]
  }
}
