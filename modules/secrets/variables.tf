variable "name" {
  description = "Name of the secret."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 512 letters, digits and /_+=.@- characters."
  }
}

variable "account_id" {
  description = "AWS account that owns the secret, 12 digits; nobody outside it may use the secret."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the secret."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not an alias."
  }
}

variable "recovery_window_days" {
  description = "Days for which a deleted secret can be restored (7 to 30), or 0 to delete it immediately."
  type        = number

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30 && floor(var.recovery_window_days) == var.recovery_window_days)
    error_message = "recovery_window_days is ${var.recovery_window_days}: Secrets Manager accepts 0 or a whole number of days from 7 to 30."
  }
}

variable "deletion_protection" {
  description = "Whether any plan that would destroy the secret or change its name fails; needs a recovery window of 30 days."
  type        = bool
}

variable "rotation" {
  description = "The function that rotates the credentials and the days between two rotations (1 to 90); null for manual rotation."
  type = object({
    lambda_arn = string
    every_days = number
  })
  default = null

  validation {
    condition     = var.rotation == null || can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$", var.rotation.lambda_arn))
    error_message = "rotation.lambda_arn is \"${try(var.rotation.lambda_arn, "")}\": give the ARN of the function that rotates the secret."
  }

  validation {
    condition     = try(var.rotation.every_days >= 1 && var.rotation.every_days <= 90 && floor(var.rotation.every_days) == var.rotation.every_days, var.rotation == null)
    error_message = "rotation.every_days is ${try(var.rotation.every_days, "missing")}: credentials have to be rotated at least once a quarter; use a whole number of days from 1 to 90."
  }
}
