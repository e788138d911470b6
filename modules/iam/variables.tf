variable "name" {
  description = "Prefix of the roles' names: `<name>-batch-processor`, `<name>-request-handler` and `<name>-rejects-reader`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,48}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 48 letters, digits and _+=,.@- characters, so that IAM's limit of 64 holds for <name>-batch-processor too."
  }
}

variable "account_id" {
  description = "AWS account of the roles and of everything named here, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the functions, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give the code of an AWS region, such as eu-west-2."
  }
}

variable "data_bucket_arn" {
  description = "ARN of the bucket that holds `incoming/`, `work/`, `rejected/` and `reports/`."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.data_bucket_arn))
    error_message = "data_bucket_arn is \"${var.data_bucket_arn}\": give the ARN of one bucket (arn:aws:s3:::<bucket>), without a path or a wildcard."
  }
}

variable "queue_arn" {
  description = "ARN of the queue of chunks."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", var.queue_arn))
    error_message = "queue_arn is \"${var.queue_arn}\": give the ARN of one queue (arn:aws:sqs:<region>:<account>:<name>), without a wildcard."
  }
}

variable "secret_arn" {
  description = "ARN of the secret with the Oracle credentials, with the suffix that Secrets Manager adds."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$", var.secret_arn))
    error_message = "secret_arn is \"${var.secret_arn}\": give the whole ARN of one secret (arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>), without a wildcard."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts bucket, queues, secret and the functions' environment."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not an alias."
  }
}

variable "batch_processor_function_name" {
  description = "Name of the batch processor; its log group and dead-letter queue are named after it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.batch_processor_function_name))
    error_message = "batch_processor_function_name is \"${var.batch_processor_function_name}\": use 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "request_handler_function_name" {
  description = "Name of the request handler; its log group and dead-letter queue are named after it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.request_handler_function_name))
    error_message = "request_handler_function_name is \"${var.request_handler_function_name}\": use 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "rejects_reader_principal_arns" {
  description = "ARNs of the account's roles and users that may assume the rejects reader's role; if empty, the account's own policies decide."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for arn in var.rejects_reader_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))
    ])
    error_message = "rejects_reader_principal_arns is ${jsonencode(var.rejects_reader_principal_arns)}: give ARNs of single roles or users (arn:aws:iam::<account>:role/<name>), without a wildcard."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of every role in this module; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\": give the ARN of a managed policy (arn:aws:iam::<account>:policy/<name>), or null."
  }
}
