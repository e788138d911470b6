variable "name" {
  description = "Prefix of the environment, with which the names of all its resources start: `<name>-ci-plan` and `<name>-ci-apply` are the roles."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,54}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 54 letters, digits and hyphens, so that IAM's limit of 64 holds for <name>-ci-apply too."
  }
}

variable "account_id" {
  description = "AWS account of the roles and of what they plan and apply, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the environment, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give the code of an AWS region, such as eu-west-2."
  }
}

# Since 15 July 2026 the tokens of new repositories carry IDs that are never used again:
# https://github.com/github/docs/pull/45221
variable "repository" {
  description = "GitHub repository that may plan and apply, as its tokens name it: owner@ID/name@ID, or owner/name where the repository keeps the older form."
  type        = string

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+|[A-Za-z0-9_-]+/[A-Za-z0-9._-]+)$", var.repository))
    error_message = "repository is \"${var.repository}\": give owner@ID/name@ID or owner/name, without a wildcard."
  }
}

variable "branch" {
  description = "Branch on which drift is looked for with the plan role."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.branch))
    error_message = "branch is \"${var.branch}\": give the name of one branch, without a wildcard."
  }
}

variable "deployment_environment" {
  description = "GitHub environment whose protection rules guard the apply role; only its jobs may take that role."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.deployment_environment))
    error_message = "deployment_environment is \"${var.deployment_environment}\": use letters, digits, hyphens and underscores, as GitHub's tokens show them unchanged."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of GitHub's identity provider if the account has one, since it can have only one; null makes it."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn is \"${coalesce(var.oidc_provider_arn, "null")}\": give arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com, or null."
  }
}

variable "state" {
  description = "Where the states are: bucket, lock table, and the prefix of the environment's keys, such as live/dev."
  type = object({
    bucket = string
    table  = string
    prefix = string
  })

  validation {
    condition     = alltrue([for value in values(var.state) : can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", value))])
    error_message = "state is ${jsonencode(var.state)}: give a bucket, a table and a prefix without a slash at its ends, and no wildcard."
  }
}

variable "artifacts_bucket" {
  description = "Name of the bucket to which an apply uploads the packages of the functions."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artifacts_bucket))
    error_message = "artifacts_bucket is \"${var.artifacts_bucket}\": give the name of one bucket, without a wildcard."
  }
}

variable "deletion_protection" {
  description = "Whether the apply role may delete neither the data nor what holds it: key, buckets, queues and secret."
  type        = bool
}

variable "owner_tags" {
  description = "Tags by which the environment's own network and key are known, since their IDs are not known before: every resource has them."
  type        = map(string)

  validation {
    condition     = length(var.owner_tags) > 0 && alltrue([for name, value in var.owner_tags : can(regex("^[A-Za-z0-9_.-]+$", "${name}${value}"))])
    error_message = "owner_tags is ${jsonencode(var.owner_tags)}: give at least one tag, with letters, digits and _.- in names and values."
  }
}

variable "apply_session_seconds" {
  description = "Longest session of the apply role, 3600 to 43200 seconds; a destroy may wait 45 minutes for Lambda's network interfaces."
  type        = number
  default     = 7200

  validation {
    condition     = var.apply_session_seconds >= 3600 && var.apply_session_seconds <= 43200
    error_message = "apply_session_seconds is ${var.apply_session_seconds}: IAM allows 3600 to 43200."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of both roles, which the apply role then has to give to every role that it makes; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\": give the ARN of a managed policy (arn:aws:iam::<account>:policy/<name>), or null."
  }
}
