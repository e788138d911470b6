variable "name" {
  description = "Name of the key: its alias is `alias/<name>`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,249}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 250 letters, digits, hyphens and underscores, starting with a letter or digit."
  }
}

variable "account_id" {
  description = "AWS account that owns the key, 12 digits; nobody outside it may use the key."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the key, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give the code of an AWS region, such as eu-west-2."
  }
}

variable "deletion_window_days" {
  description = "Days for which a deleted key can be restored (7 to 30)."
  type        = number

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days is ${var.deletion_window_days}: KMS accepts a whole number of days from 7 to 30."
  }
}

variable "rotation_period_days" {
  description = "Days between two rotations of the key material (90 to 2560)."
  type        = number
  default     = 365

  validation {
    condition     = var.rotation_period_days >= 90 && var.rotation_period_days <= 2560 && floor(var.rotation_period_days) == var.rotation_period_days
    error_message = "rotation_period_days is ${var.rotation_period_days}: KMS accepts a whole number of days from 90 to 2560."
  }
}

variable "deletion_protection" {
  description = "Whether any plan that would destroy the key or change its name fails; needs a deletion window of 30 days."
  type        = bool
}

variable "producers" {
  description = "Principals of other accounts that may encrypt objects of a bucket with the key: ARNs of single roles and users, and the bucket's name. Null for none."
  type = object({
    principal_arns = set(string)
    bucket_name    = string
  })
  default = null

  validation {
    condition = var.producers == null ? true : length(var.producers.principal_arns) > 0 && alltrue([
      for arn in var.producers.principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))
    ])
    error_message = "producers.principal_arns is ${jsonencode(try(var.producers.principal_arns, []))}: give ARNs of single roles or users (arn:…:iam::account:role/name), without a wildcard, or producers = null."
  }

  validation {
    condition     = var.producers == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.producers.bucket_name))
    error_message = "producers.bucket_name is ${jsonencode(try(var.producers.bucket_name, null))}: give the name of a bucket, not its ARN."
  }
}
